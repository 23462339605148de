"""Interactions end to end: a real discord.py bot over sockets, a person, and what the person sees."""

import io
import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from sandbox.clock import ManualClock
from sandbox.discord import Channel, ClientRefused, DiscordSandbox, File, Guild, Permissions, Person

Start = Callable[..., Awaitable[Any]]
Rest = Callable[..., Awaitable[tuple[int, Any]]]
Bot = commands.AutoShardedBot
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d")


def slash(bot: Bot, callback: Callable[..., Awaitable[None]], **kwargs: Any) -> None:
    command: Any = app_commands.Command
    bot.tree.add_command(command(name="draw", description="Draw.", callback=callback, **kwargs))


async def test_a_slash_command_with_a_file_is_deferred_and_answered_with_a_thread(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start
) -> None:
    async def draw(interaction: discord.Interaction, prompt: str, image: discord.Attachment) -> None:
        await interaction.response.defer()
        data = await image.read()
        picture = discord.File(io.BytesIO(data), "result.png", description="a result")
        message = await interaction.edit_original_response(content=f"{prompt} {image.width}", attachments=[picture])
        thread = await message.create_thread(name=prompt)
        status = await thread.send("pending")
        await status.edit(content="done")

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw", prompt="a fox", image=File("my fox.png", PNG))
    answer = await interaction.acknowledged()
    assert (answer.kind, answer.ephemeral) == ("deferred", False)
    assert 0 < answer.after < 3
    thread = await sandbox.until(lambda: next(iter(channel.threads), None), what="the thread")
    status = await sandbox.until(lambda: next((item for item in thread.messages if item.edited), None))

    card = interaction.original
    assert card is not None
    assert card in channel.messages
    assert card.content == "a fox 3"
    assert not card.loading
    assert not card.edited
    assert [(item.filename, item.data, item.description, item.width, item.height) for item in card.attachments] == [
        ("result.png", PNG, "a result", 3, 2)
    ]
    assert card.thread is thread
    assert thread.id == card.id
    assert thread.starter is card
    assert thread.name == "a fox"
    assert status.content == "done"
    assert [revision.content for revision in status.revisions] == ["pending"]
    assert "Sandbox bot: done (edited)" in sandbox.transcript()
    counted = [record for record in sandbox.requests if record.counts_toward_global_limit and record.method != "GET"]
    assert [(record.method, record.route, record.status) for record in counted] == [
        ("PUT", "/applications/{application_id}/commands", 200),
        ("POST", "/channels/{channel_id}/messages/{message_id}/threads", 201),
        ("POST", "/channels/{channel_id}/messages", 200),
        ("PATCH", "/channels/{channel_id}/messages/{message_id}", 200),
    ]
    assert counted[2].body["content"] == "pending"


async def test_what_the_bot_is_told_in_a_guild(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, start_bot: Start
) -> None:
    told: list[discord.Interaction] = []

    async def draw(interaction: discord.Interaction) -> None:
        told.append(interaction)
        await interaction.response.send_message("hidden", ephemeral=True)

    sandbox.announced_upload_limit = 50 << 20
    channel.set_overwrite(sandbox.bot, deny=Permissions.ATTACH_FILES)
    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    assert (await interaction.acknowledged()).ephemeral
    seen = told[0]
    assert seen.guild is not None
    assert seen.guild.id == guild.id
    assert seen.channel_id == channel.id
    assert isinstance(seen.channel, discord.TextChannel)
    assert seen.user.display_name == "Ada"
    assert seen.is_guild_integration()
    assert not seen.is_user_integration()
    assert seen.filesize_limit == 50 << 20
    assert not seen.app_permissions.attach_files
    assert seen.app_permissions.create_public_threads
    assert seen.permissions.send_messages
    assert seen.locale is discord.Locale.american_english


