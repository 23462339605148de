"""The jobs' ports in memory: a store with real fences and leases, an API by script, a Discord that remembers."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.domain.job import LOST, TASK_PART, TRANSITIONS, Claim, Job, PictureNote, Status, TaskState, TaskStatus
from bot.domain.parcel import Parcel, PictureFile
from bot.domain.place import Venue
from bot.domain.references import Prepared, Reference
from bot.domain.request import GenerationRequest
from bot.domain.shelves import shelf_ids
from bot.domain.sources import Gathered
from bot.errors import AlreadyTaken, JobLost, ResultUnreachable, StorageUnavailable
from tests.support.jobs import UPLOAD_LIMIT, make_references

LEASE = timedelta(seconds=60)
FIRST_MESSAGE = 8000
DIRECT_MESSAGES = 9009
FOLLOWUPS = 9010
"""Stands for what is posted through the interaction's token, in place of a channel."""
_NOWHERE = Path("nowhere")


@dataclass
class Row:
    """A stored job and who holds it."""

    job: Job
    owner: str | None
    lease_until: datetime


@dataclass
class MemoryTables:
    """What several stores (processes) share."""

    rows: dict[str, Row] = field(default_factory=dict)
    history: list[tuple[str, Status]] = field(default_factory=list)


@dataclass
class MemoryStore:
    """A `JobStore` of one process: writes are fenced by owner, status and revision, leases run out by the clock."""

    clock: Clock
    tables: MemoryTables = field(default_factory=MemoryTables)
    owner: str = "me"
    failing: Callable[[Job | None], bool] = lambda _job: False
    reads: int = 0
    writes: int = 0
    durations: dict[str, Sequence[float]] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way that needs more than this process."""
        return True

    async def add(self, job: Job) -> None:
        self._count(job)
        if job.id in self.tables.rows:
            raise AlreadyTaken(job_id=job.id)
        self.tables.rows[job.id] = Row(job, self.owner, self.clock.now() + LEASE)

    async def get(self, job_id: str) -> Job | None:
        self.reads += 1
        row = self.tables.rows.get(job_id)
        return row.job if row else None

    async def mine(self, job_id: str) -> Job | None:
        self.reads += 1
        row = self.tables.rows.get(job_id)
        return row.job if row and row.owner == self.owner else None

    async def save(self, job: Job, *, was: Status) -> Job:
        if job.status is not was and job.status not in TRANSITIONS[was]:
            raise ValueError(f"no job goes from {was} to {job.status}")
        self._count(job)
        row = self.tables.rows.get(job.id)
        if row is None or (row.owner, row.job.status, row.job.revision) != (self.owner, was, job.revision):
            raise JobLost(job_id=job.id)
        if job.status is not was:
            self.tables.history.append((job.id, job.status))
        row.job = replace(job, revision=job.revision + 1)
        return row.job

    async def claim(self, limit: int) -> Sequence[Claim]:
        self._count(None)
        now = self.clock.now()
        free = [r for r in self.tables.rows.values() if r.job.open and (r.owner is None or r.lease_until <= now)]
        taken = sorted(free, key=lambda row: row.job.created_at)[:limit]
        for row in taken:
            row.owner, row.lease_until = self.owner, now + LEASE
            row.job = replace(row.job, revision=row.job.revision + 1)
        return [_claim(row.job) for row in taken]

    async def held(self) -> Sequence[Claim]:
        self.reads += 1
        return [_claim(row.job) for row in self.tables.rows.values() if row.job.open and row.owner == self.owner]

    async def renew(self) -> int:
        self._count(None)
        mine = [row for row in self.tables.rows.values() if row.job.open and row.owner == self.owner]
        for row in mine:
            row.lease_until = self.clock.now() + LEASE
        return len(mine)

    async def release(self) -> int:
        mine = [row for row in self.tables.rows.values() if row.job.open and row.owner == self.owner]
        for row in mine:
            row.owner = None
        return len(mine)

    async def typical_seconds(self, request: GenerationRequest) -> float | None:  # noqa: ARG002 - the port's shape
        return None

    async def recent_seconds(self, speed: str) -> Sequence[float]:
        return self.durations.get(speed, ())

    def job(self, job_id: str) -> Job:
        """Return a job as stored."""
        return self.tables.rows[job_id].job

    def put(self, job: Job, owner: str | None = "me") -> Job:
        """Store a job as some earlier process left it."""
        self.tables.rows[job.id] = Row(job, owner, self.clock.now() + LEASE)
        return job

    def statuses(self, job_id: str) -> list[Status]:
        """Return every status the job was moved to."""
        return [status for name, status in self.tables.history if name == job_id]

    def _count(self, job: Job | None) -> None:
        self.writes += 1
        if self.failing(job):
            raise StorageUnavailable(detail="disk full")


def _claim(job: Job) -> Claim:
    return Claim(job.id, job.status, job.requester.user_id, job.retry_at)


Answer = TaskState | BaseException


@dataclass
class ScriptedApi:
    """An `ImageApi` that answers by script; by default every task is pending, processing, completed."""

    clock: Clock
    submit_answers: deque[BaseException | str] = field(default_factory=deque)
    poll_answers: deque[Answer] = field(default_factory=deque)
    before_submit: Callable[[], None] = lambda: None
    reserved: int = 0
    posts: list[tuple[GenerationRequest, tuple[str, ...]]] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    most_running: int = 0
    polls: dict[str, int] = field(default_factory=dict)
    seconds_per_task: float | None = None
    _begun: dict[str, tuple[float, int]] = field(default_factory=dict)

    async def reserve(self) -> None:
        self.reserved += 1

    async def submit(self, request: GenerationRequest, image_urls: Sequence[str]) -> str:
        self.posts.append((request, tuple(image_urls)))
        self.before_submit()
        answer = self.submit_answers.popleft() if self.submit_answers else f"task-{len(self.posts)}"
        if isinstance(answer, BaseException):
            raise answer
        self.running.add(answer)
        self.most_running = max(self.most_running, len(self.running))
        self._begun[answer] = (self.clock.monotonic(), request.max_images or 15)
        return answer

    async def poll(self, task_id: str) -> TaskState:
        self.polls[task_id] = self.polls.get(task_id, 0) + 1
        answer = self.poll_answers.popleft() if self.poll_answers else self._by_time(task_id)
        if isinstance(answer, BaseException):
            raise answer
        if answer.status is TaskStatus.COMPLETED or answer.failure is not None:
            self.running.discard(task_id)
        return answer

    def _by_time(self, task_id: str) -> TaskState:
        begun, images = self._begun.get(task_id, (0.0, 1))
        age = self.clock.monotonic() - begun
        if self.seconds_per_task is None or age < self.seconds_per_task / 4:
            return TaskState(TaskStatus.PENDING if self.polls[task_id] < 2 else TaskStatus.PROCESSING)
        if age < self.seconds_per_task:
            return TaskState(TaskStatus.PROCESSING)
        return completed(images, task_id)


def completed(images: int = 1, task_id: str = "t") -> TaskState:
    """Return the answer to a poll of a finished task."""
    links = tuple(f"https://results.example/{task_id}/{number}.png" for number in range(1, images + 1))
    return TaskState(TaskStatus.COMPLETED, results=links)


@dataclass
class ScriptedPreparer:
    """A `ReferencePreparer` whose uploads succeed unless scripted otherwise."""

    answers: deque[BaseException | Prepared] = field(default_factory=deque)
    calls: int = 0

    async def prepare(self, references: Sequence[Reference]) -> Prepared:
        self.calls += 1
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        if answer is not None:
            return answer
        return Prepared(tuple(replace(r, api_url=r.api_url or f"https://files.example/{r.number}") for r in references))


@dataclass
class ScriptedGatherer:
    """A `Gatherer` that finds one picture in whatever is pointed at, unless scripted otherwise."""

    answers: deque[Gathered | BaseException] = field(default_factory=deque)
    calls: int = 0
    settled: list[tuple[Job, Gathered]] = field(default_factory=list)

    async def gather(self, job: Job) -> Gathered:
        self.calls += 1
        answer = self.answers.popleft() if self.answers else Gathered(make_references(len(job.sources)))
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def settle(self, job: Job, gathered: Gathered) -> None:
        self.settled.append((job, gathered))


@dataclass(frozen=True)
class Post:
    """A message as Discord has it."""

    id: int
    kind: str
    channel_id: int
    nonce: str
    images: tuple[int, ...] = ()
    status: Status | None = None


@dataclass
class RecordingMessenger:
    """A `Messenger` over a Discord that keeps every message; `faults[method]` are raised one after another.

    A fault of ("after", error) is raised after the message was taken.
    """

    posts: list[Post] = field(default_factory=list)
    cards: list[Job] = field(default_factory=list)
    sheets: list[bytes] = field(default_factory=list)
    edits: list[Job] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    direct_messages: list[int] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    shelves: dict[int, list[int]] = field(default_factory=dict)
    pings: list[bool] = field(default_factory=list)
    faults: dict[str, deque[BaseException | tuple[str, BaseException]]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    gone_error: Callable[[], BaseException] | None = None
    thread_id: int = 3001
    direct_channel_id: int = DIRECT_MESSAGES
    readable: bool = True
    card_reachable: bool = True
    card_id: int | None = 3001
    pages: int = 0
    by_nonce: bool = True
    forgets_nonces: bool = False
    on_post: Callable[[Post], None] = lambda _post: None

    def fail(self, method: str, *errors: BaseException | tuple[str, BaseException]) -> None:
        """Have the next calls of a method fail."""
        self.faults.setdefault(method, deque()).extend(errors)

    async def find_card(self, job: Job) -> int | None:  # noqa: ARG002 - the port's shape
        self._raise("find_card")
        return self.card_id

    async def post_card(self, job: Job, nonce: str) -> int:
        return self._post(job, "card", nonce)

    async def show_card(self, job: Job) -> bool:
        self._raise("show_card")
        self.cards.append(job)
        return self.card_reachable

    async def show_sheet(self, job: Job, sheet: bytes) -> bool:
        self._raise("show_sheet")
        self.sheets.append(sheet)
        return await self.show_card(job)

    async def open_thread(self, job: Job) -> int:
        self._raise("open_thread")
        self.threads.append(job.id)
        return self.thread_id

    async def post_task(self, job: Job, nonce: str) -> int:
        return self._post(job, "task", nonce)

    async def edit_task(self, job: Job) -> bool:
        self._raise("edit_task")
        message_id = job.message_id(TASK_PART)
        if message_id is None or job.home_id in self.gone:
            return False
        assert any(post.id == message_id for post in self.posts) or message_id < FIRST_MESSAGE
        self.edits.append(job)
        return True

    async def post_images(self, job: Job, parcel: Parcel, nonce: str) -> int:
        return self._post(job, "images", nonce, parcel.images)

    async def put_images(self, job: Job, parcel: Parcel, message_id: int) -> int:
        self._check(job)
        fault = self._next("put_images")
        if isinstance(fault, BaseException):
            raise fault
        shelf = self.shelves.setdefault(message_id, [])
        shelf.extend(number for number in parcel.images if number not in shelf)
        if fault is not None:
            raise fault[1]
        return message_id

    async def post_shelf(self, job: Job, nonce: str, *, ping: bool) -> int:
        self.pings.append(ping)
        return self._post(job, "shelf", nonce)

    async def post_end(self, job: Job, nonce: str) -> int:
        return self._post(job, "end", nonce)

    def link_pages(self, job: Job) -> int:  # noqa: ARG002 - the port's shape
        return self.pages

    async def post_links(self, job: Job, page: int, nonce: str) -> int:  # noqa: ARG002 - the port's shape
        return self._post(job, "links", nonce)

    async def find(self, job: Job, part: str) -> int | None:
        self.searches.append(part)
        self._check(job)
        self._raise("find")
        sent = job.sent[part]
        if sent.images and job.place.route is Venue.INTERACTION:
            return next((shelf for shelf in shelf_ids(job) if sent.images[0] in self.shelves.get(shelf, [])), None)
        return next((p.id for p in self.posts if p.nonce == sent.nonce and p.channel_id == sent.channel_id), None)

    def can_find(self, job: Job, part: str) -> bool:
        return self.readable and (job.place.route is not Venue.INTERACTION or bool(job.sent[part].images))

    async def open_direct_message(self, job: Job) -> int:
        self._raise("open_direct_message")
        self.direct_messages.append(job.requester.user_id)
        return self.direct_channel_id

    def of(self, kind: str) -> list[Post]:
        """Return the messages of a kind."""
        return [post for post in self.posts if post.kind == kind]

    def images(self) -> list[int]:
        """Return the numbers of all pictures posted, in order."""
        return [number for post in self.of("images") for number in post.images]

    def _post(self, job: Job, kind: str, nonce: str, images: tuple[int, ...] = ()) -> int:
        method = f"post_{kind}"
        self._check(job)
        assert 0 < len(nonce) <= 25
        fault = self._next(method)
        if isinstance(fault, BaseException):
            raise fault
        known = [post for post in self.posts if post.nonce == nonce and post.channel_id == _channel(job)]
        if not known or self.forgets_nonces or job.place.route is Venue.INTERACTION:
            post = Post(FIRST_MESSAGE + len(self.posts), kind, _channel(job), nonce, images, job.status)
            self.posts.append(post)
            self.on_post(post)
            known = [post]
        if fault is not None:
            raise fault[1]
        return known[-1].id

    def _check(self, job: Job) -> None:
        if _channel(job) in self.gone and self.gone_error is not None:
            raise self.gone_error()

    def _next(self, method: str) -> BaseException | tuple[str, BaseException] | None:
        waiting = self.faults.get(method)
        return waiting.popleft() if waiting else None

    def _raise(self, method: str) -> None:
        fault = self._next(method)
        if isinstance(fault, BaseException):
            raise fault


def _channel(job: Job) -> int:
    return FOLLOWUPS if job.place.route is Venue.INTERACTION else job.home_id


@dataclass
class MemoryCourier:
    """A `Courier` that packs pictures without having any."""

    per_message: int = 10
    notes: dict[int, PictureNote] = field(default_factory=dict)
    unreachable: set[int] = field(default_factory=set)
    faults: deque[BaseException] = field(default_factory=deque)
    discarded: list[str] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)

    async def pack(self, job: Job, numbers: Sequence[int]) -> Parcel:
        self.limits.append(job.place.upload_limit)
        if self.faults:
            raise self.faults.popleft()
        wanted = list(numbers)[: self.per_message]
        missing = {number for number in wanted if self.notes.get(number) in LOST} | self.unreachable
        notes = {number: self.notes[number] for number in wanted if number in self.notes}
        files = tuple(
            PictureFile(number, _NOWHERE / str(number), "png", UPLOAD_LIMIT)
            for number in wanted
            if number not in missing
        )
        if not files and not notes:
            raise ResultUnreachable(number=wanted[0], detail="HTTP 503")
        return Parcel(files, notes)

    async def discard(self, job_id: str) -> None:
        self.discarded.append(job_id)
