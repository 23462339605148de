"""A message of the bot, laid out once and shown as an embed, or as text where embeds are not allowed."""

from dataclasses import dataclass, field
from enum import IntEnum

import discord

from bot.presentation.wording import abridged

EMBED_DESCRIPTION = 4096
EMBED_FIELD = 1024
EMBED_FOOTER = 2048
MOST_PIECES = 3
CONTENT = 2000
"""Characters. Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits"""


class Tone(IntEnum):
    """The colour down a panel's side."""

    WORKING = 0x4F7CC9
    DONE = 0x3F9C6B
    TROUBLE = 0xC4553F
    UNSURE = 0xC9922E


@dataclass(frozen=True, slots=True)
class Panel:
    """One message: a body, labelled fields, and small print; all Discord markdown.

    Attributes:
        image: the name of a file of the message that an embed shows at its end.
    """

    tone: Tone
    body: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    wide_fields: tuple[tuple[str, str], ...] = ()
    small: tuple[str, ...] = field(default=())
    image: str = ""

    def embed(self) -> discord.Embed:
        """Return the panel as an embed."""
        embed = discord.Embed(colour=int(self.tone), description=self.body[:EMBED_DESCRIPTION] or None)
        for name, value in self.fields:
            embed.add_field(name=name, value=abridged(value, EMBED_FIELD), inline=True)
        for name, value in self.wide_fields:
            for place, piece in enumerate(_pieces(value)):
                embed.add_field(name=name if place == 0 else "\u200b", value=piece, inline=False)
        if self.image:
            # Named again on every edit: what no embed names is listed among the message's files instead.
            # Source: https://discord.com/developers/docs/reference#uploading-files
            embed.set_image(url=f"attachment://{self.image}")
        if self.small:
            embed.set_footer(text="\n".join(self.small)[:EMBED_FOOTER])
        return embed

    def text(self) -> str:
        """Return the panel as message content."""
        facts = " · ".join(f"{name}: {value}" for name, value in self.fields)
        wide = [f"**{name}:** {value}" for name, value in self.wide_fields]
        small = [f"-# {line}" for line in self.small]
        rest = [part for part in (facts, *wide, *small) if part]
        excess = len("\n".join(rest)) - CONTENT
        if excess > 0:
            longest = max(range(len(rest)), key=lambda place: len(rest[place]))
            rest[longest] = abridged(rest[longest], len(rest[longest]) - excess)
        # The body repeats what the person wrote; what the bot has to say comes first where there is no room for both.
        body = abridged(self.body, max(0, CONTENT - len("\n".join(rest)) - 1))
        return "\n".join([body, *rest] if body else rest)


def _pieces(value: str) -> list[str]:
    """Return a long value as values of several fields, cut between lines; it is never lost that it was cut short."""
    pieces: list[str] = []
    for line in abridged(value, EMBED_FIELD * MOST_PIECES - EMBED_FIELD // 2).split("\n"):
        short = abridged(line, EMBED_FIELD)
        if pieces and len(pieces[-1]) + 1 + len(short) <= EMBED_FIELD:
            pieces[-1] += f"\n{short}"
        else:
            pieces.append(short)
    return pieces
