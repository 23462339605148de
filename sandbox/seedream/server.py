"""The sandbox itself: one server on loopback for the API, its files and its results.

Source: https://docs.sinancode.com/en/quickstart.
"""

import asyncio
import hmac
import secrets
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from sandbox.clock import Clock, SystemClock
from sandbox.faults import Activity, FaultPlan, fault_middleware
from sandbox.seedream.answers import ApiError, Handler, refusals
from sandbox.seedream.changes import Changes
from sandbox.seedream.generation import Generation
from sandbox.seedream.ledger import LedgerEntry, RequestRecord
from sandbox.seedream.results import ResultLinks
from sandbox.seedream.tasks import Task, TaskPlan
from sandbox.seedream.uploads import Upload, UploadStore

T = TypeVar("T")

_HOST = "127.0.0.1"
_PROTECTED = ("/v1/", "/api/")
_TOLD_HEADERS = ("user-agent", "content-type", "content-length", "accept", "connection")
_MOST_BODY_BYTES = 72 * 1024 * 1024  # 50 MB in base64, and some room
_TRANSCRIPT_REQUESTS = 40
_SHUTDOWN_SECONDS = 0.2  # for requests that wait on a clock which nobody advances any more


def _random_id() -> str:
    return str(uuid.uuid4())


class SeedreamSandbox:
    """The Seedream API on a socket of this machine; an async context manager.

    Attributes:
        api_token: the one bearer token that is accepted; random for each instance.
        faults: what goes wrong, for any route.
        requests: every request since the start, in order of arrival.

    Args:
        clock: the time in which tasks live and links expire; the machine's by default.
        port: 0 takes a free one.
        plan: how tasks live unless `plan_next` says otherwise.
        new_id: makes task ids and file names.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        port: int = 0,
        plan: TaskPlan | None = None,
        new_id: Callable[[], str] = _random_id,
    ) -> None:
        self.api_token = f"sandbox-{secrets.token_urlsafe(24)}"
        self.faults = FaultPlan()
        self.requests: list[RequestRecord] = []
        self._clock = clock or SystemClock()
        self._port = port
        self._activity = Activity()
        self._changes = Changes()

        self._token_refusal: int | None = None
        self._runner: web.AppRunner | None = None
        changed = self._changes.notify

        def base_url() -> str:
            return self.files_base_url

        self._uploads = UploadStore(self._clock, base_url=base_url, new_id=new_id, changed=changed)
        self._generation = Generation(
            self._clock,
            plan=plan or TaskPlan(),
            base_url=base_url,
            resolve=self._uploads.resolve,
            new_id=new_id,
            changed=changed,
        )
        self._results = ResultLinks(self._generation.tasks, self._clock)

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application(
            middlewares=[
                self._record,
                fault_middleware(self.faults, self._clock, self._activity),
                refusals,
                self._check_token,
            ],
            client_max_size=_MOST_BODY_BYTES,
        )
        app.add_routes([*self._generation.routes(), *self._uploads.routes(), *self._results.routes()])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening and cut what is still open; ledger, uploads and tasks stay readable."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def files_base_url(self) -> str:
        """Base of the files API, `http://127.0.0.1:PORT`; known once started."""
        if self._port == 0:
            raise RuntimeError("the sandbox has no port before it is started")
        return f"http://{_HOST}:{self._port}"

    @property
    def api_base_url(self) -> str:
        """Base of the generation API, `http://127.0.0.1:PORT/v1`; known once started."""
        return f"{self.files_base_url}/v1"

    @property
    def busy(self) -> bool:
        """Whether a request is being handled that does not just wait for the clock."""
        return self._activity.busy

    @property
    def plan(self) -> TaskPlan:
        """How coming tasks live; replace it at will."""
        return self._generation.plan

    @plan.setter
    def plan(self, plan: TaskPlan) -> None:
        self._generation.plan = plan

    def plan_next(self, plan: TaskPlan) -> None:
        """Queue a plan for one of the next tasks; when the queue is used up, `plan` holds again."""
        self._generation.planned.append(plan)

    @property
    def balance(self) -> int | None:
        """Pictures left on the account; None means no end. What is not covered is answered with 402."""
        return self._generation.balance

    @balance.setter
    def balance(self, pictures: int | None) -> None:
        self._generation.balance = pictures

    @property
    def refused_word(self) -> str | None:
        """A word in the prompt which gets an order refused for its content; None refuses nothing."""
        return self._generation.refused_word

    @refused_word.setter
    def refused_word(self, word: str | None) -> None:
        self._generation.refused_word = word

    @property
    def ledger(self) -> list[LedgerEntry]:
        """Every accepted generation, in order."""
        return self._generation.ledger

    @property
    def tasks(self) -> dict[str, Task]:
        """Every task by its id."""
        return self._generation.tasks

    @property
    def uploads(self) -> list[Upload]:
        """Every accepted upload, in order."""
        return self._uploads.accepted

    def refuse_token(self, status: int = 401) -> None:
        """Answer each API request with 401 (a bad token) or 403 (no permission) until `accept_token`."""
        self._token_refusal = status

    def accept_token(self) -> None:
        """Accept the right token again."""
        self._token_refusal = None

    def expire_results(self) -> None:
        """Answer 403 at every result link from now on, whatever its age, until `restore_results`."""
        self._results.expired = True

    def restore_results(self) -> None:
        """Let result links live their 24 hours again."""
        self._results.expired = False

    async def until(self, predicate: Callable[[], T], *, timeout: float = 10.0, what: str = "") -> T:
        """Return the predicate's first true value, asking it now and after each request, order and upload.

        That time passes is no such event: ask about something that a request brings about.

        Args:
            predicate: looks at the sandbox; cheap, without side effects.
            timeout: real seconds, a guard against waiting for ever.
            what: names what is waited for, in the error.

        Raises:
            TimeoutError: with a transcript of what did happen.
        """
        return await self._changes.until(predicate, seconds=timeout, what=what, transcript=self.transcript)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener at every request, order and upload, not when time passes; return what ends it."""
        return self._changes.subscribe(listener)

    async def picture(self, task_id: str, name: str) -> tuple[bytes, str] | None:
        """Return a finished picture's bytes and content type, whatever the age of its link; None: there is none."""
        return await self._results.find(task_id, name)

    def uploaded(self, key: str) -> Upload | None:
        """Return an upload by its name in the store, expired or not."""
        return self._uploads.find(key)

    def transcript(self) -> str:
        """Return the latest requests and all tasks, a line each."""
        lines = [str(record) for record in self.requests[-_TRANSCRIPT_REQUESTS:]]
        lines += [f"task {task.id}: {task.status}, {len(task.polls)} polls" for task in self.tasks.values()]
        return "\n".join(lines) or "nothing happened"

    @web.middleware
    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in _TOLD_HEADERS if name in request.headers}
        record = RequestRecord(request.method, request.path, self._clock.now(), headers)
        self.requests.append(record)
        self._changes.notify()
        try:
            response = await handler(request)
        except asyncio.CancelledError:
            record.cut = True
            raise
        except Exception:
            record.status = 500  # aiohttp's own answer to a mistake in the sandbox
            raise
        else:
            record.status = response.status
            return response
        finally:
            self._changes.notify()

    @web.middleware
    async def _check_token(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(_PROTECTED):
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            right = hmac.compare_digest(token.strip().encode(), self.api_token.encode())
            if scheme.lower() != "bearer" or not right or self._token_refusal == 401:
                raise ApiError(401, "Unauthorized", "invalid token")
            if self._token_refusal is not None:
                raise ApiError(self._token_refusal, "Forbidden", "this token has no permission for the service")
        return await handler(request)
