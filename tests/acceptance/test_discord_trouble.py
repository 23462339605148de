"""Troubles with Discord that have no row in `test_discord_faults_table.py`, or of which more is to be said."""

import pytest

from sandbox.discord import Interaction
from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, task_id, words


async def started(house: House) -> Interaction:
    """Return a command whose task is at the API, with its id shown in the thread."""
    house.replan(processing_seconds=20)
    interaction = await house.ask()
    await house.world.until(lambda: any(task_id(m) for m in house.messages(interaction)), what="the task message")
    return interaction


async def test_the_gateway_drops_and_resumes(house: House) -> None:
    interaction = await started(house)
    await house.world.discord.disconnect_gateway()
    await house.done(interaction)
    await house.world.discord.wait_ready()
    await house.done(await house.ask())
    assert house.paid == 2


async def test_nobody_can_be_reached_any_more(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    await started(house)
    house.channel.delete()
    house.person.accepts_dms = False
    await house.world.until(lambda: house.app is not None and not house.app.worker.open_jobs, what="the end")
    assert "the requester could not be told" in capsys.readouterr().out


async def test_a_thread_closed_for_good_is_left_for_its_channel(house: House) -> None:
    interaction = await started(house)
    thread = house.place(interaction)
    archived = '{"code": 50083, "message": "Thread is archived"}'
    house.world.discord.faults.add(
        Fault(FaultKind.STATUS, path=f"/channels/{thread.id}/messages", status=400, body=archived, times=None)
    )
    card = await house.done(interaction)
    assert [len(m.attachments) for m in house.channel.messages if m.attachments] == [1]
    assert "Done: 1 picture" in words(card)


async def test_an_edit_that_discord_rejects_costs_nobody_their_pictures(house: House) -> None:
    strange = '{"code": 50035, "message": "Invalid Form Body"}'
    house.world.discord.faults.add(
        Fault(FaultKind.STATUS, path="/webhooks/", method="PATCH", status=400, body=strange, times=None)
    )
    interaction = await house.ask()
    await house.world.until(lambda: house.pictures(interaction), what="the pictures")
    assert house.paid == 1
