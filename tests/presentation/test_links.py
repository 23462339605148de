"""Links to originals: beside other words where they have room, in messages of their own otherwise, and none is lost."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import Job, PictureNote, Sent, Status
from bot.presentation.links import ROOM, link, link_pages, links, wanted_links
from bot.presentation.status import end_words, stand
from tests.support.jobs import delivering_job

ALL = {str(number): PictureNote.GONE for number in range(1, 16)}


def _urls(lengths: list[int]) -> tuple[str, ...]:
    return tuple(f"https://results.example/{number}/".ljust(length, "x") for number, length in enumerate(lengths, 1))


def _linked(text: str) -> set[str]:
    return set(re.findall(r"\[image \d+\]\(<([^>]*)>\)", text))


@given(
    st.lists(st.one_of(st.integers(30, 120), st.integers(100, 1500), st.integers(1500, 4000)), min_size=1, max_size=15),
    st.sampled_from([Status.DELIVERED, Status.FAILED]),
    st.booleans(),
)
def test_every_wanted_link_can_be_reached(lengths: list[int], status: Status, dated: bool) -> None:
    job = delivering_job(len(lengths), results=_urls(lengths), status=status, notes=ALL)
    if not dated:
        job = replace(job, results_expire_at=None)
    job = replace(job, notes={number: ALL[number] for number in list(ALL)[: len(lengths)]})
    pages = link_pages(job)
    beside = links(job, wanted_links(job))
    assert len(pages) <= 15
    assert all(1 <= len(page) <= 2000 for page in pages)
    if pages:
        assert beside.endswith("(links below)")
        assert _linked(beside) == set()
    else:
        assert len(beside) <= ROOM
        assert _linked(beside) == set(job.results)
        return
    shown = "\n".join(pages)
    lines = shown.split("\n")
    for number in wanted_links(job):
        url = job.results[number - 1]
        own = [line for line in lines if f"image {number}" in re.findall(r"image \d+", line)]
        assert len(own) == 1, "each picture has its line, and only one"
        if len(url) > 1980:
            assert own[0].endswith(f"finds it by task ID `{job.task_id}`")
        elif len(url) < 1880:
            assert _linked(own[0]) == {url}


def test_pages_to_read() -> None:
    job = delivering_job(5, results=_urls([700, 700, 700, 700, 2500]), notes=ALL, status=Status.DELIVERED)
    job = replace(job, notes={str(n): PictureNote.GONE for n in (1, 2, 4, 5)})
    assert job.results_expire_at is not None
    assert link_pages(job) == [
        (
            f"The originals, which can be had until <t:{int(job.results_expire_at.timestamp())}:f>:\n"
            f"- {link(job, 1)}\n- {link(job, 2)}"
        ),
        (
            f"- {link(job, 4)}\n"
            "- image 5: its link is too long for a message; "
            f"whoever runs the bot finds it by task ID `{job.task_id}`"
        ),
    ]
    assert link_pages(replace(job, results_expire_at=None))[0].startswith("The originals:\n- [image 1]")


def test_links_have_no_preview() -> None:
    job = delivering_job(2, status=Status.FAILED)
    assert links(job, [2]) == f"[image 2](<{job.results[1]}>)"
    assert links(job, [1, 2]) == f"[image 1](<{job.results[0]}>) and [image 2](<{job.results[1]}>)"


@pytest.mark.parametrize(
    ("status", "notes", "arrived", "wanted"),
    [
        (Status.WAITING, {}, (), []),
        (Status.DELIVERING, {}, (), []),
        (Status.DELIVERED, {}, (1, 2, 3), []),
        (Status.DELIVERED, {"2": PictureNote.GONE, "1": PictureNote.UNUSABLE}, (3,), [1, 2]),
        (Status.DELIVERED, {"3": PictureNote.UNCONFIRMED}, (1, 2, 3), [3]),
        # What was made to fit came, but is not all there was.
        (Status.DELIVERED, {"2": PictureNote.SCALED, "1": PictureNote.REENCODED}, (1, 2, 3), [1, 2]),
        (Status.FAILED, {}, (), [1, 2, 3]),
        (Status.FAILED, {}, (1,), [2, 3]),
        (Status.FAILED, {"1": PictureNote.SCALED}, (1, 2), [1, 3]),
        (Status.FAILED, {}, (1, 2, 3), []),
    ],
)
def test_whose_originals_are_wanted(
    status: Status, notes: dict[str, PictureNote], arrived: tuple[int, ...], wanted: list[int]
) -> None:
    job = delivering_job(3, status=status, notes=notes, sent={"from-1": Sent("n", 1, 7001, arrived)})
    assert wanted_links(job) == wanted


def _ended(status: Status, length: int) -> Job:
    results = _urls([length] * 15)
    return delivering_job(15, results=results, status=status, notes=ALL if status is Status.DELIVERED else {})


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.FAILED])
def test_card_and_pages_agree(status: Status) -> None:
    words = end_words if status is Status.FAILED else stand
    short, long = _ended(status, 35), _ended(status, 60)
    assert link_pages(short) == []
    assert _linked(words(short)) == set(short.results)
    assert link_pages(long)
    assert _linked(words(long)) == set()
    assert "(links below)" in words(long)