async def test_an_ephemeral_answer_is_seen_by_one_person_only(
    channel: Channel, ada: Person, bea: Person, start_bot: Start, rest: Rest
) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("only for you", ephemeral=True)

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    await interaction.acknowledged()
    message = interaction.original
    assert message is not None
    assert message.ephemeral
    assert channel.messages == []
    assert ada.sees(channel) == [message]
    assert bea.sees(channel) == []
    with pytest.raises(ClientRefused):
        await bea.click(message, label="anything")
    status, answer = await rest("GET", f"/channels/{channel.id}/messages/{message.id}")
    assert (status, answer["code"]) == (404, 10008)
    status, answer = await rest("POST", f"/channels/{channel.id}/messages/{message.id}/threads", {"name": "x"})
    assert (status, answer["code"]) == (404, 10008)


@pytest.mark.parametrize("ephemeral", [True, False])
async def test_the_first_followup_ends_the_deferral_and_keeps_its_visibility(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start, ephemeral: bool
) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=ephemeral)
        await interaction.followup.send("first", ephemeral=not ephemeral)
        await interaction.followup.send("second", ephemeral=True)

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    await sandbox.until(lambda: interaction.followups)
    assert interaction.original is not None
    assert (interaction.original.content, interaction.original.ephemeral) == ("first", ephemeral)
    assert [(item.content, item.ephemeral) for item in interaction.followups] == [("second", True)]
    assert interaction.followups[0].reference_id == interaction.original.id


async def test_an_interaction_not_acknowledged_within_three_seconds_is_void(
    sandbox: DiscordSandbox, clock: ManualClock, channel: Channel, ada: Person, start_bot: Start
) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        await clock.sleep(3)
        await interaction.response.defer()

    bot = await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    assert sandbox.busy
    sandbox.ignore_unanswered = True
    await sandbox.until(lambda: not sandbox.busy and len(clock._sleepers) == 2)
    failed: list[bool] = []
    for seconds in (2.9, 0.1):
        await clock.advance(seconds)
        failed.append(interaction.failed)
    assert failed == [False, True]
    with pytest.raises(TimeoutError, match="did not respond"):
        await interaction.acknowledged()
    await sandbox.until(lambda: bot.failures)
    assert (bot.failures[0].status, bot.failures[0].code) == (404, 10062)
    assert interaction.original is None
    sandbox.ignore_unanswered = False
    assert not sandbox.busy


async def test_answering_twice_is_refused(channel: Channel, ada: Person, start_bot: Start, rest: Rest) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.defer()

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    await interaction.acknowledged()
    status, answer = await rest("POST", f"/interactions/{interaction.id}/{interaction.token}/callback", {"type": 5})
    assert (status, answer["code"]) == (400, 40060)
    status, answer = await rest("POST", f"/interactions/{interaction.id}/wrong/callback", {"type": 5})
    assert (status, answer["code"]) == (404, 10062)


async def test_a_token_lives_fifteen_minutes(
    sandbox: DiscordSandbox, clock: ManualClock, channel: Channel, ada: Person, start_bot: Start, rest: Rest
) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hello")

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    await interaction.acknowledged()
    base = f"/webhooks/{sandbox.application_id}/{interaction.token}"
    await clock.advance(15 * 60 - 1)
    assert (await rest("PATCH", f"{base}/messages/@original", {"content": "still"}))[0] == 200
    assert (await rest("GET", f"{base}/messages/@original"))[1]["content"] == "still"
    await clock.advance(1)
    for method, path in (("PATCH", "/messages/@original"), ("POST", ""), ("GET", "/messages/@original")):
        status, answer = await rest(method, f"{base}{path}", None if method == "GET" else {"content": "late"})
        assert (status, answer["code"]) == (401, 50027)
    status, answer = await rest("POST", f"/webhooks/{sandbox.application_id}/unknown", {"content": "x"})
    assert (status, answer["code"]) == (404, 10015)


