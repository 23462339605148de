"""The words for where a job stands, and what an end is said to have cost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.job import ENDS, Job, PictureNote, Status, TaskStatus
from bot.domain.place import Venue
from bot.errors import (
    ApiBusy,
    BotError,
    Cost,
    DeliveryGivenUp,
    DiscordUnavailable,
    JobInterrupted,
    PlaceGone,
    TaskFailed,
    TaskOverdue,
    UnknownError,
)
from bot.presentation.panel import Tone
from bot.presentation.status import cost_of, end_words, missing_words, stand, task_line, tone
from sandbox.clock import EPOCH
from tests.support.jobs import THREAD, delivering_job, make_job, make_place, make_references, waiting_job

IN_PLACE = make_place(venue=Venue.CHANNEL)
SINCE = f"<t:{int(EPOCH.timestamp())}:R>"
SENT_FIRST = replace(waiting_job().sent["task"], images=(1,))
DONE = delivering_job(3, status=Status.DELIVERED, sent={"from-1": replace(SENT_FIRST, images=(1, 2, 3))})


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (make_job(), "Got it."),
        (make_job(status=Status.PREPARING, references=make_references(1)), "Checking 1 reference image."),
        (make_job(status=Status.PREPARING, references=make_references(3)), "Checking 3 reference images."),
        (make_job(status=Status.PREPARING), "On its way; task ID and status come in the thread."),
        (make_job(status=Status.PREPARING, thread_id=THREAD), "In line for a free place at Seedream."),
        (make_job(status=Status.PREPARING, place=IN_PLACE), "In line for a free place at Seedream."),
        (make_job(status=Status.SUBMITTING), "Being sent to Seedream."),
        (waiting_job(), "In the works; task ID and status are in the thread."),
        (delivering_job(), "Finished; bringing the pictures."),
        (DONE, "Done: 3 pictures in 14 s."),
        (
            replace(DONE, place=make_place(venue=Venue.INTERACTION, direct_channel_id=9009)),
            "Done: 3 pictures in 14 s, by direct message.",
        ),
        (
            replace(DONE, notes={"2": PictureNote.GONE}),
            f"Done: 3 pictures in 14 s.\nCould not be fetched: [image 2](<{DONE.results[1]}>).",
        ),
        (
            replace(
                DONE,
                notes={
                    "1": PictureNote.UNCONFIRMED,
                    "3": PictureNote.UNUSABLE,
                    "2": PictureNote.REENCODED,
                },
            ),
            (
                "Done: 3 pictures in 14 s.\n"
                f"Not posted, because the bot cannot handle the file: [image 3](<{DONE.results[2]}>).\n"
                f"Discord did not confirm these, so should they be missing: [image 1](<{DONE.results[0]}>)."
            ),
        ),
        (
            waiting_job(status=Status.FAILED, failure=TaskFailed(detail="oops")),
            (
                "Seedream could not finish this task. It said: “oops”.\n"
                "Seedream charges per finished picture, so this should have cost nothing."
            ),
        ),
    ],
)
def test_where_a_job_stands(job: Job, words: str) -> None:
    assert stand(job) == words


@pytest.mark.parametrize("status", Status)
def test_every_status_has_words_a_line_and_a_colour(status: Status) -> None:
    for job in (make_job(status=status), waiting_job(status=status), delivering_job(2, status=status)):
        assert stand(job).endswith(".")
        assert task_line(job)
        assert (tone(job) is Tone.WORKING) == (status not in ENDS)


@pytest.mark.parametrize(
    ("job", "typical", "line"),
    [
        (make_job(status=Status.SUBMITTING), None, "`submitting`"),
        (waiting_job(), None, f"`pending` since {SINCE}"),
        (
            waiting_job(task_status=TaskStatus.PROCESSING),
            14.2,
            f"`processing` since {SINCE} · usually ready in about 14 s",
        ),
        (delivering_job(), 14.2, f"`completed` since {SINCE}"),
        (DONE, 14.2, "`completed` in 14 s"),
        (waiting_job(status=Status.EXPIRED), None, "`expired`"),
        (waiting_job(status=Status.FAILED), None, "`failed`"),
        (make_job(status=Status.UNKNOWN), None, "`unknown`"),
    ],
)
def test_the_line_of_the_task(job: Job, typical: float | None, line: str) -> None:
    assert task_line(job, typical) == line


@pytest.mark.parametrize(
    ("job", "error", "cost"),
    [
        # Before anything was sent nothing can have been spent, whatever went wrong.
        (make_job(), UnknownError(reference="r"), Cost.NOTHING),
        (make_job(), DiscordUnavailable(), Cost.NOTHING),
        (make_job(), PlaceGone(), Cost.NOTHING),
        (make_job(submitted_at=EPOCH), ApiBusy(), Cost.NOTHING),
        (make_job(submitted_at=EPOCH), JobInterrupted(), Cost.UNKNOWN),
        (waiting_job(), TaskOverdue(minutes=10), Cost.UNKNOWN),
        (waiting_job(), TaskFailed(), Cost.UNLIKELY),
        # Once there are pictures they were paid for, whatever went wrong.
        (delivering_job(2), DeliveryGivenUp(reason=PlaceGone()), Cost.PAID),
        (delivering_job(2), UnknownError(reference="r"), Cost.PAID),
    ],
)
def test_how_far_a_job_got_decides_what_it_cost(job: Job, error: BotError, cost: Cost) -> None:
    assert cost_of(job, error) is cost


def test_paid_pictures_that_could_not_be_posted_are_linked_whatever_went_wrong() -> None:
    job = delivering_job(2, status=Status.FAILED, failure=UnknownError(reference="a1"))
    words = end_words(job)
    assert "`a1`" in words
    assert "paid for" in words
    assert all(link in words for link in job.results)


def test_an_end_without_a_reason_still_has_words() -> None:
    assert "unforeseen" in end_words(make_job(status=Status.FAILED))


def test_only_pictures_that_did_not_come_are_linked_at_an_end_without_the_rest() -> None:
    job = delivering_job(
        3, status=Status.FAILED, failure=DeliveryGivenUp(reason=PlaceGone()), sent={"from-1": SENT_FIRST}
    )
    words = end_words(job)
    assert [link in words for link in job.results] == [False, True, True]
    assert "no longer open to the bot" in words
    everything = replace(job, sent={"from-1": replace(SENT_FIRST, images=(1, 2, 3))})
    assert "originals" not in end_words(everything)


def test_links_that_find_no_room_are_said_to_be_below() -> None:
    links = tuple(f"https://results.example/{'x' * 300}/{n}" for n in range(1, 5))
    job = delivering_job(4, results=links, status=Status.FAILED, failure=UnknownError(reference="a1"))
    words = end_words(job)
    assert words.endswith(
        "The originals, for as long as their links work: image 1, image 2, image 3 and image 4 (links below)."
    )
    notes = {"1": PictureNote.GONE, "2": PictureNote.GONE, "4": PictureNote.UNUSABLE}
    assert missing_words(replace(job, status=Status.DELIVERED, notes=notes)) == [
        "Could not be fetched: image 1 and image 2 (links below).",
        "Not posted, because the bot cannot handle the file: image 4 (links below).",
    ]


def test_times_are_told_by_the_reader_s_own_client() -> None:
    later = waiting_job(task_since=EPOCH + timedelta(seconds=61))
    assert f"<t:{int(EPOCH.timestamp()) + 61}:R>" in task_line(later)
