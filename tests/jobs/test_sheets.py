"""The contact sheet of a job: shown before it is recorded, and never in the way."""

from collections import deque
from dataclasses import replace

import pytest

from bot.domain.job import SHEET_PART, Sent, Status
from bot.domain.place import Venue
from bot.domain.references import Prepared, Remark, RemarkKind
from bot.domain.shelves import open_shelf
from bot.errors import DiscordUnavailable
from tests.jobs.engine import Engine
from tests.support.jobs import CARD, CHANNEL, delivering_job, make_job, make_place, make_references

READY = make_references(2, api_url="https://files.example/x")
SAME = Remark(RemarkKind.SAME, "copy.png", of=1)
LEFT_OUT = Remark(RemarkKind.LEFT_OUT, "wave", why="sticker")


async def test_fewer_references_remarks_and_sheet_are_stored_together(engine: Engine) -> None:
    job = make_job(status=Status.PREPARING, references=make_references(3), remarks=(LEFT_OUT,))
    job = replace(job, request=replace(job.request, reference_count=3, max_images=None))
    await engine.store.add(job)
    engine.preparer.answers.append(Prepared(READY, (SAME,), b"sheet"))
    await engine.steps.advance(job)
    stored = engine.store.job(job.id)
    assert stored.references == READY
    assert stored.remarks == (LEFT_OUT, SAME)
    assert (stored.request.reference_count, stored.request.most_images) == (2, 13)
    assert stored.message_id(SHEET_PART) == CARD
    assert engine.messenger.sheets == [b"sheet"]


@pytest.mark.parametrize(("failures", "shown"), [(1, True), (2, True), (3, False)])
async def test_it_is_tried_a_few_times_and_then_done_without(engine: Engine, failures: int, *, shown: bool) -> None:
    job = make_job(status=Status.PREPARING, references=make_references(2))
    engine.preparer.answers.append(Prepared(READY, sheet=b"sheet"))
    engine.messenger.faults["show_sheet"] = deque(DiscordUnavailable(detail="away") for _ in range(failures))
    engine.start()
    await engine.take(job)
    await engine.run_until(lambda: bool(engine.api.posts))
    stored = engine.store.job(job.id)
    assert (stored.message_id(SHEET_PART) is not None) is shown
    assert engine.preparer.calls == 1


async def test_a_card_out_of_reach_is_no_trouble(engine: Engine) -> None:
    job = make_job(status=Status.PREPARING, references=make_references(2))
    await engine.store.add(job)
    engine.preparer.answers.append(Prepared(READY, sheet=b"sheet"))
    engine.messenger.card_reachable = False
    await engine.steps.advance(job)
    stored = engine.store.job(job.id)
    assert SHEET_PART not in stored.sent
    assert stored.references == READY


def test_it_takes_one_of_the_ten_places_on_the_card() -> None:
    job = delivering_job(15, place=make_place(venue=Venue.INTERACTION), thread_id=None, sent={})
    shelf = open_shelf(job)
    assert shelf is not None
    assert shelf.room == 10
    with_sheet = replace(job, sent={SHEET_PART: Sent("n", CHANNEL, CARD)})
    shelf = open_shelf(with_sheet)
    assert shelf is not None
    assert (shelf.message_id, shelf.room) == (CARD, 9)
    full = {**with_sheet.sent, "from-1": Sent("m", CHANNEL, CARD, images=tuple(range(1, 10)))}
    assert open_shelf(replace(job, sent=full)) is None