async def test_expire_kills_the_token_at_once(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start, rest: Rest
) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hello")

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    await interaction.acknowledged()
    interaction.expire()
    status, answer = await rest("POST", f"/webhooks/{sandbox.application_id}/{interaction.token}", {"content": "x"})
    assert (status, answer["code"]) == (401, 50027)


async def test_a_user_install_reaches_a_guild_without_the_bot_with_five_followups(
    sandbox: DiscordSandbox, start_bot: Start
) -> None:
    told: list[discord.Interaction] = []

    async def draw(interaction: discord.Interaction) -> None:
        told.append(interaction)
        await interaction.response.send_message("here")
        for number in range(6):
            await interaction.followup.send(str(number))

    def setup(bot: Bot) -> None:
        everywhere = app_commands.AppInstallationType(guild=True, user=True)
        anywhere = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
        slash(bot, draw, allowed_installs=everywhere, allowed_contexts=anywhere)

    elsewhere = sandbox.add_guild("Elsewhere", with_bot=False)
    channel = elsewhere.add_text_channel("general")
    ada = sandbox.add_person("ada")
    bot = await start_bot(setup)
    interaction = await ada.slash(channel, "draw")
    await sandbox.until(lambda: bot.failures)
    assert ada.user_installed
    assert bot.failures[0].code == 40094
    assert len(interaction.followups) == 5
    assert told[0].is_user_integration()
    assert not told[0].is_guild_integration()
    assert not told[0].app_permissions.send_messages
    assert told[0].app_permissions.attach_files
    with pytest.raises(discord.Forbidden) as refused:
        await bot.get_partial_messageable(channel.id).send("no")
    assert refused.value.code == 50001


async def test_contexts_of_dms(sandbox: DiscordSandbox, ada: Person, bea: Person, start_bot: Start) -> None:
    told: list[discord.Interaction] = []

    async def draw(interaction: discord.Interaction) -> None:
        told.append(interaction)
        await interaction.response.send_message("here")

    def setup(bot: Bot) -> None:
        slash(
            bot,
            draw,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        )

    await start_bot(setup)
    for place in (sandbox.dm(ada), sandbox.private_dm(ada, bea)):
        interaction = await ada.slash(place, "draw")
        await interaction.acknowledged()
        assert place.messages == [interaction.original]
    assert told[0].context.dm_channel
    assert told[1].context.private_channel
    assert isinstance(told[0].channel, discord.DMChannel)
    assert told[0]._integration_owners == {0: 0}
    assert told[1]._integration_owners == {1: ada.id}
    assert [item.app_permissions.send_messages for item in told] == [False, False]
    assert [item.app_permissions.attach_files for item in told] == [True, True]


async def test_autocomplete(channel: Channel, ada: Person, start_bot: Start) -> None:
    async def draw(interaction: discord.Interaction, size: str, version: str = "5") -> None:
        await interaction.response.send_message(size + version)

    async def sizes(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        version = interaction.namespace.version
        return [app_commands.Choice(name=f"{current} {version}", value="2K")]

    def setup(bot: Bot) -> None:
        command: Any = app_commands.Command(name="draw", description="Draw.", callback=draw)
        command.autocomplete("size")(sizes)
        bot.tree.add_command(command)

    await start_bot(setup)
    choices = await ada.autocomplete(channel, "draw", focused="size", size="2", version="4.5")
    assert [(choice.name, choice.value) for choice in choices] == [("2 4.5", "2K")]
    with pytest.raises(ClientRefused, match="no suggestions"):
        await ada.autocomplete(channel, "draw", focused="version")


async def test_too_many_choices_are_refused(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start
) -> None:
    async def draw(_: discord.Interaction, size: str) -> None: ...

    async def sizes(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=str(number), value=str(number)) for number in range(int(current))]

    def setup(bot: Bot) -> None:
        command: Any = app_commands.Command(name="draw", description="Draw.", callback=draw)
        command.autocomplete("size")(sizes)
        bot.tree.add_command(command)

    await start_bot(setup)
    assert len(await ada.autocomplete(channel, "draw", focused="size", size="25")) == 25
    with pytest.raises(TimeoutError):
        await ada.autocomplete(channel, "draw", focused="size", size="26", timeout=0.3)
    assert sandbox.requests[-1].status == 400
    sandbox.ignore_unanswered = True


