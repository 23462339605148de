"""Whose turn it is: never more than the cap, fewest running first, then the oldest, and nobody is lost."""

from collections import Counter
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.jobs import queue as module
from bot.jobs.queue import ProcessLine, SubmissionQueue


def test_the_oldest_comes_first() -> None:
    queue = SubmissionQueue(2)
    for job in ("a", "b", "c"):
        assert queue.enter(job, user=job)
    assert queue.admit() == ["a", "b"]
    assert queue.admit() == []
    queue.leave("a")
    assert queue.admit() == ["c"]


def test_whoever_has_fewest_running_comes_before_the_oldest() -> None:
    queue = SubmissionQueue(3)
    for number in range(5):
        queue.enter(f"greedy-{number}", user="greedy")
    queue.enter("modest-0", user="modest")
    queue.enter("modest-1", user="modest")
    assert queue.admit() == ["greedy-0", "modest-0", "greedy-1"]
    queue.leave("greedy-0")
    # One each is running now, so the oldest comes next; after that the modest one again.
    assert queue.admit() == ["greedy-2"]
    queue.leave("modest-0")
    assert queue.admit() == ["modest-1"]


def test_entering_twice_changes_nothing() -> None:
    queue = SubmissionQueue(1)
    assert queue.enter("a", 1)
    assert not queue.enter("a", 1)
    assert queue.admit() == ["a"]
    assert not queue.enter("a", 1)
    assert (queue.running, queue.waiting) == (1, 0)
    assert queue.holds("a")


def test_a_running_task_takes_its_place_whatever_the_cap_says() -> None:
    queue = SubmissionQueue(1)
    queue.enter("waits", 1)
    for job in ("a", "b"):
        queue.occupy(job, 2)
    queue.occupy("a", 2)
    assert queue.running == 2
    assert queue.admit() == []
    queue.leave("a")
    assert queue.admit() == []
    queue.leave("b")
    assert queue.admit() == ["waits"]


def test_leaving_is_no_error_for_strangers_and_those_in_line() -> None:
    queue = SubmissionQueue(1)
    queue.leave("stranger")
    queue.enter("a", 1)
    queue.leave("a")
    assert (queue.waiting, queue.admit()) == (0, [])


def test_whoever_comes_back_has_not_lost_the_time_waited_before() -> None:
    queue = SubmissionQueue(1)
    for job in ("first", "second", "third"):
        queue.enter(job, user=job)
    assert queue.admit() == ["first"]
    # The API was busy: it leaves its place and comes back after those who came later.
    queue.leave("first")
    assert queue.admit() == ["second"]
    assert queue.enter("first", user="first")
    queue.leave("second")
    assert queue.admit() == ["first"]


def test_whoever_is_forgotten_comes_last_again() -> None:
    queue = SubmissionQueue(1)
    for job in ("first", "second"):
        queue.enter(job, user=job)
    queue.forget("first")
    queue.forget("stranger")
    assert (queue.waiting, queue.running) == (1, 0)
    queue.enter("first", user="first")
    assert queue.admit() == ["second"]
    queue.forget("second")
    assert queue.running == 0
    assert queue.admit() == ["first"]


