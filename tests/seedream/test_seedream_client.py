import asyncio
import json
import logging
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
from aiohttp import ClientSession, web
from PIL import Image
from pydantic import SecretStr

from bot.domain.job import TaskStatus
from bot.domain.references import MAX_FILE_BYTES
from bot.domain.request import GenerationRequest
from bot.errors import (
    ApiAnswerInvalid,
    ApiBalanceExhausted,
    ApiBusy,
    ApiConnectionLost,
    ApiContentRefused,
    ApiError,
    ApiRequestRejected,
    ApiServerError,
    ApiTokenRefused,
    ApiUnreachable,
    StorageUnavailable,
    SubmissionOutcomeUnknown,
    TaskFailed,
    TaskUnknownToApi,
)
from bot.seedream import ProcessRate, RequestRate, SeedreamClient, open_session
from bot.seedream.client import MAX_ANSWER_BYTES
from sandbox.clock import ManualClock
from sandbox.faults import Fault, FaultKind
from sandbox.seedream import SeedreamSandbox, TaskPlan

SECRET = "planted-secret-0123456789"
POST = "/generate/"
REQUEST = GenerationRequest("a cat in a hat")


def session(*, keep_alive: bool = True, total: float = 20.0, read: float = 20.0) -> ClientSession:
    return open_session(
        user_agent="seedream-bot/test",
        connect_timeout=10,
        read_timeout=read,
        total_timeout=total,
        limit=10,
        keep_alive=keep_alive,
    )


@asynccontextmanager
async def client_of(
    api: str,
    files: str = "http://127.0.0.1:9",
    token: str = SECRET,
    *,
    total: float = 20.0,
    read: float = 20.0,
    rate: RequestRate | None = None,
    clock: ManualClock | None = None,
) -> AsyncIterator[SeedreamClient]:
    clock = clock or ManualClock()
    async with session(total=total, read=read) as shared, session(keep_alive=False, total=total, read=read) as paid:
        yield SeedreamClient(
            shared,
            paid,
            api_token=SecretStr(token),
            api_base_url=api,
            files_base_url=files,
            rate=rate or ProcessRate(1000, clock),
            clock=clock,
        )


@pytest.fixture
async def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[SeedreamSandbox]:
    plan = TaskPlan(pending_seconds=1, processing_seconds=1, drawn_size=(32, 32))
    async with SeedreamSandbox(clock=clock, plan=plan) as box:
        yield box


@pytest.fixture
async def client(sandbox: SeedreamSandbox) -> AsyncIterator[SeedreamClient]:
    async with client_of(sandbox.api_base_url, sandbox.files_base_url, sandbox.api_token) as made:
        yield made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "写真.png"
    Image.effect_noise((400, 300), 60).save(path)
    return path


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_task_is_submitted_and_followed_to_its_pictures(
    sandbox: SeedreamSandbox, client: SeedreamClient, clock: ManualClock
) -> None:
    task_id = await client.submit(REQUEST, [])
    [entry] = sandbox.ledger
    assert entry.task_id == task_id
    assert entry.payload == {"prompt": "a cat in a hat", "version": "5.0-lite", "size": "2K", "max_images": 1}
    seen = [(await client.poll(task_id)).status]
    for _ in range(2):
        await clock.advance(1)
        state = await client.poll(task_id)
        seen.append(state.status)
    assert seen == [TaskStatus.PENDING, TaskStatus.PROCESSING, TaskStatus.COMPLETED]
    [link] = state.results
    assert link.startswith(sandbox.files_base_url)
    assert {record.headers["user-agent"] for record in sandbox.requests} == {"seedream-bot/test"}


async def test_a_failed_task_is_a_state_not_an_exception(sandbox: SeedreamSandbox, client: SeedreamClient) -> None:
    sandbox.plan = TaskPlan(
        pending_seconds=0, processing_seconds=0, outcome="failed", error_code="E7", error_msg="no luck"
    )
    state = await client.poll(await client.submit(REQUEST, []))
    assert isinstance(state.failure, TaskFailed)
    assert (state.failure.code, state.failure.detail) == ("E7", "no luck")


