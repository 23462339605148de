"""A small bot that uses what Discord has to offer: for tests of the sandbox page, and to look at it with.

    python -m sandbox.page -- python tests/browser/example_bot.py

Whoever runs it says where Discord is: DISCORD_TOKEN, DISCORD_API_BASE_URL, DISCORD_GATEWAY_URL.
"""

import asyncio
import os
import re
from typing import Any

import discord
import yarl
from discord import app_commands, ui

COLOURS = ("amber", "coral", "indigo", "moss", "slate", "teal", "umber")
MOODS = ("Calm", "Bright", "Stormy")

Registered = app_commands.Command[Any, Any, Any] | app_commands.Group | app_commands.ContextMenu


class Counter(ui.DynamicItem[ui.Button[Any]], template=r"counter:(?P<count>\d+)"):
    """A button that keeps its count in its custom_id, so that it outlives the bot's process."""

    def __init__(self, count: int) -> None:
        label = "Press me" if count == 0 else f"Pressed {count} {'time' if count == 1 else 'times'}"
        custom_id = f"counter:{count}"
        super().__init__(ui.Button(label=label, style=discord.ButtonStyle.primary, custom_id=custom_id))
        self.count = count

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str]
    ) -> "Counter":
        return cls(int(match["count"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(view=board(self.count + 1))


class Deaf(ui.DynamicItem[ui.Button[Any]], template="deaf"):
    """A button that the bot never answers."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="No answer", style=discord.ButtonStyle.danger, custom_id="deaf"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], _match: re.Match[str]
    ) -> "Deaf":
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        """Leave it at that."""


class Whisper(ui.DynamicItem[ui.Button[Any]], template="whisper"):
    """A button whose answer only the one who pressed it sees."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Whisper", style=discord.ButtonStyle.secondary, custom_id="whisper"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], _match: re.Match[str]
    ) -> "Whisper":
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Only you hear this, {interaction.user.display_name}.", ephemeral=True)


class OpenForm(ui.DynamicItem[ui.Button[Any]], template="open-form"):
    """A button that opens a form of the older kind: text fields alone."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Open a form", style=discord.ButtonStyle.success, custom_id="open-form"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], _match: re.Match[str]
    ) -> "OpenForm":
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Title())


def board(count: int) -> ui.View:
    view = ui.View(timeout=None)
    for item in (Counter(count), Whisper(), OpenForm(), Deaf()):
        view.add_item(item)
    return view


class Title(ui.Modal, title="Name a picture"):
    """A form of the older kind."""

    name: ui.TextInput["Title"] = ui.TextInput(label="Title", min_length=3, max_length=60, default="Untitled")
    story: ui.TextInput["Title"] = ui.TextInput(
        label="Story", style=discord.TextStyle.paragraph, required=False, placeholder="Where was it, and when?"
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text = f"**{self.name.value}**\n{self.story.value}".strip()
        await interaction.response.send_message(text)


class Colours(ui.Select[ui.View]):
    """A menu in which one chooses up to three of a few."""

    def __init__(self) -> None:
        options = [
            discord.SelectOption(label=name.title(), value=name, description=f"Something in {name}") for name in COLOURS
        ]
        super().__init__(custom_id="colours", placeholder="Choose colours", options=options, min_values=1, max_values=3)

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"You chose {', '.join(self.values)}.", ephemeral=True)


class Mood(ui.Select[ui.View]):
    """A menu in which one chooses one thing, with one chosen already."""

    def __init__(self, chosen: str) -> None:
        options = [discord.SelectOption(label=name, default=name == chosen) for name in MOODS]
        super().__init__(custom_id="mood", options=options)

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(view=menus(self.values[0]))


class Anyone(ui.UserSelect[ui.View]):
    """A menu of people."""

    def __init__(self) -> None:
        super().__init__(custom_id="anyone", placeholder="Choose people", max_values=2)

    async def callback(self, interaction: discord.Interaction) -> None:
        names = ", ".join(user.display_name for user in self.values)
        await interaction.response.send_message(f"You chose {names}.", ephemeral=True)


class Somewhere(ui.ChannelSelect[ui.View]):
    """A menu of channels."""

    def __init__(self) -> None:
        super().__init__(custom_id="somewhere", placeholder="Choose a channel")

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"You chose {self.values[0].mention}.", ephemeral=True)


class Role(ui.RoleSelect[ui.View]):
    """A menu of roles."""

    def __init__(self) -> None:
        super().__init__(custom_id="role", placeholder="Choose a role")

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"You chose {self.values[0].name}.", ephemeral=True)


def menus(mood: str) -> ui.View:
    view = ui.View(timeout=None)
    for item in (Colours(), Mood(mood), Anyone(), Somewhere(), Role()):
        view.add_item(item)
    return view


class Report(ui.Modal, title="Report a picture"):
    """A form with one input of each newer kind that there is room for."""

    intro: ui.TextDisplay[Any] = ui.TextDisplay("Thank you for looking after this place. Only moderators read this.")
    reason: ui.Label["Report"] = ui.Label(
        text="What is wrong?",
        description="A sentence or two will do.",
        component=ui.TextInput(style=discord.TextStyle.paragraph, min_length=10, max_length=400),
    )
    kind: ui.Label["Report"] = ui.Label(
        text="What kind of thing is it?",
        component=ui.Select(
            placeholder="Choose one",
            options=[
                discord.SelectOption(label="Wrong place", value="place", description="It belongs into another channel"),
                discord.SelectOption(label="Not theirs", value="copy", description="Somebody else made it"),
                discord.SelectOption(label="Something else", value="else"),
            ],
        ),
    )
    proof: ui.Label["Report"] = ui.Label(
        text="Pictures",
        description="Screenshots, if there are any.",
        component=ui.FileUpload(required=False, min_values=1, max_values=3),
    )
    urgent: ui.Label["Report"] = ui.Label(text="It is urgent", component=ui.Checkbox())

    def __init__(self, message: discord.Message) -> None:
        super().__init__()
        self.message = message

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.reason.component, ui.TextInput)
        assert isinstance(self.kind.component, ui.Select)
        assert isinstance(self.proof.component, ui.FileUpload)
        assert isinstance(self.urgent.component, ui.Checkbox)
        files = ", ".join(file.filename for file in self.proof.component.values) or "none"
        lines = (
            f"Reported {self.message.jump_url.rsplit('/', 1)[-1]}: {self.reason.component.value}",
            f"Kind: {self.kind.component.values[0]}",
            f"Files: {files}",
            f"Urgent: {'yes' if self.urgent.component.value else 'no'}",
        )
        await interaction.response.send_message("\n".join(lines), ephemeral=True)


class Taste(ui.Modal, title="Your taste"):
    """A form of choices."""

    mood: ui.Label["Taste"] = ui.Label(
        text="Mood",
        component=ui.RadioGroup(options=[discord.RadioGroupOption(label=name) for name in MOODS]),
    )
    colours: ui.Label["Taste"] = ui.Label(
        text="Colours",
        description="As many as three.",
        component=ui.CheckboxGroup(
            options=[discord.CheckboxGroupOption(label=name.title(), value=name) for name in COLOURS], max_values=3
        ),
    )
    friend: ui.Label["Taste"] = ui.Label(
        text="With whom", component=ui.UserSelect(required=False, placeholder="Nobody yet")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.mood.component, ui.RadioGroup)
        assert isinstance(self.colours.component, ui.CheckboxGroup)
        assert isinstance(self.friend.component, ui.UserSelect)
        friends = ", ".join(user.display_name for user in self.friend.component.values) or "alone"
        text = f"{self.mood.component.value}; {', '.join(self.colours.component.values)}; {friends}"
        await interaction.response.send_message(text)


class Card(ui.LayoutView):
    """A message made of components alone."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        section: ui.Section[Card] = ui.Section(
            ui.TextDisplay("### A card\nMade of components alone: text, a rule, and buttons."),
            accessory=ui.Button(label="Documentation", url="https://discord.com/developers/docs/components/overview"),
        )
        row = ui.ActionRow[Card](Whisper().item, OpenForm().item)
        self.add_item(ui.Container(section, ui.Separator(), row, accent_colour=discord.Colour.teal()))


