"""What a job's fields say together, and the ways from status to status."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.job import (
    END_PART,
    ENDS,
    LOST,
    TASK_PART,
    TRANSITIONS,
    Job,
    PictureNote,
    Sent,
    Status,
    images_part,
    links_part,
)
from bot.domain.place import Venue
from tests.support.jobs import CHANNEL, THREAD, make_job, make_place, make_references


def _reachable(start: Status) -> set[Status]:
    seen, todo = set[Status](), [start]
    while todo:
        status = todo.pop()
        if status not in seen:
            seen.add(status)
            todo.extend(TRANSITIONS[status])
    return seen


ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"


def _drawn() -> list[tuple[str, str]]:
    """Return the arrows of the state diagram in docs/architecture.md."""
    (diagram,) = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", ARCHITECTURE.read_text("utf-8"), re.DOTALL)
    arrows = [line.strip() for line in diagram.splitlines() if line.strip()]
    parsed = [re.fullmatch(r"(\[\*\]|\w+) --> (\[\*\]|\w+)(?:: .+)?", arrow) for arrow in arrows]
    assert all(parsed), arrows
    return [(match[1], match[2]) for match in parsed if match]


def test_the_drawn_states_are_the_real_ones() -> None:
    ways = [(one.value, other.value) for one, onward in TRANSITIONS.items() for other in onward]
    drawn = _drawn()
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) == {("[*]", "accepted"), *ways, *((end.value, "[*]") for end in ENDS)}


def test_every_status_has_its_ways_and_is_reached() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert _reachable(Status.ACCEPTED) == set(Status)
    assert {
        Status.DELIVERED,
        Status.FAILED,
        Status.REFUSED,
        Status.CANCELLED,
        Status.EXPIRED,
        Status.UNKNOWN,
    } == ENDS


@pytest.mark.parametrize("status", [status for status in Status if status not in ENDS])
def test_every_open_status_can_come_to_an_end(status: Status) -> None:
    assert _reachable(status) & ENDS
    assert Status.FAILED in TRANSITIONS[status]


def test_nobody_skips_the_stored_intent_and_no_paid_task_is_submitted_again() -> None:
    assert {status for status, onward in TRANSITIONS.items() if Status.WAITING in onward} == {Status.SUBMITTING}
    assert {status for status, onward in TRANSITIONS.items() if Status.SUBMITTING in onward} == {Status.PREPARING}
    for status in (Status.WAITING, Status.DELIVERING, *ENDS):
        assert not _reachable(status) & {Status.ACCEPTED, Status.PREPARING, Status.SUBMITTING}
    # A refusal says that nothing was spent.
    assert {status for status, onward in TRANSITIONS.items() if Status.REFUSED in onward} == {
        Status.ACCEPTED,
        Status.PREPARING,
        Status.SUBMITTING,
    }


@pytest.mark.parametrize("status", Status)
def test_a_job_is_open_until_its_end_has_been_told(status: Status) -> None:
    job = make_job(status=status)
    assert job.open
    assert replace(job, told=True).open is (status not in ENDS)


@pytest.mark.parametrize(
    ("job", "prepared"),
    [
        (make_job(), False),
        (make_job(thread_id=THREAD), True),
        (make_job(place=make_place(venue=Venue.CHANNEL)), True),
        (make_job(thread_id=THREAD, references=make_references(2)), False),
        (make_job(thread_id=THREAD, references=make_references(2, api_url="https://api")), True),
        (make_job(references=make_references(2, api_url="https://api")), False),
        (make_job(thread_id=THREAD, references=(*make_references(1, api_url="u"), *make_references(1))), False),
    ],
)
def test_a_job_is_prepared_when_only_its_turn_is_missing(job: Job, prepared: bool) -> None:
    assert job.prepared is prepared


def test_messages_go_to_the_thread_or_the_place_of_asking() -> None:
    assert make_job(thread_id=42).home_id == 42
    assert make_job().home_id == CHANNEL


def test_once_everything_else_is_closed_messages_go_to_the_person() -> None:
    job = make_job(place=make_place(venue=Venue.INTERACTION, direct_channel_id=9009))
    assert (job.home_id, job.place.route, job.place.venue) == (9009, Venue.CHANNEL, Venue.INTERACTION)
    assert replace(job, thread_id=42).home_id == 9009


@pytest.mark.parametrize("venue", Venue)
def test_until_then_the_way_is_the_venue(venue: Venue) -> None:
    assert make_place(venue=venue).route is venue


def test_parts_are_named_apart() -> None:
    names = [TASK_PART, END_PART, *map(images_part, range(1, 16)), *map(links_part, range(1, 16))]
    assert len(set(names)) == len(names)
    # Rows of earlier versions have these.
    assert (TASK_PART, END_PART, images_part(11), links_part(2)) == ("task", "end", "from-11", "links-2")


def test_pictures_by_note() -> None:
    notes = {"10": PictureNote.GONE, "2": PictureNote.UNUSABLE, "3": PictureNote.SCALED, "1": PictureNote.UNCONFIRMED}
    job = make_job(notes=notes)
    assert job.noted(*LOST) == [2, 10]
    assert job.noted(PictureNote.SCALED, PictureNote.UNCONFIRMED) == [1, 3]
    assert job.noted() == []


def test_only_confirmed_messages_count_as_arrived() -> None:
    job = make_job(
        sent={
            "task": Sent("n", 1, 70),
            "from-1": Sent("n1", 1, 71, (1, 2)),
            "from-3": Sent("n3", 1, None, (3, 4)),
            "from-5": Sent("n5", 1, 0, (5,)),
        }
    )
    # A message id of 0 stands for "may have arrived, cannot be read back": it is not sent again either.
    assert job.delivered_images == {1, 2, 5}
    assert (job.message_id("task"), job.message_id("from-3"), job.message_id("end")) == (70, None, None)