class FairQueue(RuleBasedStateMachine):
    """A plain restatement of the rules, run beside the queue."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = SubmissionQueue(3)
        self.line: list[tuple[str, int]] = []
        self.running: dict[str, int] = {}
        self.count = 0

    @rule(user=st.integers(0, 3))
    def enter(self, user: int) -> None:
        self.count += 1
        job = f"job-{self.count}"
        assert self.queue.enter(job, user)
        self.line.append((job, user))

    @rule()
    def admit(self) -> None:
        expected = []
        while self.line and len(self.running) < 3:
            loads = [sum(1 for owner in self.running.values() if owner == user) for _, user in self.line]
            job, user = self.line.pop(loads.index(min(loads)))
            self.running[job] = user
            expected.append(job)
        assert self.queue.admit() == expected

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(sorted(self.running)))
        del self.running[job]
        self.queue.leave(job)

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from([name for name, _ in self.line]))
        self.line = [entry for entry in self.line if entry[0] != job]
        self.queue.leave(job)

    @invariant()
    def nobody_is_lost_and_the_cap_holds(self) -> None:
        assert (self.queue.waiting, self.queue.running) == (len(self.line), len(self.running))
        assert self.queue.running <= 3


TestFairQueue = FairQueue.TestCase
TestFairQueue.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 8))
def test_everyone_gets_a_turn(users: list[int], capacity: int) -> None:
    queue = SubmissionQueue(capacity)
    for number, user in enumerate(users):
        queue.enter(str(number), user)
    served: list[str] = []
    while batch := queue.admit():
        assert queue.running <= capacity
        served += batch
        for job in batch:
            queue.leave(job)
    assert sorted(served, key=int) == [str(number) for number in range(len(users))]


class PlainQueue:
    """The same rules, looked up anew each time."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.arrivals: dict[str, int] = {}
        self.waiting: dict[str, int] = {}
        self.running: dict[str, int] = {}

    def enter(self, job: str, user: int) -> None:
        if job not in self.waiting and job not in self.running:
            self.arrivals.setdefault(job, max(self.arrivals.values(), default=0) + 1)
            self.waiting[job] = user

    def occupy(self, job: str, user: int) -> None:
        self.waiting.pop(job, None)
        self.running.setdefault(job, user)

    def leave(self, job: str) -> None:
        self.waiting.pop(job, None)
        self.running.pop(job, None)

    def forget(self, job: str) -> None:
        self.leave(job)
        # What came later stays later: the numbers of others do not change.
        self.arrivals.pop(job, None)

    def admit(self) -> list[str]:
        admitted = []
        while self.waiting and len(self.running) < self.capacity:
            loads = Counter(self.running.values())
            job = min(self.waiting, key=lambda job: (loads[self.waiting[job]], self.arrivals[job]))
            self.occupy(job, self.waiting[job])
            admitted.append(job)
        return admitted


ACTS = st.tuples(st.sampled_from(["enter", "occupy", "leave", "forget", "admit"]), st.integers(0, 11))


@given(st.lists(ACTS, max_size=120), st.integers(0, 4), st.sampled_from([0, 64]))
def test_it_decides_as_whoever_looks_at_everybody_each_time(
    acts: list[tuple[str, int]], capacity: int, slack: int
) -> None:
    queue, plain = SubmissionQueue(capacity), PlainQueue(capacity)
    with patch.object(module, "_SLACK", slack):
        for act, number in acts:
            job, user = f"job-{number}", number % 4
            if act == "admit":
                assert queue.admit() == plain.admit()
            elif act in {"enter", "occupy"}:
                for each in (queue, plain):
                    getattr(each, act)(job, user)
            else:
                for each in (queue, plain):
                    getattr(each, act)(job)
            assert (queue.waiting, queue.running) == (len(plain.waiting), len(plain.running))


def test_what_no_longer_counts_is_not_kept_for_ever() -> None:
    queue = SubmissionQueue(0)
    for number in range(200):
        queue.enter(f"stays-{number}", user=number % 10)
    for number in range(20_000):
        queue.enter("restless", user=3)
        queue.occupy("runs", user=number % 10)
        queue.leave("restless")
        queue.leave("runs")
    assert len(queue._turns) < 200
    assert sum(map(len, queue._lines.values())) < 400


async def test_a_place_that_is_asked_for_again_is_still_there() -> None:
    line = ProcessLine(1)
    for job in ("a", "b"):
        line.hold(job, 1, at_api=False)
        assert await line.enter(job)
    assert await line.admit() == ["a"]
    assert await line.admit() == []
    # The database stumbled before the POST.
    assert await line.enter("a")
    assert await line.admit() == ["a"]
    line.forget("a")
    assert await line.admit() == ["b"]


@pytest.mark.parametrize("at_api", [True, False])
async def test_a_job_that_was_taken_over_has_the_place_of_its_task_and_no_other(*, at_api: bool) -> None:
    line = ProcessLine(1)
    for job in ("a", "b"):
        line.hold(job, 1, at_api=False)
        await line.enter(job)
    assert await line.admit() == ["a"]
    line.hold("a", 1, at_api=at_api)
    assert await line.admit() == ([] if at_api else ["b"])
