"""A restart in the middle: the job goes on where it stopped, and nothing is paid or posted twice."""

import sqlite3
from contextlib import closing

import pytest

from sandbox.discord import Interaction
from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, picture, task_id, words


async def restart(house: House, *, graceful: bool) -> None:
    if graceful:
        await house.stop()
    else:
        await house.crash()
    await house.start()


@pytest.mark.parametrize("graceful", [True, False])
async def test_in_the_middle_of_waiting(house: House, graceful: bool) -> None:
    house.replan(processing_seconds=30)
    interaction = await house.ask(max_images=2, image1=picture())
    await house.world.until(lambda: len(house.messages(interaction)) == 1, what="the task message")
    await restart(house, graceful=graceful)
    await house.done(interaction)
    assert house.paid == 1
    assert len(house.pictures(interaction)) == 2
    assert [m for m in house.messages(interaction) if task_id(m)] == house.messages(interaction)[:1]
    assert [p for m in house.messages(interaction) for p in m.pinged] == [house.person]


async def test_long_after_the_interactions_token_has_ended(house: House) -> None:
    house.replan(processing_seconds=30)
    interaction = await house.ask()
    await house.world.until(lambda: len(house.messages(interaction)) == 1, what="the task message")
    await house.crash()
    await house.clock.advance(3 * 3600)
    await house.start()
    card = await house.done(interaction)
    assert len(house.pictures(interaction)) == 1
    assert "Done: 1 picture" in words(card)


async def test_a_user_installs_pictures_come_by_direct_message_once_the_token_has_ended(house: House) -> None:
    house.replan(processing_seconds=30)
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    await house.ask(elsewhere.add_text_channel("general"), prompt="a lost harbour")
    # Not just posted: between the POST and its answer nobody could know the outcome.
    await house.world.until(lambda: any(task.polls for task in house.world.seedream.tasks.values()), what="a poll")
    await house.crash()
    await house.clock.advance(3600)
    await house.start()
    direct = house.world.discord.dm(house.person)

    def arrived() -> bool:
        return any(m.attachments for m in direct.messages)

    await house.world.until(arrived, what="the pictures in a direct message")
    assert "“a lost harbour”" in direct.messages[0].content


async def test_between_intent_and_answer_of_the_post_it_is_told_as_unknown(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.DELAY, path="/generate/vol/seedream$", seconds=1e6))
    interaction = await house.ask()
    posts = house.world.seedream.requests
    await house.world.until(lambda: any(r.method == "POST" for r in posts), what="the POST")
    await house.crash()
    await house.start()
    card = await house.done(interaction)
    assert "The bot was interrupted at the very moment it sent this to Seedream" in words(card)
    assert "It is not sent again by itself." in words(card)
    assert len([r for r in posts if r.method == "POST"]) == 1


async def test_before_the_references_are_uploaded(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.DELAY, path="/api/upload/file", seconds=1e6, times=1))
    interaction = await house.ask(image1=picture(1), image2=picture(2))
    await house.world.until(
        lambda: any("upload" in r.path for r in house.world.seedream.requests), what="an upload under way"
    )
    await house.crash()
    await house.start()
    await house.done(interaction)
    (entry,) = house.world.seedream.ledger
    assert [upload.data for upload in house.uploads(entry)] == [picture(1).data, picture(2).data]


@pytest.mark.parametrize("arrived", [True, False])
async def test_while_pictures_are_being_posted(house: House, arrived: bool) -> None:
    """The answer to the posting is lost in the crash; whether Discord took it or not, each picture comes once."""
    kind = FaultKind.RESET_AFTER if arrived else FaultKind.RESET_BEFORE
    interaction = await house.ask(max_images=11)
    await house.world.until(lambda: house.place(interaction).is_thread, what="the thread")
    thread = house.place(interaction)
    await house.world.until(lambda: any(task_id(m) for m in thread.messages), what="the task message")
    house.world.discord.faults.add(
        Fault(kind, path=f"/channels/{thread.id}/messages$", method="POST", times=1 if arrived else 3)
    )
    await house.world.until(lambda: not house.world.discord.faults.faults or _posted(interaction, house), what="a post")
    await house.crash()
    await house.clock.advance(1800)
    house.world.discord.faults.clear()
    await house.start()
    await house.done(interaction)
    descriptions = [a.description for a in house.pictures(interaction)]
    assert descriptions == [f"a calm harbour (image {n} of 11)" for n in range(1, 12)]


async def test_pictures_are_found_although_the_clock_was_wrong_when_they_were_posted(house: House) -> None:
    interaction = await house.ask(max_images=2)
    await house.world.until(lambda: house.place(interaction).is_thread, what="the thread")
    thread = house.place(interaction)
    await house.world.until(lambda: any(task_id(m) for m in thread.messages), what="the task message")
    fault = Fault(FaultKind.RESET_AFTER, path=f"/channels/{thread.id}/messages$", method="POST")
    house.world.discord.faults.add(fault)
    await house.world.until(lambda: _posted(interaction, house), what="the pictures")
    await house.crash()
    # Discord has forgotten the nonces, and the clock has been put right since.
    await house.clock.advance(1800)
    with closing(sqlite3.connect(house.folder / "seedream-bot.db")) as database, database:
        database.execute(
            "UPDATE jobs SET submitted_at = datetime(submitted_at, '+1 day') || '.000000',"
            " completed_at = datetime(completed_at, '+1 day') || '.000000'"
        )
    await house.start()
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 2


def _posted(interaction: Interaction, house: House) -> bool:
    return any(m.attachments for m in house.messages(interaction))


async def test_commands_are_registered_once_and_again_only_when_they_change(house: House) -> None:
    def syncs() -> int:
        return sum(r.method == "PUT" and r.path.endswith("/commands") for r in house.world.discord.requests)

    assert syncs() == 1
    await restart(house, graceful=True)
    assert syncs() == 1


async def test_down_for_longer_than_the_deadline_with_an_api_that_stumbles_first(house: House) -> None:
    house.replan(processing_seconds=30)
    interaction = await house.ask()
    await house.world.until(lambda: len(house.messages(interaction)) == 1, what="the task message")
    await house.crash()
    await house.clock.advance(3600)
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path="/tasks/", status=503, times=4))
    await house.start()
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1
