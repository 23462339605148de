"""Where only the interaction's token is of use: each picture once and one ping at most, whatever breaks off where."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.job import Job, PictureNote, Sent, Status, shelf_part
from bot.domain.place import Venue
from bot.domain.shelves import announced, open_shelf, shelved_images
from bot.errors import DiscordRejected, DiscordUnavailable, MessageGone, PlaceGone
from bot.jobs.delivery import Delivery
from bot.jobs.sending import Sender
from tests.jobs.engine import Engine
from tests.support.jobs import CARD, CHANNEL, THREAD, delivering_job, make_place

FOLLOWUP = 8000


def foreign_job(images: int = 15, **changes: Any) -> Job:
    return delivering_job(images, place=make_place(venue=Venue.INTERACTION), thread_id=None, sent={}, **changes)


class Killed(BaseException):
    """The process is gone."""


class Saboteur:
    """Stands before a port and breaks one of its calls off, before or after it was done.

    Attributes:
        calls: how many calls there were.
    """

    def __init__(self, *, at: int, after: bool, error: Callable[[], BaseException]) -> None:
        self.calls = 0
        self._at = at
        self._after = after
        self._error = error

    def before(self, port: Any, *names: str) -> Any:  # noqa: ANN401 - whatever port it stands before
        """Return something that does as `port` does, but for the one call of these methods."""
        saboteur = self

        class Stand:
            def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - see above
                method = getattr(port, name)
                return saboteur._wrapped(method) if name in names else method

        return Stand()

    def _wrapped(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - see above
            self.calls += 1
            if self.calls != self._at:
                return await method(*args, **kwargs)
            if self._after:
                await method(*args, **kwargs)
            raise self._error()

        return call


def _delivery(engine: Engine, saboteur: Saboteur | None = None) -> Delivery:
    store, messenger = engine.store, engine.messenger
    sending = messenger
    if saboteur is not None:
        store = saboteur.before(store, "save")
        sending = saboteur.before(messenger, "put_images", "post_shelf", "find")
    return Delivery(store, engine.courier, sending, Sender(store, sending))


async def _on(engine: Engine, delivery: Delivery, at_most: int = 40) -> Job:
    for _ in range(at_most):
        job = engine.store.job(delivering_job().id)
        if job.status is not Status.DELIVERING:
            break
        await delivery.deliver(job)
    return engine.store.job(delivering_job().id)


def _shown(engine: Engine) -> list[int]:
    return sorted(number for shelf in engine.messenger.shelves.values() for number in shelf)


async def test_ten_go_onto_the_card_and_the_rest_onto_the_message_that_pings(engine: Engine) -> None:
    engine.store.put(foreign_job(15))
    job = await _on(engine, _delivery(engine))
    assert engine.messenger.shelves == {CARD: list(range(1, 11)), FOLLOWUP: list(range(11, 16))}
    assert engine.messenger.pings == [True]
    assert shelved_images(job) == tuple(range(1, 16))
    assert job.status is Status.DELIVERED


@pytest.mark.parametrize("images", [1, 15])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [Killed, lambda: DiscordUnavailable(maybe_taken=True)])
async def test_whatever_breaks_off_each_picture_is_shown_once_and_the_ping_comes_once_at_most(
    images: int, error: Callable[[], BaseException], *, after: bool
) -> None:
    at = 0
    while True:
        at += 1
        engine = Engine.build()
        engine.messenger.forgets_nonces = True
        engine.store.put(foreign_job(images))
        saboteur = Saboteur(at=at, after=after, error=error)
        delivery = _delivery(engine, saboteur)
        try:
            await _on(engine, delivery)
        except Killed:
            delivery = _delivery(engine)
        except DiscordUnavailable:
            pass
        job = await _on(engine, delivery)
        assert job.status is Status.DELIVERED, at
        assert _shown(engine) == list(range(1, images + 1)), at
        assert engine.messenger.pings.count(True) <= 1, at
        assert job.notes == {}, at
        assert announced(job), at
        if saboteur.calls < at:
            break
    # Every call was broken off once: an intent, an edit and its record, the same for the ping, the end.
    assert at > 6


async def test_followups_that_stay_in_doubt_lead_elsewhere(engine: Engine) -> None:
    engine.store.put(foreign_job(15))
    delivery = _delivery(engine)
    engine.messenger.fail("post_shelf", *(DiscordUnavailable(maybe_taken=True) for _ in range(9)))
    for _ in range(2):
        with pytest.raises(DiscordUnavailable):
            await _on(engine, delivery)
    with pytest.raises(PlaceGone):
        await _on(engine, delivery)
    assert engine.messenger.pings == [True, False]
    assert engine.store.job(delivering_job().id).delivered_images == set(range(1, 11))


@pytest.mark.parametrize("error", [PlaceGone(), MessageGone(), DiscordRejected()])
async def test_a_ping_that_is_refused_costs_nobody_their_pictures(engine: Engine, error: Exception) -> None:
    engine.store.put(foreign_job(3))
    engine.messenger.fail("post_shelf", error)
    job = await _on(engine, _delivery(engine))
    assert job.status is Status.DELIVERED
    assert engine.messenger.shelves == {CARD: [1, 2, 3]}


async def test_a_followup_that_was_certainly_not_taken_is_posted_again_with_its_ping(engine: Engine) -> None:
    engine.store.put(foreign_job(1))
    delivery = _delivery(engine)
    engine.messenger.fail("post_shelf", DiscordUnavailable(detail="429"))
    with pytest.raises(DiscordUnavailable):
        await _on(engine, delivery)
    await _on(engine, delivery)
    assert engine.messenger.pings == [True, True]
    assert len(engine.messenger.of("shelf")) == 1


async def test_a_card_that_was_deleted_is_made_up_for_by_followups(engine: Engine) -> None:
    engine.store.put(foreign_job(15))
    engine.messenger.fail("put_images", MessageGone())
    job = await _on(engine, _delivery(engine))
    assert engine.messenger.shelves == {FOLLOWUP: list(range(1, 11)), FOLLOWUP + 1: list(range(11, 16))}
    assert engine.messenger.pings == [True, False]
    assert job.message_id(shelf_part(0)) == 0


async def test_where_nobody_can_tell_any_more_links_are_given_instead(engine: Engine) -> None:
    intent = Sent("n", CHANNEL, images=tuple(range(1, 11)))
    engine.store.put(replace(foreign_job(12), sent={"from-1": intent}))
    engine.messenger.readable = False
    job = await _on(engine, _delivery(engine))
    assert job.noted(PictureNote.UNCONFIRMED) == list(range(1, 11))
    assert _shown(engine) == [11, 12]


@pytest.mark.parametrize(("deleted", "unconfirmed"), [(True, []), (False, [1, 2])])
async def test_an_intent_in_a_place_that_is_lost_meanwhile(
    engine: Engine, *, deleted: bool, unconfirmed: list[int]
) -> None:
    """Deleted, the place shows nobody anything; closed to the bot, it may still show people what arrived."""
    sent = {"from-1": Sent("n", THREAD, images=(1, 2)), "links-1": Sent("m", THREAD)}
    job = engine.store.put(delivering_job(2, sent=sent))
    engine.messenger.fail("find", *(PlaceGone(deleted=deleted) for _ in sent))
    after = await Sender(engine.store, engine.messenger).settle(job)
    assert after.noted(PictureNote.UNCONFIRMED) == unconfirmed
    assert set(after.sent) == (set() if deleted else {"from-1"})


def test_pictures_posted_elsewhere_have_announced_themselves() -> None:
    job = foreign_job(3)
    assert not announced(job)
    on_card = replace(job, sent={"from-1": Sent("n", CHANNEL, CARD, (1,))})
    assert not announced(on_card)
    assert announced(replace(job, sent={"from-1": Sent("n", CHANNEL, 7, (1,))}))
    assert announced(replace(on_card, sent={**on_card.sent, shelf_part(1): Sent("n", CHANNEL, 0)}))


def test_how_much_a_message_still_takes() -> None:
    job = foreign_job(15)
    shelf = open_shelf(replace(job, sent={"from-1": Sent("n", CHANNEL, CARD, (1, 2, 3))}))
    assert shelf is not None
    assert (shelf.message_id, shelf.room) == (CARD, 7)
    assert open_shelf(replace(job, sent={shelf_part(0): Sent("n", CHANNEL, 0)})) is None