async def test_an_upload_streams_the_file_and_its_link_can_be_ordered_with(
    sandbox: SeedreamSandbox, client: SeedreamClient, picture: Path
) -> None:
    image = await client.upload(picture, filename=picture.name, content_type="image/png", number=3)
    [upload] = sandbox.uploads
    assert upload.data == bytes_of(picture)
    assert (upload.filename, upload.content_type) == ("image-3.png", "image/png")
    assert (image.url, image.cn_url, image.md5, image.size) == (upload.url, upload.cn_url, upload.md5, upload.size)
    assert image.expires_at == upload.expires_at
    await client.submit(GenerationRequest("with it", reference_count=1), [image.url])
    assert sandbox.ledger[0].references == [upload]
    # A length known beforehand means that the file was neither read into memory first nor sent in chunks.
    assert int(sandbox.requests[0].headers["content-length"]) > upload.size


@pytest.mark.parametrize(
    ("kind", "taken"), [(FaultKind.RESET_BEFORE, 0), (FaultKind.RESET_AFTER, 1)], ids=["before", "after"]
)
async def test_a_paid_post_that_is_cut_off_is_unknown_and_never_sent_again(
    sandbox: SeedreamSandbox, client: SeedreamClient, kind: FaultKind, taken: int
) -> None:
    sandbox.faults.add(Fault(kind, POST))
    with pytest.raises(SubmissionOutcomeUnknown) as caught:
        await client.submit(REQUEST, [])
    assert not caught.value.retryable
    assert len(sandbox.ledger) == taken
    assert [record.method for record in sandbox.requests] == ["POST"]


@pytest.mark.parametrize(
    ("fault", "kind", "taken"),
    [
        (Fault(FaultKind.STATUS, POST, status=429, retry_after=7), ApiBusy, 0),
        (Fault(FaultKind.STATUS, POST, status=503), ApiBusy, 0),
        (Fault(FaultKind.STATUS, POST, status=500), SubmissionOutcomeUnknown, 0),
        (Fault(FaultKind.STATUS, POST, status=504, body="<html>"), SubmissionOutcomeUnknown, 0),
        (Fault(FaultKind.STATUS, POST, status=400), ApiRequestRejected, 0),
        (Fault(FaultKind.STATUS, POST, status=302), SubmissionOutcomeUnknown, 0),
        (Fault(FaultKind.MALFORMED, POST, body="{"), SubmissionOutcomeUnknown, 1),
        (Fault(FaultKind.MALFORMED, POST, body="{}"), SubmissionOutcomeUnknown, 1),
    ],
)
async def test_answers_to_the_paid_post_become_their_errors(
    sandbox: SeedreamSandbox, client: SeedreamClient, fault: Fault, kind: type[ApiError], taken: int
) -> None:
    sandbox.faults.add(fault)
    with pytest.raises(ApiError) as caught:
        await client.submit(REQUEST, [])
    assert type(caught.value) is kind
    if isinstance(caught.value, ApiBusy):
        assert caught.value.retry_after == fault.retry_after
    assert len(sandbox.ledger) == taken
    assert len(sandbox.requests) == 1


