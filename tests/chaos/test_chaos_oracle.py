"""The judge finds what it is there to find: each history here is a good one with one thing wrong."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.chaos.history import Ask, Charge, History, Picture, Thread, Words, mark
from tests.chaos.oracle import End, Wrong, cases, judge

CHANNEL, THREAD, ELSEWHERE = 10, 11, 12
JOB = "0123456789abcdef"
MARK = mark(1)
ASK = Ask(mark=MARK, channel=CHANNEL, reply=f"{MARK} a fox\nOutcome: Done: 2 pictures.\nJob {JOB}", ended=True)
CHARGE = Charge(mark=MARK, task="t1", pictures=("aa", "bb"))
FIRST = Picture(mark=MARK, number=1, digest="aa", channel=THREAD, under=CHANNEL)
SECOND = replace(FIRST, number=2, digest="bb")
TASK = Words(mark=MARK, channel=THREAD, text="Task ID: t1", task="t1")
PING = Words(mark=MARK, channel=THREAD, text="your pictures are ready", pings=1)
GOOD = History(
    asks=(ASK,),
    charges=(CHARGE,),
    pictures=(FIRST, SECOND),
    words=(TASK, PING),
    threads=(Thread(id=THREAD, mark=MARK),),
)
THINKING = replace(ASK, thinking=True, reply="", ended=False)
UNKNOWN = replace(ASK, reply=f"Outcome: It is not sent again by itself.\nJob {JOB}")
FAILED = replace(ASK, reply=f"Outcome: Seedream could not finish this task.\nJob {JOB}")
SILENT = Ask(mark=MARK, channel=CHANNEL, acknowledged=False)
REFUSED = Ask(mark=MARK, channel=CHANNEL, private=True, reply="The bot is being restarted. Nothing was spent.")


def found(history: History) -> list[Wrong]:
    return [finding.wrong for finding in judge(history)]


def alone(ask: Ask, *charges: Charge) -> History:
    return History(asks=(ask,), charges=charges)


@pytest.mark.parametrize(
    ("history", "end"),
    [
        (GOOD, End.DELIVERED),
        (alone(UNKNOWN, CHARGE), End.UNKNOWN),
        (alone(UNKNOWN), End.UNKNOWN),
        (alone(FAILED, replace(CHARGE, pictures=())), End.FAILED),
        (alone(SILENT), End.NO_ANSWER),
        (alone(REFUSED), End.REFUSED),
        # The reply is out of reach, but a message of its own tells the end.
        (
            replace(alone(replace(ASK, ended=False)), words=(Words(mark=MARK, channel=1, text=f"failed\nJob {JOB}"),)),
            End.FAILED,
        ),
        # The same, and the pictures speak for themselves.
        (replace(GOOD, asks=(replace(ASK, ended=False),)), End.DELIVERED),
        # Pictures that Discord did not confirm are linked.
        (
            replace(GOOD, asks=(replace(ASK, reply=f"{ASK.reply} [image 2](<http://x>)"),), pictures=(FIRST,)),
            End.DELIVERED,
        ),
    ],
)
def test_good_histories_are_left_alone(history: History, end: End) -> None:
    assert found(history) == []
    assert [case.end for case in cases(history)] == [end]


def bad_histories() -> Iterable[tuple[str, History, Wrong]]:
    yield "thinking for ever", alone(THINKING), Wrong.LOST
    yield "in the works for ever", alone(replace(ASK, reply=f"In line.\nJob {JOB}", ended=False)), Wrong.LOST
    yield "an empty answer", alone(replace(THINKING, thinking=False)), Wrong.LOST
    yield "POSTed twice", replace(GOOD, charges=(CHARGE, replace(CHARGE, task="t2"))), Wrong.PAID_TWICE
    yield "unknown, POSTed twice", alone(UNKNOWN, CHARGE, replace(CHARGE, task="t2")), Wrong.PAID_TWICE
    yield "paid without an answer", alone(SILENT, CHARGE), Wrong.PAID_UNASKED
    yield "paid although refused", alone(REFUSED, replace(CHARGE, pictures=())), Wrong.PAID_UNASKED
    yield "paid for nobody", replace(GOOD, charges=(CHARGE, replace(CHARGE, mark=None))), Wrong.PAID_UNASKED
    yield "a picture twice", replace(GOOD, pictures=(FIRST, FIRST, SECOND)), Wrong.SHOWN_TWICE
    twice_elsewhere = replace(FIRST, channel=CHANNEL, under=None)
    yield "a picture twice, in two places", replace(GOOD, pictures=(FIRST, SECOND, twice_elsewhere)), Wrong.SHOWN_TWICE
    yield "a picture less", replace(GOOD, pictures=(FIRST,)), Wrong.MISSING
    yield "done, and nothing was paid", alone(ASK), Wrong.MISSING
    yield "another picture", replace(GOOD, pictures=(FIRST, replace(SECOND, digest="aa"))), Wrong.WRONG_PICTURE
    yield "somebody else's picture", replace(GOOD, pictures=(FIRST, SECOND, replace(FIRST, mark=None))), Wrong.MISPLACED
    yield (
        "a picture in another channel",
        replace(GOOD, pictures=(FIRST, replace(SECOND, channel=ELSEWHERE, under=None))),
        Wrong.MISPLACED,
    )
    yield "a finished task told as failed", alone(FAILED, CHARGE), Wrong.GIVEN_UP
    free = replace(UNKNOWN, reply=f"{UNKNOWN.reply} Nothing was spent.")
    yield "paid, said to be free", alone(free, CHARGE), Wrong.SAID_FREE
    yield "an empty thread", replace(alone(THINKING), threads=(Thread(id=THREAD, mark=MARK),)), Wrong.ORPHAN
    yield "a thread of nobody", replace(GOOD, threads=(*GOOD.threads, Thread(id=99, mark=None))), Wrong.ORPHAN
    yield "the task told twice", replace(GOOD, words=(TASK, TASK, PING)), Wrong.TOLD_TWICE
    end = Words(mark=MARK, channel=THREAD, text=f"it failed\nJob {JOB}")
    yield "the end told twice", replace(alone(FAILED), words=(end, end)), Wrong.TOLD_TWICE
    yield "pinged twice", replace(GOOD, words=(TASK, PING, PING)), Wrong.PINGED_TWICE


@pytest.mark.parametrize(("history", "wrong"), [pytest.param(h, w, id=name) for name, h, w in bad_histories()])
def test_what_is_wrong_is_found(history: History, wrong: Wrong) -> None:
    assert wrong in found(history)


def test_everything_that_can_be_wrong_is_tried() -> None:
    assert {wrong for _, _, wrong in bad_histories()} == set(Wrong)


def test_a_finding_names_the_command() -> None:
    (finding,) = judge(alone(SILENT, CHARGE))
    assert str(finding) == f"{MARK}: paid for, although nobody was promised anything (no answer)"