class Again(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"again:(?P<number>\d+)"):
    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: discord.ui.Item[Any], match: re.Match[str]) -> "Again":
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=f"again {self.number}", view=None)


async def test_a_persistent_button_updates_its_message(channel: Channel, ada: Person, start_bot: Start) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(Again(7))
        view.add_item(discord.ui.Button(label="Off", custom_id="off", disabled=True))
        view.add_item(discord.ui.Button(label="Web", url="https://example.com"))
        await interaction.response.send_message("once", view=view)

    def setup(bot: Bot) -> None:
        slash(bot, draw)
        bot.add_dynamic_items(Again)

    await start_bot(setup)
    first = await ada.slash(channel, "draw")
    await first.acknowledged()
    message = first.original
    assert message is not None
    for label in ("Off", "Web", "Nowhere"):
        with pytest.raises(ClientRefused):
            await ada.click(message, label=label)
    click = await ada.click(message, label="Again")
    assert (await click.acknowledged()).kind == "update"
    assert click.original is message
    assert (message.content, message.components, message.edited) == ("again 7", [], True)


class Form(discord.ui.Modal, title="Edit"):
    prompt: Any = discord.ui.Label(text="Prompt", component=discord.ui.TextInput(custom_id="prompt", max_length=10))
    size: Any = discord.ui.Label(
        text="Size",
        component=discord.ui.Select(
            custom_id="size", options=[discord.SelectOption(label="Two", value="2K"), discord.SelectOption(label="3K")]
        ),
    )
    files: Any = discord.ui.Label(
        text="Pictures", component=discord.ui.FileUpload(custom_id="files", max_values=2, required=False)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        prompt, size, files = (item.component for item in (self.prompt, self.size, self.files))
        data = [await item.read() for item in files.values]
        await interaction.response.send_message(f"{prompt.value} {size.values[0]} {data}")


async def test_a_modal_from_a_command(channel: Channel, ada: Person, bea: Person, start_bot: Start) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    await start_bot(lambda bot: slash(bot, draw))
    opened = await ada.slash(channel, "draw")
    assert (await opened.acknowledged()).kind == "modal"
    assert opened.modal is not None
    assert opened.modal["title"] == "Edit"
    good = {"prompt": "a fox", "Size": "Two", "files": [File("a.png", b"1"), File("b.png", b"2")]}
    for wrong in (
        good | {"prompt": "x" * 11},
        {key: value for key, value in good.items() if key != "prompt"},
        good | {"Size": "4K"},
        good | {"files": [File("a.png", b"1")] * 3},
        good | {"other": "x"},
    ):
        with pytest.raises(ClientRefused):
            await ada.submit_modal(opened, wrong)
    with pytest.raises(ClientRefused):
        await bea.submit_modal(opened, good)
    sent = await ada.submit_modal(opened, good)
    await sent.acknowledged()
    assert sent.original is not None
    assert sent.original.content == "a fox 2K [b'1', b'2']"
    with pytest.raises(ClientRefused, match="already"):
        await ada.submit_modal(opened, good)


async def test_a_modal_that_got_no_answer_can_be_sent_once_more(
    clock: ManualClock, sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start
) -> None:
    answers = [False, True]

    class Stubborn(discord.ui.Modal, title="Edit"):
        prompt: discord.ui.TextInput[Any] = discord.ui.TextInput(label="prompt")

    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Stubborn())

    async def submitted(interaction: discord.Interaction) -> None:
        # Not by the modal's own callback, which discord.py calls once.
        if interaction.type is discord.InteractionType.modal_submit and answers.pop(0):
            await interaction.response.send_message("Thank you.")

    bot = await start_bot(lambda bot: slash(bot, draw))
    bot.add_listener(submitted, "on_interaction")
    opened = await ada.slash(channel, "draw")
    await opened.acknowledged()
    first = await ada.submit_modal(opened, {"prompt": "a fox"})
    with pytest.raises(ClientRefused, match="already"):
        await ada.submit_modal(opened, {"prompt": "a fox"})
    sandbox.ignore_unanswered = True
    await sandbox.until(lambda: not sandbox.busy and clock.next_wake() is not None)
    await clock.advance(3.1)
    await sandbox.until(lambda: first.failed)
    second = await ada.submit_modal(opened, {"prompt": "a fox"})
    await second.acknowledged()
    assert second.original is not None
    assert second.original.content == "Thank you."