async def test_the_sandboxes_own_refusals_are_understood(sandbox: SeedreamSandbox, client: SeedreamClient) -> None:
    sandbox.balance = 0
    with pytest.raises(ApiBalanceExhausted):
        await client.submit(REQUEST, [])
    sandbox.balance = None
    sandbox.refused_word = "cat"
    with pytest.raises(ApiContentRefused):
        await client.submit(REQUEST, [])
    for status in (401, 403):
        sandbox.refuse_token(status)
        with pytest.raises(ApiTokenRefused):
            await client.submit(REQUEST, [])
    assert sandbox.ledger == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(FaultKind.STATUS, status=429, retry_after=3), ApiBusy),
        (Fault(FaultKind.STATUS, status=408), ApiBusy),
        (Fault(FaultKind.STATUS, status=500), ApiServerError),
        (Fault(FaultKind.STATUS, status=422), ApiRequestRejected),
        (Fault(FaultKind.STATUS, status=302), ApiAnswerInvalid),
        (Fault(FaultKind.MALFORMED, body="<html>"), ApiAnswerInvalid),
        (Fault(FaultKind.RESET_AFTER, times=2), ApiConnectionLost),
        (Fault(FaultKind.RESET_BEFORE, times=2), ApiConnectionLost),
    ],
)
async def test_polls_and_uploads_fail_with_the_same_errors(
    sandbox: SeedreamSandbox, client: SeedreamClient, picture: Path, fault: Fault, kind: type[ApiError]
) -> None:
    task_id = await client.submit(REQUEST, [])
    for call in (
        client.poll(task_id),
        client.upload(picture, filename="a.png", content_type="image/png", number=1),
    ):
        sandbox.faults.clear()
        sandbox.faults.add(Fault(**vars(fault)))
        with pytest.raises(ApiError) as caught:
            await call
        assert type(caught.value) is kind
        assert caught.value.retryable is (kind is not ApiRequestRejected)


async def test_a_task_of_another_account_is_unknown(client: SeedreamClient) -> None:
    with pytest.raises(TaskUnknownToApi):
        await client.poll("11111111-1111-1111-1111-111111111111")


async def test_nothing_listening_means_certainly_not_taken(sandbox: SeedreamSandbox, client: SeedreamClient) -> None:
    await sandbox.close()
    for call in (client.submit(REQUEST, []), client.poll("1"), client.check_access()):
        with pytest.raises(ApiUnreachable) as caught:
            await call
        assert caught.value.retryable


async def test_a_name_that_does_not_exist_means_certainly_not_taken() -> None:
    async with client_of("http://nowhere.invalid/v1") as client:
        with pytest.raises(ApiUnreachable):
            await client.submit(REQUEST, [])


async def test_a_failed_tls_handshake_means_certainly_not_taken(sandbox: SeedreamSandbox) -> None:
    async with client_of(sandbox.api_base_url.replace("http://", "https://")) as client:
        with pytest.raises(ApiUnreachable) as caught:
            await client.submit(REQUEST, [])
    assert isinstance(caught.value.__cause__, OSError | ssl.SSLError)
    assert sandbox.ledger == []


async def test_a_paid_post_without_an_answer_in_time_is_unknown() -> None:
    stuck = asyncio.Event()

    async def never(_: web.Request) -> web.StreamResponse:
        await stuck.wait()
        return web.Response()

    async with serving(never) as base:
        for read, total in ((0.05, 20.0), (20.0, 0.05)):
            async with client_of(base, read=read, total=total) as client:
                with pytest.raises(SubmissionOutcomeUnknown):
                    await client.submit(REQUEST, [])
                with pytest.raises(ApiConnectionLost):
                    await client.poll("1")
        stuck.set()


async def test_a_429_whose_answer_breaks_off_leaves_the_paid_post_unknown() -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse(status=429, headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"{")
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(broken) as base, client_of(base) as client:
        with pytest.raises(SubmissionOutcomeUnknown):
            await client.submit(REQUEST, [])


