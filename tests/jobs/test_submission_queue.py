"""Whose turn it is: never more than the cap, fewest running first, then the oldest, and nobody is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.jobs.queue import SubmissionQueue


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