async def test_a_select_menu(sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start) -> None:
    class Menu(discord.ui.View):
        @discord.ui.select(options=[discord.SelectOption(label=item) for item in "abc"], max_values=2)
        async def chosen(self, interaction: discord.Interaction, select: discord.ui.Select[Any]) -> None:
            await interaction.response.defer()
            await interaction.followup.send(",".join(select.values), ephemeral=True)

        @discord.ui.select(cls=discord.ui.UserSelect)
        async def whom(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Any]) -> None:
            await interaction.response.send_message(select.values[0].name)

    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("choose", view=Menu())

    await start_bot(lambda bot: slash(bot, draw))
    shown = await ada.slash(channel, "draw")
    await shown.acknowledged()
    assert shown.original is not None
    with pytest.raises(ClientRefused):
        await ada.select(shown.original, ["a", "b", "c"])
    with pytest.raises(ClientRefused):
        await ada.select(shown.original, ["d"])
    chosen = await ada.select(shown.original, ["b", "a"])
    assert (await chosen.acknowledged()).kind == "deferred_update"
    await sandbox.until(lambda: chosen.followups)
    assert chosen.followups[0].content == "b,a"
    menu = shown.original.components[1]["components"][0]["custom_id"]
    asked = await ada.select(shown.original, [ada], custom_id=menu)
    await asked.acknowledged()
    assert asked.original is not None
    assert asked.original.content == "ada"


async def test_a_message_command_gets_the_message_with_its_files_without_the_content_intent(
    channel: Channel, ada: Person, bea: Person, start_bot: Start
) -> None:
    got: list[discord.Message] = []

    async def reference(interaction: discord.Interaction, message: discord.Message) -> None:
        got.append(message)
        await interaction.response.send_message(f"{len(await message.attachments[0].read())} bytes", ephemeral=True)

    def setup(bot: Bot) -> None:
        bot.tree.add_command(app_commands.ContextMenu(name="Use as reference", callback=reference))

    await start_bot(setup)
    message = await bea.say(channel, "look", files=[File("cat.png", PNG)])
    interaction = await ada.use_on_message("Use as reference", message)
    await interaction.acknowledged()
    assert interaction.original is not None
    assert interaction.original.content == f"{len(PNG)} bytes"
    assert got[0].content == "look"
    assert got[0].author.name == "bea"