class ExampleBot(discord.Client):
    """The client, its commands, and the buttons it still knows after a restart."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Counter, Deaf, Whisper, OpenForm)
        self.add_view(menus(MOODS[0]))
        commands: tuple[Registered, ...] = (
            notes,
            show_board,
            show_menus,
            show_card,
            secret,
            taste,
            silent,
            report,
            greet,
        )
        for registered in commands:
            self.tree.add_command(registered)
        await self.tree.sync()


notes = app_commands.Group(name="notes", description="Notes on pictures.")


@notes.command(name="add", description="Write a note.")
@app_commands.describe(
    text="What it says.",
    stars="How much you like it, 1 to 5.",
    colour="The colour it has most of.",
    weight="A number between 0 and 1.",
    about="Whom it is about.",
    where="The channel it belongs to.",
    team="Who should read it.",
    pinned="Whether it stays on top.",
    picture="A picture of it.",
)
@app_commands.choices(stars=[app_commands.Choice(name="★" * number, value=number) for number in range(1, 6)])
async def add_note(  # noqa: PLR0917 - Discord's options are the parameters of the callback
    interaction: discord.Interaction,
    text: app_commands.Range[str, 3, 200],
    stars: int,
    colour: str | None = None,
    weight: app_commands.Range[float, 0.0, 1.0] | None = None,
    about: discord.Member | None = None,
    where: discord.TextChannel | None = None,
    team: discord.Role | None = None,
    pinned: bool = False,
    picture: discord.Attachment | None = None,
) -> None:
    parts: list[object] = [
        text,
        "★" * stars,
        colour,
        weight,
        about and about.display_name,
        where and where.mention,
        team and team.name,
    ]
    parts += ["pinned" if pinned else None, picture and picture.filename]
    await interaction.response.send_message(" · ".join(str(part) for part in parts if part is not None))


@add_note.autocomplete("colour")
async def suggest_colours(_interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    if typed == "slow":
        await asyncio.sleep(4)
    return [app_commands.Choice(name=name.title(), value=name) for name in COLOURS if typed.lower() in name]


@notes.command(name="list", description="Read the notes.")
async def list_notes(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("There are no notes yet.", ephemeral=True)


@app_commands.command(name="board", description="Show buttons that outlive the bot's process.")
async def show_board(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("A board with buttons.", view=board(0))


@app_commands.command(name="menus", description="Show menus of every kind.")
async def show_menus(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Menus of every kind.", view=menus(MOODS[0]))


@app_commands.command(name="card", description="Show a message made of components alone.")
async def show_card(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(view=Card())


@app_commands.command(name="secret", description="Say something only you can see.")
async def secret(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Between you and me.", ephemeral=True)


@app_commands.command(name="taste", description="Fill in a form of choices.")
async def taste(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Taste())


@app_commands.command(name="silent", description="Get no answer at all.")
async def silent(interaction: discord.Interaction) -> None:
    """Leave it at that."""


@app_commands.context_menu(name="Report")
async def report(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_modal(Report(message))


@app_commands.context_menu(name="Greet")
async def greet(interaction: discord.Interaction, user: discord.Member) -> None:
    await interaction.response.send_message(f"Hello, {user.display_name}.", ephemeral=True)


def main() -> None:
    discord.http.Route.BASE = os.environ["DISCORD_API_BASE_URL"]
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    ExampleBot().run(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    main()
