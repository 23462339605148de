"""A crash right at the acknowledgement: whoever sees "is thinking …" gets the pictures, and nobody else pays."""

import asyncio

import pytest

from bot.domain.job import Job, Status
from bot.storage.jobs import SqlJobStore
from sandbox.discord import Interaction, SeenAnswer, SeenRequest
from sandbox.discord.errors import Json
from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, words

CALLBACK = r"/interactions/\d+/.+/callback$"


class AtTheCallback:
    """Notes when Discord has taken the acknowledgement, before the bot can know."""

    def __init__(self) -> None:
        self.taken = False

    def exchange(self, request: SeenRequest, answer: SeenAnswer | None) -> None:  # noqa: ARG002 - the Observer's signature
        self.taken = self.taken or request.path.endswith("/callback")

    def dispatch(self, event: str, payload: Json) -> None:
        """Events do not matter here."""


async def crash_when_acknowledged(house: House, monkeypatch: pytest.MonkeyPatch) -> Interaction:
    """Use the command, and let the bot die between Discord's taking the acknowledgement and the noting of it."""
    real, at_callback = SqlJobStore.save, AtTheCallback()

    async def never(store: SqlJobStore, job: Job, *, was: Status) -> None:
        if was is Status.ACCEPTED:
            await asyncio.Event().wait()
        await real(store, job, was=was)

    house.world.discord.observers.append(at_callback)
    with monkeypatch.context() as patch:
        patch.setattr(SqlJobStore, "save", never)
        interaction = await house.ask(max_images=2)
        await house.world.until(lambda: at_callback.taken, what="the acknowledgement")
        await house.crash()
    assert interaction.original is not None
    assert interaction.original.loading
    return interaction


async def test_after_the_acknowledgement_the_job_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    interaction = await crash_when_acknowledged(house, monkeypatch)
    await house.start()
    card = await house.done(interaction)
    assert "Done: 2 pictures" in words(card)
    assert house.paid == 1
    assert len(house.pictures(interaction)) == 2


async def test_hours_after_it_the_person_is_told_that_nothing_was_begun(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    interaction = await crash_when_acknowledged(house, monkeypatch)
    await house.clock.advance(3 * 3600)
    await house.start()

    def told() -> bool:
        said = "\n".join(words(m) for m in house.messages(interaction))
        return (
            "away for too long to go on from there" in said
            and "Nothing was spent." in said
            and "“a calm harbour”" in said
        )

    await house.world.until(told, what="words")
    assert house.paid == 0
    assert [p for m in house.messages(interaction) for p in m.pinged] == [house.person]


async def test_before_the_acknowledgement_nothing_is_begun(house: House) -> None:
    house.world.discord.ignore_unanswered = True
    house.world.discord.faults.add(Fault(FaultKind.DELAY, path=CALLBACK, seconds=1e6))
    interaction = await house.person.slash(house.channel, "seedream", prompt="a calm harbour")
    requests = house.world.discord.requests
    await house.world.discord.until(lambda: any(r.path.endswith("/callback") for r in requests), what="the attempt")
    await house.crash()
    await house.start()
    assert house.app is not None
    worker = house.app.worker
    await house.world.until(lambda: interaction.failed, what="Discord giving it up")
    await house.world.until(lambda: not worker.open_jobs, what="the end of the job")
    assert house.paid == 0
    assert not house.channel.messages
