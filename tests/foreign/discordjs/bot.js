// A small discord.js bot for the sandbox: it stamps files, and otherwise knows nothing of where it runs.
//
// DISCORD_API is the REST API's base address without its version, DISCORD_TOKEN the bot token.
// Its twin is ../pycord/bot.py.

'use strict';

const {
  ActionRowBuilder,
  ApplicationCommandType,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  ContextMenuCommandBuilder,
  Events,
  FileUploadBuilder,
  GatewayIntentBits,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  Partials,
  SlashCommandBuilder,
  TextInputBuilder,
  TextInputStyle,
  ThreadAutoArchiveDuration,
} = require('discord.js');

const STYLES = ['bold', 'blue', 'quiet'];
const LOOK = '👀';
const DONE = '✅';

const commands = [
  new SlashCommandBuilder()
    .setName('stamp')
    .setDescription('Put a stamp on a file')
    .addAttachmentOption((option) => option.setName('file').setDescription('What to stamp').setRequired(true))
    .addStringOption((option) =>
      option.setName('style').setDescription('How to stamp it').setAutocomplete(true)),
  new ContextMenuCommandBuilder().setName('Count files').setType(ApplicationCommandType.Message),
];

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.GuildMessageReactions],
  partials: [Partials.Message, Partials.Reaction],
  allowedMentions: { parse: [] },
  rest: { api: process.env.DISCORD_API },
});

/** Downloads a file and returns it with words at its end. */
async function stamped(file, words) {
  const answer = await fetch(file.url);
  if (!answer.ok) throw new Error(`${file.name}: ${answer.status}`);
  const data = Buffer.concat([Buffer.from(await answer.arrayBuffer()), Buffer.from(`\n${words}`)]);
  return new AttachmentBuilder(data, { name: file.name });
}

/** The buttons below a stamped file. */
function desk({ kept = false } = {}) {
  return new ActionRowBuilder().addComponents(
    new ButtonBuilder().setCustomId('keep').setLabel('Keep').setStyle(ButtonStyle.Success).setDisabled(kept),
    new ButtonBuilder().setCustomId('whose').setLabel('Whose?').setStyle(ButtonStyle.Secondary),
    new ButtonBuilder().setCustomId('note').setLabel('Note').setStyle(ButtonStyle.Primary),
  );
}

/** Asks for a note and for further files. */
function notes() {
  return new ModalBuilder()
    .setCustomId('notes')
    .setTitle('A note on the stamp')
    .addLabelComponents(
      new LabelBuilder()
        .setLabel('Note')
        .setTextInputComponent(
          new TextInputBuilder().setCustomId('note').setStyle(TextInputStyle.Paragraph).setMaxLength(200)),
      new LabelBuilder()
        .setLabel('Files')
        .setDescription('Up to two')
        .setFileUploadComponent(new FileUploadBuilder().setCustomId('extra').setMaxValues(2).setRequired(false)),
    );
}

const answers = {
  async stamp(interaction) {
    await interaction.deferReply();
    const file = interaction.options.getAttachment('file', true);
    const style = interaction.options.getString('style') ?? 'plain';
    const answer = await interaction.editReply({
      content: `A ${style} stamp.`,
      files: [await stamped(file, `stamped, ${style}`)],
    });
    const thread = await answer.startThread({
      name: `Stamp on ${file.name}`,
      autoArchiveDuration: ThreadAutoArchiveDuration.OneHour,
    });
    await thread.send({ content: 'What now?', components: [desk()] });
  },

  async 'Count files'(interaction) {
    const { attachments, author } = interaction.targetMessage;
    await interaction.reply({
      content: `${attachments.size} files by ${author.displayName}.`,
      flags: MessageFlags.Ephemeral,
    });
  },

  async keep(interaction) {
    await interaction.update({
      content: `Kept by ${interaction.user.displayName}.`,
      components: [desk({ kept: true })],
    });
  },

  async whose(interaction) {
    await interaction.reply({ content: `Yours, ${interaction.user}.`, flags: MessageFlags.Ephemeral });
  },

  async note(interaction) {
    await interaction.showModal(notes());
  },

  async notes(interaction) {
    const extra = interaction.fields.getUploadedFiles('extra');
    const files = await Promise.all([...(extra?.values() ?? [])].map((file) => stamped(file, 'noted')));
    await interaction.reply({ content: `Noted: ${interaction.fields.getTextInputValue('note')}`, files });
  },
};

client.on(Events.ClientReady, async () => {
  await client.application.commands.set(commands);
});

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isAutocomplete()) {
    const fitting = STYLES.filter((style) => style.startsWith(interaction.options.getFocused()));
    await interaction.respond(fitting.map((style) => ({ name: style, value: style })));
    return;
  }
  await answers[interaction.commandName ?? interaction.customId](interaction);
});

client.on(Events.MessageReactionAdd, async (reaction) => {
  if (reaction.emoji.name === LOOK) await reaction.message.react(DONE);
});

process.on('SIGTERM', () => client.destroy());

client.login(process.env.DISCORD_TOKEN);
