"""The acknowledgement comes first, whatever storage and network are doing; then trouble is told."""

import asyncio

import pytest

from bot.errors import StorageUnavailable
from tests.acceptance.house import House, words


async def test_it_does_not_wait_for_the_database(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = asyncio.Event()

    async def never(*_: object) -> None:
        await stuck.wait()

    monkeypatch.setattr("bot.storage.jobs.SqlJobStore.add", never)
    interaction = await house.ask()
    assert (await interaction.acknowledged()).kind == "deferred"
    assert house.paid == 0


async def test_a_database_that_fails_is_told_and_nothing_is_begun(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object) -> None:
        raise StorageUnavailable(detail="disk full")

    monkeypatch.setattr("bot.storage.jobs.SqlJobStore.add", failing)
    interaction = await house.ask()
    card = await house.card(interaction, "database does not answer")
    assert "Nothing was spent." in words(card)
    assert "disk full" not in words(card)
    assert house.paid == 0


async def test_nothing_new_is_taken_in_while_stopping(house: House) -> None:
    assert house.app is not None
    await house.app.jobs.close(1)
    said = await house.refused()
    assert "The bot is being restarted and takes nothing new for a moment." in said


async def test_a_database_that_fails_later_holds_the_job_up_but_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the paid POST is kept in hand until the database takes it."""
    from bot.domain.job import Job, Status
    from bot.storage.jobs import SqlJobStore

    real = SqlJobStore.save
    failures = 5

    async def failing(store: SqlJobStore, job: Job, *, was: Status) -> Job:
        nonlocal failures
        if job.status is Status.WAITING and failures:
            failures -= 1
            raise StorageUnavailable(detail="locked")
        return await real(store, job, was=was)

    monkeypatch.setattr(SqlJobStore, "save", failing)
    interaction = await house.ask()
    await house.done(interaction)
    assert failures == 0
    assert house.paid == 1
    assert len(house.pictures(interaction)) == 1


async def test_more_commands_than_places_at_the_api_wait_in_line(empty_house: House) -> None:
    await empty_house.start(seedream={"max_concurrent_tasks": 2})
    noor = empty_house.world.discord.add_person("noor")
    empty_house.replan(processing_seconds=10)
    interactions = [await empty_house.ask(prompt=f"harbour {n}") for n in range(3)]
    late = await noor.slash(empty_house.channel, "seedream", prompt="a lighthouse")
    await late.acknowledged()
    for interaction in (*interactions, late):
        await empty_house.done(interaction)
    order = [str(entry.payload["prompt"]) for entry in empty_house.world.seedream.ledger]
    last = max(order.index(f"harbour {n}") for n in range(3))
    card = interactions[int(order[last].split()[1])].original
    assert card is not None
    told = [words(revision) for revision in card.revisions]
    assert any("In line for a free place at Seedream." in text for text in told), told
    # Fewest running first: whoever came last but has nothing running goes before the first one's third.
    assert order.index("a lighthouse") < last
    starts = [entry.at for entry in empty_house.world.seedream.ledger]
    assert (starts[2] - starts[0]).total_seconds() >= 10


async def test_a_command_that_was_let_in_is_stored_before_the_bot_stops(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between acknowledgement and stored row, stopping waits; the next start goes on with the job."""
    from bot.domain.job import Job
    from bot.storage.jobs import SqlJobStore

    real = SqlJobStore.add
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow(store: SqlJobStore, job: Job) -> None:
        inside.set()
        await go_on.wait()
        await real(store, job)

    monkeypatch.setattr(SqlJobStore, "add", slow)
    interaction = await house.ask()
    await inside.wait()
    stopping = asyncio.create_task(house.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    go_on.set()
    await stopping
    await house.start()
    await house.done(interaction)
    assert house.paid == 1
