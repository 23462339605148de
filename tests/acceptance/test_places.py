"""Where the answer goes: threads, forum posts, direct messages, user installs, and channels with rights missing."""

from collections.abc import Callable

import pytest

from sandbox.discord import Channel, Permissions
from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, labelled, status, task_id, words


def a_thread(house: House) -> Channel:
    return house.channel.add_thread("sketches")


def a_forum_post(house: House) -> Channel:
    return house.guild.add_forum("ideas").add_post("Lighthouses", by=house.person)


def a_direct_message(house: House) -> Channel:
    return house.world.discord.dm(house.person)


@pytest.mark.parametrize("place", [a_thread, a_forum_post, a_direct_message])
async def test_answers_in_place(house: House, place: Callable[[House], Channel]) -> None:
    channel = place(house)
    interaction = await house.ask(channel)
    card = await house.done(interaction)
    assert card.thread is None
    assert "No thread" not in words(card)
    assert task_id(card) == house.world.seedream.ledger[0].task_id
    assert status(card) == "completed"
    (pictures,) = house.messages(interaction)
    assert pictures.channel is channel
    assert len(pictures.attachments) == 1
    assert pictures.pinged == [house.person]


@pytest.mark.parametrize("where", ["another server", "a private conversation"])
async def test_user_install(house: House, where: str) -> None:
    if where == "another server":
        elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
        elsewhere.join(house.person)
        channel = elsewhere.add_text_channel("general")
    else:
        channel = house.world.discord.private_dm(house.person, house.world.discord.add_person("noor"))
    interaction = await house.ask(channel, max_images=11)
    card = await house.done(interaction)
    assert task_id(card) == house.world.seedream.ledger[0].task_id
    assert "I am not a member" in words(card)
    assert [len(m.attachments) for m in (card, *interaction.followups)] == [10, 1]
    assert [p for m in interaction.followups for p in m.pinged] == [house.person]
    counted = [r for r in house.world.discord.requests if r.counts_toward_global_limit and "/channels" in r.path]
    assert counted == []


async def test_without_the_right_to_open_threads_it_answers_in_place_and_says_why(house: House) -> None:
    channel = house.guild.add_text_channel("strict", bot_denied=Permissions.CREATE_PUBLIC_THREADS)
    interaction = await house.ask(channel)
    card = await house.done(interaction)
    assert card.thread is None
    assert "No thread: I need the permission “Create Public Threads” here." in words(card)
    assert len(house.pictures(interaction)) == 1


async def test_without_the_right_to_read_back_it_answers_through_the_interaction(house: House) -> None:
    channel = house.guild.add_text_channel("forgetful", bot_denied=Permissions.READ_MESSAGE_HISTORY)
    interaction = await house.ask(channel, max_images=11)
    card = await house.done(interaction)
    assert [len(m.attachments) for m in (card, *interaction.followups)] == [10, 1]
    assert house.messages(interaction) == interaction.followups


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        (Permissions.ATTACH_FILES, "the permission “Attach Files”;"),
        (Permissions.SEND_MESSAGES, "the permission “Send Messages” and “Attach Files”;"),
    ],
)
async def test_where_it_could_not_post_pictures_it_refuses_before_anything_is_spent(
    house: House, denied: Permissions, named: str
) -> None:
    channel = house.guild.add_text_channel("words-only", bot_denied=denied)
    interaction = await house.ask(channel)
    answer = await interaction.acknowledged()
    assert answer.ephemeral
    assert interaction.original is not None
    assert named in interaction.original.content
    assert "Nothing was spent." in interaction.original.content
    assert house.paid == 0


async def test_without_embeds_the_card_is_text(house: House) -> None:
    channel = house.guild.add_text_channel("plain", bot_denied=Permissions.EMBED_LINKS)
    interaction = await house.ask(channel)
    card = await house.done(interaction)
    assert card.embeds == []
    task = house.messages(interaction)[0]
    assert task.embeds == []
    assert task_id(task) == house.world.seedream.ledger[0].task_id
    assert labelled(card, "Outcome")


async def test_a_thread_that_discord_refuses_does_not_stop_the_job(house: House) -> None:
    refusal = '{"code": 50013, "message": "Missing Permissions"}'
    house.world.discord.faults.add(Fault(FaultKind.STATUS, path="/threads$", status=403, body=refusal))
    interaction = await house.ask()
    card = await house.done(interaction)
    assert "Discord did not let me open one" in words(card)
    assert len(house.pictures(interaction)) == 1
