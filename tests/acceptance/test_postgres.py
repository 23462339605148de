"""The whole bot over PostgreSQL: the main job, and what comes after a stop and after a crash."""

from collections.abc import AsyncIterator

import pytest

from tests.acceptance.house import House, picture, words
from tests.support.postgres import PostgresServer


@pytest.fixture
async def name(postgres: PostgresServer) -> AsyncIterator[str]:
    made = await postgres.create()
    yield made
    await postgres.drop(made)


@pytest.fixture
async def house(empty_house: House, postgres: PostgresServer, name: str) -> House:
    await empty_house.start(storage={"url": postgres.url(name)})
    return empty_house


async def test_the_main_job(house: House) -> None:
    interaction = await house.ask(max_images=2, image1=picture())
    card = await house.done(interaction)
    assert "Done: 2 pictures" in words(card)
    assert (house.paid, len(house.pictures(interaction))) == (1, 2)


async def test_a_stop_gives_the_jobs_to_the_next_start_at_once(house: House) -> None:
    house.replan(processing_seconds=30)
    interaction = await house.ask()
    await house.world.until(lambda: len(house.messages(interaction)) == 1, what="the task message")
    await house.stop()
    await house.start()
    await house.done(interaction)
    assert (house.paid, len(house.pictures(interaction))) == (1, 1)


async def test_a_dead_processs_jobs_are_taken_over_once_their_leases_are_over(
    house: House, postgres: PostgresServer, name: str
) -> None:
    house.replan(processing_seconds=30)
    interaction = await house.ask()
    await house.world.until(lambda: len(house.messages(interaction)) == 1, what="the task message")
    await house.crash()
    connection = await postgres.connect(name)
    # The server's clock is nobody's to move.
    await connection.execute("UPDATE jobs SET lease_until = now() - interval '1 second'")
    await connection.close()
    await house.start()
    await house.done(interaction)
    assert (house.paid, len(house.pictures(interaction))) == (1, 1)