async def test_the_paid_post_never_rides_on_a_connection_that_may_be_dead() -> None:
    """A server that drops idle connections the moment they are used again must not make a submission unknown."""
    connections: list[str] = []

    async def once_per_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        connections.append(head.split(" ", 1)[0])
        body = b'{"task_id": "t-1", "status": "pending"}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: keep-alive\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        # The next request on it is read and thrown away: what a keep-alive race looks like from the client's side.
        while await reader.read(1) not in {b"G", b"P", b""}:
            pass
        writer.transport.abort()

    server = await asyncio.start_server(once_per_connection, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, client_of(f"http://{host}:{port}/v1") as client:
        await client.poll("t-1")
        for _ in range(3):
            assert await client.submit(REQUEST, []) == "t-1"
        assert connections == ["GET", "POST", "POST", "POST"]


async def test_polls_share_a_connection() -> None:
    peers: set[object] = set()

    async def poll(request: web.Request) -> web.StreamResponse:
        peers.add(request.transport.get_extra_info("peername") if request.transport else None)
        return web.json_response({"status": "pending"})

    async with serving(poll) as base, client_of(base) as client:
        for _ in range(5):
            await client.poll("1")
    assert len(peers) == 1


@pytest.mark.parametrize("paid", [True, False])
async def test_a_redirect_is_not_followed_with_the_token(*, paid: bool) -> None:
    visits: list[str] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        visits.append(request.headers.get("Authorization", ""))
        return web.json_response({"task_id": "1", "status": "pending"})

    async with serving(elsewhere) as other:

        async def redirect(_: web.Request) -> web.StreamResponse:
            return web.Response(status=307, headers={"Location": other})

        async with serving(redirect) as base, client_of(base) as client:
            with pytest.raises(SubmissionOutcomeUnknown if paid else ApiAnswerInvalid):
                await (client.submit(REQUEST, []) if paid else client.poll("1"))
    assert visits == []


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_an_endless_answer_is_cut_off(encoding: str) -> None:
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        await request.read()
        response = web.StreamResponse()
        if encoding == "gzip":
            response.enable_compression(web.ContentCoding.gzip)
        await response.prepare(request)
        try:
            while sent < 200 * MAX_ANSWER_BYTES:
                await response.write(b" " * 65536)
                sent += 65536
        except ConnectionError:
            pass
        return response

    async with serving(flood) as base, client_of(base) as client:
        with pytest.raises(ApiAnswerInvalid):
            await client.poll("1")
        with pytest.raises(SubmissionOutcomeUnknown):
            await client.submit(REQUEST, [])
    assert sent < 200 * MAX_ANSWER_BYTES


async def test_an_undocumented_status_is_logged_once_and_polling_goes_on(
    sandbox: SeedreamSandbox, client: SeedreamClient
) -> None:
    sandbox.plan = TaskPlan(pending_seconds=0, unknown_status="paused\x1b", unknown_seconds=100)
    with structlog.testing.capture_logs() as logs:
        task_id = await client.submit(REQUEST, [])
        for _ in range(3):
            assert (await client.poll(task_id)).status is None
    assert [entry["task_status"] for entry in logs] == ["paused"]


async def test_the_token_reaches_neither_errors_nor_logs(caplog: pytest.LogCaptureFixture) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"] == f"Bearer {SECRET}"
        match request.path:
            case "/tasks/garbage":
                assert request.transport is not None
                request.transport.write(b"NOT HTTP AT ALL\r\n\r\n")
                request.transport.close()
                return web.Response()
            case "/tasks/status":
                return web.json_response({"status": request.headers["Authorization"]})
            case _:
                return web.json_response({"message": f"bad header {request.headers['Authorization']}"}, status=400)

    caplog.set_level(logging.DEBUG)
    caught: list[BaseException] = []
    with structlog.testing.capture_logs() as logs:
        async with serving(echo) as base, client_of(base) as client:
            assert SECRET not in repr(client)
            assert SECRET not in repr(vars(client))
            await client.poll("status")
            for call in (client.submit(REQUEST, []), client.poll("garbage"), client.poll("other")):
                with pytest.raises(ApiError) as info:
                    await call
                caught.append(info.value)
    assert len(logs) == 1
    assert SECRET not in json.dumps(logs)
    assert SECRET not in caplog.text
    for error in caught:
        link: BaseException | None = error
        while link is not None:
            assert SECRET not in f"{link} {link!r} {vars(link)!r}"
            link = link.__cause__ or link.__context__
        assert SECRET not in json.dumps(error.to_record() if isinstance(error, ApiError) else {})


async def test_access_is_checked_without_spending(sandbox: SeedreamSandbox, client: SeedreamClient) -> None:
    await client.check_access()
    assert [record.method for record in sandbox.requests] == ["GET", "GET"]
    sandbox.refuse_token()
    with pytest.raises(ApiTokenRefused):
        await client.check_access()
    sandbox.accept_token()
    sandbox.faults.add(Fault(FaultKind.STATUS, status=502))
    with pytest.raises(ApiServerError):
        await client.check_access()
    assert sandbox.ledger == []


async def test_a_server_that_is_not_the_api_does_not_pass_the_check() -> None:
    async def nginx(_: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text="<html>not found</html>", content_type="text/html")

    async with serving(nginx) as base, client_of(base) as client:
        with pytest.raises(ApiAnswerInvalid, match="without JSON"):
            await client.check_access()


@pytest.mark.parametrize("status", [404, 400, 200])
async def test_a_server_that_answers_everybody_alike_does_not_pass_the_check(status: int) -> None:
    async def alike(_: web.Request) -> web.StreamResponse:
        return web.json_response({"error_code": "404", "error_msg": "Not found."}, status=status)

    async with serving(alike) as base, client_of(base) as client:
        with pytest.raises(ApiAnswerInvalid):
            await client.check_access()


async def test_an_address_without_its_version_does_not_pass_the_check(sandbox: SeedreamSandbox) -> None:
    async with client_of(sandbox.api_base_url.removesuffix("/v1"), token=sandbox.api_token) as client:
        with pytest.raises(ApiAnswerInvalid, match="knows no tasks there"):
            await client.check_access()


async def test_a_busy_server_is_no_verdict_on_the_address() -> None:
    answers = iter((404, 503))

    async def busy_at_last(_: web.Request) -> web.StreamResponse:
        return web.json_response({"error_msg": "Not now."}, status=next(answers))

    async with serving(busy_at_last) as base, client_of(base) as client:
        with pytest.raises(ApiBusy):
            await client.check_access()


@pytest.fixture
async def slow(sandbox: SeedreamSandbox, clock: ManualClock) -> AsyncIterator[SeedreamClient]:
    """A client that may send one request in two seconds."""
    places = (sandbox.api_base_url, sandbox.files_base_url, sandbox.api_token)
    async with client_of(*places, rate=ProcessRate(0.5, clock), clock=clock) as made:
        yield made


async def ask(client: SeedreamClient) -> None:
    """Send one request that spends nothing."""
    with pytest.raises(TaskUnknownToApi):
        await client.poll("11111111-1111-1111-1111-111111111111")


async def a_while(sandbox: SeedreamSandbox) -> None:
    """Let three requests of somebody else's come and go."""
    async with client_of(sandbox.api_base_url, token=sandbox.api_token) as other:
        for _ in range(3):
            await ask(other)


async def test_requests_are_held_to_their_rate(
    clock: ManualClock, sandbox: SeedreamSandbox, slow: SeedreamClient
) -> None:
    await ask(slow)
    # The second of two within two seconds has to wait.
    waiting = asyncio.create_task(ask(slow))
    await a_while(sandbox)
    assert not waiting.done()
    assert len(sandbox.requests) == 4
    await clock.advance(1.9)
    assert not waiting.done()
    await clock.advance(0.1)
    await waiting
    assert len(sandbox.requests) == 5


async def test_a_reserved_place_is_waited_for_before_the_submission_and_used_by_it(
    clock: ManualClock, sandbox: SeedreamSandbox, slow: SeedreamClient
) -> None:
    await ask(slow)
    waiting = asyncio.create_task(slow.reserve())
    await a_while(sandbox)
    assert not waiting.done()
    assert sandbox.ledger == []
    await clock.advance(2)
    await waiting
    # The time stands still from here on: a second wait would never end.
    await slow.submit(REQUEST, [])
    assert len(sandbox.ledger) == 1


async def test_a_submission_without_a_reserved_place_waits_itself(
    clock: ManualClock, sandbox: SeedreamSandbox, slow: SeedreamClient
) -> None:
    await slow.reserve()
    await slow.submit(REQUEST, [])
    waiting = asyncio.create_task(slow.submit(REQUEST, []))
    await a_while(sandbox)
    assert not waiting.done()
    assert len(sandbox.ledger) == 1
    await clock.advance(2)
    await waiting
    assert len(sandbox.ledger) == 2


class NoRate:
    """A rate that other processes share, while the database is away."""

    async def reserve(self, count: int = 1) -> float:
        raise StorageUnavailable(detail=f"no answer about {count}")


async def test_nothing_is_sent_while_the_rate_cannot_be_known(sandbox: SeedreamSandbox, picture: Path) -> None:
    places = (sandbox.api_base_url, sandbox.files_base_url, sandbox.api_token)
    async with client_of(*places, rate=NoRate()) as client:
        for sending in (
            client.reserve(),
            client.submit(REQUEST, []),
            client.poll("11111111-1111-1111-1111-111111111111"),
            client.upload(picture, filename="x", content_type="image/png", number=1),
            client.check_access(),
        ):
            with pytest.raises(StorageUnavailable):
                await sending
    assert sandbox.requests == []


async def test_a_missing_file_is_not_the_apis_fault(client: SeedreamClient, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await client.upload(tmp_path / "none", filename="x", content_type="image/png", number=1)


async def test_a_large_upload_arrives_whole(sandbox: SeedreamSandbox, client: SeedreamClient, tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(range(256)) * 40_000)
    image = await client.upload(big, filename="big.png", content_type="image/png", number=1)
    assert image.size == big.stat().st_size
    assert sandbox.uploads[0].data == bytes_of(big)


async def test_a_large_upload_never_stands_in_memory(tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(MAX_FILE_BYTES))
    received = 0

    async def take(request: web.Request) -> web.StreamResponse:
        nonlocal received
        async for piece in request.content.iter_any():
            received += len(piece)
        return web.json_response({"url": "https://f.example/a"})

    async with serving(take) as base, client_of(base, base) as client:
        tracemalloc.start()
        try:
            await client.upload(big, filename="big.png", content_type="image/png", number=1)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert received > MAX_FILE_BYTES
    assert peak < MAX_FILE_BYTES / 2


async def test_a_poll_that_runs_into_a_quota_may_be_tried_again(
    sandbox: SeedreamSandbox, client: SeedreamClient
) -> None:
    task_id = await client.submit(REQUEST, [])
    body = '{"error_code": "QuotaExceeded", "message": "insufficient quota, account overdue"}'
    for status in (429, 503):
        sandbox.faults.add(Fault(FaultKind.STATUS, status=status, body=body))
        with pytest.raises(ApiBusy):
            await client.poll(task_id)
    assert (await client.poll(task_id)).status is TaskStatus.PENDING


@pytest.mark.parametrize("task_id", [4711, "a/b?c#d%2F..", "任务"])
async def test_a_task_is_asked_for_by_whatever_id_it_was_given(task_id: object) -> None:
    paths: list[str] = []

    async def take(request: web.Request) -> web.StreamResponse:
        paths.append(request.match_info["path"])
        return web.json_response({"task_id": task_id, "status": "pending"})

    async with serving(take) as base, client_of(base) as client:
        given = await client.submit(REQUEST, [])
        assert (await client.poll(given)).status is TaskStatus.PENDING
    assert paths == ["generate/vol/seedream", f"tasks/{task_id}"]