async def test_the_last_touch_of_a_modal_from_a_button_updates_the_message(
    channel: Channel, ada: Person, start_bot: Start
) -> None:
    class Rename(discord.ui.Modal, title="Rename"):
        name: Any = discord.ui.TextInput(label="Name")

        async def on_submit(self, interaction: discord.Interaction) -> None:
            await interaction.response.edit_message(content=self.name.value)

    class View(discord.ui.View):
        @discord.ui.button(label="Rename")
        async def rename(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
            await interaction.response.send_modal(Rename())

    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("old", view=View())

    await start_bot(lambda bot: slash(bot, draw))
    shown = await ada.slash(channel, "draw")
    await shown.acknowledged()
    assert shown.original is not None
    opened = await ada.click(shown.original, label="Rename")
    await opened.acknowledged()
    sent = await ada.submit_modal(opened, {"Name": "new"})
    assert (await sent.acknowledged()).kind == "update"
    assert shown.original.content == "new"


async def test_without_a_bot_the_command_is_not_answered(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, rest: Rest
) -> None:
    body = [{"name": "draw", "description": "Draw."}]
    assert (await rest("PUT", f"/applications/{sandbox.application_id}/commands", body))[0] == 200
    interaction = await ada.slash(channel, "draw")
    assert interaction.failed
    assert not sandbox.busy


async def test_an_interaction_waits_for_nobody_once_the_bot_is_gone(
    sandbox: DiscordSandbox, clock: ManualClock, channel: Channel, ada: Person, start_bot: Start
) -> None:
    async def draw(_: discord.Interaction) -> None: ...

    bot = await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    assert sandbox.busy
    await bot.close()
    await sandbox.until(lambda: not sandbox.busy)
    assert not interaction.failed
    await clock.advance(3)
    await sandbox.until(lambda: interaction.failed)


async def test_deleting_the_original(sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.followup.send("first")
        await interaction.followup.send("second")
        await interaction.delete_original_response()

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    await sandbox.until(lambda: interaction.original is not None and interaction.original.deleted)
    assert [message.content for message in interaction.responses] == ["second"]
    assert [message.content for message in channel.messages] == ["second"]


async def test_a_deferred_answer_never_pings_but_a_followup_does(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, bea: Person, start_bot: Start
) -> None:
    async def draw(interaction: discord.Interaction) -> None:
        everyone = discord.AllowedMentions.all()
        await interaction.response.defer()
        await interaction.edit_original_response(content=bea.mention, allowed_mentions=everyone)
        await interaction.followup.send(bea.mention, allowed_mentions=everyone)

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    await sandbox.until(lambda: interaction.followups)
    assert interaction.original is not None
    assert interaction.original.pinged == []
    assert interaction.original.mentions == [bea]
    assert interaction.followups[0].pinged == [bea]


CALLBACKS = [
    ({"type": 8, "data": {"choices": []}}, "type"),
    ({"type": 6}, "type"),
    ({"type": 4, "data": {"content": "x" * 2001}}, "data"),
    ({"type": 9, "data": {"custom_id": "m", "title": "x" * 46, "components": [{"type": 10, "content": "x"}]}}, "data"),
    ({"type": 9, "data": {"custom_id": "m", "title": "x", "components": []}}, "data"),
    ({"type": 9, "data": {"custom_id": "m", "title": "x", "components": [{"type": 10, "content": "x"}] * 6}}, "data"),
    (
        {
            "type": 9,
            "data": {
                "custom_id": "m",
                "title": "x",
                "components": [{"type": 18, "label": "x" * 46, "component": {"type": 4, "custom_id": "a", "style": 1}}],
            },
        },
        "data",
    ),
]


@pytest.mark.parametrize(("body", "path"), CALLBACKS)
async def test_answers_that_do_not_fit_are_refused(
    channel: Channel, ada: Person, start_bot: Start, rest: Rest, body: dict[str, Any], path: str
) -> None:
    async def draw(_: discord.Interaction) -> None: ...

    await start_bot(lambda bot: slash(bot, draw))
    interaction = await ada.slash(channel, "draw")
    callback = f"/interactions/{interaction.id}/{interaction.token}/callback"
    status, answer = await rest("POST", callback, body)
    assert (status, answer["code"]) == (400, 50035)
    assert list(answer["errors"]) == [path]
    assert interaction.acknowledgement is None
    assert (await rest("POST", f"{callback}?with_response=1", {"type": 4, "data": {"content": "good"}}))[0] == 200
