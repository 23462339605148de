"""Stickers and forwards, as bots are told of them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.discord import Channel, ClientRefused, DiscordSandbox, File, Guild, Intents, Permissions, Person

Rest = Callable[..., Awaitable[tuple[int, Any]]]


async def test_a_sticker_stands_for_words(channel: Channel, ada: Person, rest: Rest) -> None:
    message = await ada.say(channel, stickers=["Wave"])
    _, seen = await rest("GET", f"/channels/{channel.id}/messages/{message.id}")
    assert [(item["name"], item["format_type"]) for item in seen["sticker_items"]] == [("Wave", 1)]


@pytest.mark.parametrize("intent", [Intents.MESSAGE_CONTENT, Intents(0)])
async def test_a_forward_shows_what_it_forwards_as_it_was_then(
    intent: Intents, sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, rest: Rest
) -> None:
    sandbox.application.privileged_intents = intent
    message = await ada.say(channel, "look", files=[File("a.png", b"\x89PNG")])
    elsewhere = guild.add_text_channel("elsewhere")
    forward = await ada.forward(message, elsewhere)
    await ada.edit(message, "another thing")

    _, seen = await rest("GET", f"/channels/{elsewhere.id}/messages/{forward.id}")
    assert seen["message_reference"]["type"] == 1
    assert seen["message_reference"]["message_id"] == str(message.id)
    assert seen["content"] == ""
    inner = [snapshot["message"] for snapshot in seen.get("message_snapshots", ())]
    assert [(item["content"], [file["filename"] for file in item["attachments"]]) for item in inner] == (
        [("look", ["a.png"])] if intent else []
    )
    assert all("author" not in item for item in inner)


async def test_one_forwards_only_where_one_may_write(guild: Guild, channel: Channel, ada: Person) -> None:
    message = await ada.say(channel, "look")
    quiet = guild.add_text_channel("quiet", everyone_denied=Permissions.SEND_MESSAGES)
    with pytest.raises(ClientRefused):
        await ada.forward(message, quiet)
