"""The command as Discord registers it, and its suggestions."""

from typing import Any

import pytest

from sandbox.discord import ClientRefused
from sandbox.discord.command_registry import CommandType
from tests.acceptance.house import House


def command(house: House) -> dict[str, object]:
    (found,) = (item for item in house.world.discord.commands.visible_in(None) if item.type is CommandType.CHAT_INPUT)
    return found.payload


async def test_the_commands_of_a_message_are_there_wherever_the_other_is(house: House) -> None:
    menus = [item for item in house.world.discord.commands.visible_in(None) if item.type is CommandType.MESSAGE]
    assert [menu.name for menu in menus] == ["Edit with Seedream", "Add to references"]
    for menu in menus:
        assert menu.payload["integration_types"] == [0, 1]
        assert menu.payload["contexts"] == [0, 1, 2]


async def test_it_is_registered_globally_for_servers_direct_messages_and_user_installs(house: House) -> None:
    registered = command(house)
    assert registered["name"] == "seedream"
    assert registered["integration_types"] == [0, 1]
    assert registered["contexts"] == [0, 1, 2]


async def test_its_options_are_in_order(house: House) -> None:
    options = command(house)["options"]
    assert isinstance(options, list)
    names = [option["name"] for option in options]
    sources = ["image_urls", "from_task", "use_tray"]
    assert names == ["prompt", "version", "size", "max_images", *sources, *(f"image{n}" for n in range(1, 15))]
    assert [option["name"] for option in options if option.get("required")] == ["prompt"]
    prompt, version, size, max_images, image_urls, from_task, use_tray, *images = options
    assert (prompt["min_length"], prompt["max_length"]) == (1, 2000)
    assert [choice["value"] for choice in version["choices"]] == ["5.0-lite", "4.5", "4.0"]
    assert size["autocomplete"]
    assert {choice["value"]: choice["name"] for choice in max_images["choices"]}[0] == "Auto (up to 15)"
    assert [choice["value"] for choice in max_images["choices"]] == [*range(1, 16), 0]
    assert (image_urls["max_length"], from_task["autocomplete"], use_tray["type"]) == (6000, True, 5)
    assert {option["type"] for option in images} == {11}


@pytest.mark.parametrize(
    ("version", "tiers"),
    [(None, ["2K", "3K"]), ("5.0-lite", ["2K", "3K"]), ("4.5", ["2K", "4K"]), ("4.0", ["2K", "4K"])],
)
async def test_sizes_are_suggested_for_the_chosen_version(house: House, version: str | None, tiers: list[str]) -> None:
    options: dict[str, Any] = {} if version is None else {"version": version}
    choices = await house.person.autocomplete(house.channel, "seedream", focused="size", size="", prompt="x", **options)
    assert [choice.value for choice in choices[:2]] == tiers
    assert len(choices) == 18
    if version != "4.5":
        return
    assert ("4K · 16:9 · 5504x3040", "5504x3040") in [(choice.name, choice.value) for choice in choices]


async def test_suggestions_narrow_while_typing(house: House) -> None:
    choices = await house.person.autocomplete(house.channel, "seedream", focused="size", size="16:9", prompt="x")
    assert [choice.name for choice in choices] == ["2K · 16:9 · 2848x1600", "3K · 16:9 · 4096x2304"]


async def test_a_free_size_is_offered_while_typing(house: House) -> None:
    choices = await house.person.autocomplete(house.channel, "seedream", focused="size", size="2600x1500", prompt="x")
    assert [choice.value for choice in choices] == ["2600x1500"]


async def test_a_suggestion_can_be_taken(house: House) -> None:
    (choice, *_) = await house.person.autocomplete(
        house.channel, "seedream", focused="size", size="3K 9:16", prompt="x"
    )
    await house.done(await house.ask(size=choice.value))
    assert house.world.seedream.ledger[0].payload["size"] == "2304x4096"


async def test_the_client_refuses_a_prompt_that_is_too_long(house: House) -> None:
    with pytest.raises(ClientRefused):
        await house.ask(prompt="x" * 2001)


async def test_the_longest_prompt_is_taken_whole(house: House) -> None:
    prompt = "ä" * 2000
    interaction = await house.ask(prompt=prompt)
    await house.done(interaction)
    assert house.world.seedream.ledger[0].payload["prompt"] == prompt
    assert len(house.place(interaction).name) <= 100
