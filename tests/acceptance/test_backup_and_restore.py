"""A backup while jobs are under way, the database lost, and what an old backup means for what was paid since."""

import asyncio
import shutil
import sqlite3
from contextlib import closing

import pytest

from bot.storage import back_up, restore
from sandbox.discord import Channel, Interaction
from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, picture, task_id, words


def url(house: House) -> str:
    return str(house.world.settings(house.folder)["storage"]["url"])


async def lose_everything_but(house: House, *, after: bool) -> None:
    """Stop or kill the bot, destroy its database, and start it on the backup."""
    if after:
        await house.stop()
    else:
        await house.crash()
    for path in house.folder.glob("seedream-bot.db*"):
        if path.is_dir():
            await asyncio.to_thread(shutil.rmtree, path)
        else:
            path.unlink()
    await restore(url(house), house.folder / "backup.db")
    await house.start()


async def back_up_now(house: House) -> None:
    await back_up(url(house), house.folder / "backup.db")


async def reach_the_api(house: House, interaction: Interaction) -> None:
    await house.world.until(lambda: len(house.messages(interaction)) == 1, what="the task message")


async def no_job_is_open(house: House) -> None:
    """Wait for what the file says: a bot that was just started has no jobs in hand either."""

    def none() -> bool:
        with closing(sqlite3.connect(house.folder / "seedream-bot.db")) as connection:
            (count,) = connection.execute("SELECT count(*) FROM jobs WHERE open").fetchone()
            return int(count) == 0

    await house.world.until(none, what="the job's end")


@pytest.mark.parametrize("delivered", [False, True], ids=["not delivered since", "delivered since"])
async def test_a_task_that_was_at_the_api_is_delivered_once(house: House, delivered: bool) -> None:
    house.replan(processing_seconds=30)
    interaction = await house.ask(max_images=11, image1=picture())
    await reach_the_api(house, interaction)
    await back_up_now(house)
    if delivered:
        await house.done(interaction)
        await house.clock.advance(1800)
    await lose_everything_but(house, after=delivered)
    await no_job_is_open(house)
    assert "Done: 11 pictures" in words(await house.done(interaction))
    assert house.paid == 1
    assert [a.description for a in house.pictures(interaction)] == [
        f"a calm harbour (image {n} of 11)" for n in range(1, 12)
    ]
    assert len([m for m in house.messages(interaction) if task_id(m)]) == 1


@pytest.mark.parametrize("paid_since", [False, True])
async def test_what_was_not_at_the_api_yet_is_not_sent_again_and_that_is_said(house: House, paid_since: bool) -> None:
    upload = house.world.seedream.faults.add(Fault(FaultKind.DELAY, path="/api/upload/file", seconds=60, times=1))
    interaction = await house.ask(image1=picture())
    await house.world.until(lambda: upload.struck, what="the upload")
    await back_up_now(house)
    if paid_since:
        await house.done(interaction)
    await lose_everything_but(house, after=False)

    # In the channel: of the thread, if there is one, the backup knows nothing.
    def told() -> str | None:
        words_of_end = [m.content for m in house.channel.messages if "had to be put back to <t:" in m.content]
        return words_of_end[0] if words_of_end else None

    said = await house.world.until(told, what="the words")
    assert "It cannot be known from here whether this was charged." in said
    assert "It is not sent again by itself." in said
    await no_job_is_open(house)
    assert house.paid == paid_since
    assert len(house.pictures(interaction)) == paid_since


async def test_where_nothing_can_be_read_nothing_is_posted_again(house: House) -> None:
    house.replan(processing_seconds=30)
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    place: Channel = elsewhere.add_text_channel("general")
    interaction = await house.ask(place)
    await house.world.until(lambda: house.paid, what="the POST")
    await house.world.until(
        lambda: interaction.original is not None and task_id(interaction.original), what="the task id"
    )
    await back_up_now(house)
    await house.done(interaction)
    await lose_everything_but(house, after=True)
    await no_job_is_open(house)
    assert house.paid == 1
    assert len(house.pictures(interaction)) == 1


async def test_the_commands_are_registered_anew(house: House) -> None:
    await back_up_now(house)
    before = sum(r.method == "PUT" and r.path.endswith("/commands") for r in house.world.discord.requests)
    await lose_everything_but(house, after=True)
    after = sum(r.method == "PUT" and r.path.endswith("/commands") for r in house.world.discord.requests)
    assert (before, after) == (1, 2)
