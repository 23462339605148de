import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Literal

import aiohttp
import pytest

from sandbox.clock import EPOCH, ManualClock
from sandbox.faults import Fault, FaultKind
from sandbox.seedream import SeedreamSandbox, TaskPlan

LINK = "https://example.com/a.png"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[SeedreamSandbox]:
    async with SeedreamSandbox(clock=clock, plan=TaskPlan(drawn_size=(64, 64))) as sandbox:
        yield sandbox


@pytest.fixture
async def api(sandbox: SeedreamSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {sandbox.api_token}"}) as session:
        yield session


async def generate(api: aiohttp.ClientSession, sandbox: SeedreamSandbox, **body: object) -> tuple[int, dict[str, Any]]:
    url = f"{sandbox.api_base_url}/generate/vol/seedream"
    async with api.post(url, json={"prompt": "a calm sea", **body}) as response:
        return response.status, await response.json()


async def poll(api: aiohttp.ClientSession, sandbox: SeedreamSandbox, task_id: str) -> dict[str, Any]:
    async with api.get(f"{sandbox.api_base_url}/tasks/{task_id}") as response:
        assert response.status == 200
        answer: dict[str, Any] = await response.json()
        return answer


async def test_a_task_lives_on_the_injected_clock(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, clock: ManualClock
) -> None:
    sandbox.plan = TaskPlan(
        pending_seconds=5, unknown_status="moderating", unknown_seconds=2, processing_seconds=10, drawn_size=(64, 64)
    )
    _, answer = await generate(api, sandbox)
    task_id = answer["task_id"]
    seen = []
    for step in (0, 4, 1, 2, 9, 1):
        await clock.advance(step)
        seen.append((await poll(api, sandbox, task_id))["status"])

    assert seen == ["pending", "pending", "moderating", "processing", "processing", "completed"]
    task = sandbox.tasks[task_id]
    assert [(change.status, (change.at - EPOCH).total_seconds()) for change in task.history] == [
        ("pending", 0),
        ("moderating", 5),
        ("processing", 7),
        ("completed", 17),
    ]
    assert [change.status for change in task.polls] == seen
    assert task.finished_at == EPOCH + timedelta(seconds=17)


async def test_only_a_finished_task_has_results(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, clock: ManualClock
) -> None:
    _, answer = await generate(api, sandbox)

    assert await poll(api, sandbox, answer["task_id"]) == {"id": answer["task_id"], "status": "pending"}
    await clock.advance(3)
    assert set(await poll(api, sandbox, answer["task_id"])) == {"id", "status", "result"}


async def test_the_first_poll_may_be_final(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    sandbox.plan = TaskPlan(pending_seconds=0, processing_seconds=0)
    _, answer = await generate(api, sandbox)

    assert (await poll(api, sandbox, answer["task_id"]))["status"] == "completed"


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("OutputSensitive", "Not shown.", {"error_code": "OutputSensitive", "error_msg": "Not shown."}),
        ("OutputSensitive", "", {"error_code": "OutputSensitive", "error_msg": ""}),
        ("OutputSensitive", None, {"error_code": "OutputSensitive"}),
        (None, None, {}),
    ],
)
async def test_a_task_fails_as_planned_and_costs_nothing(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, code: str | None, text: str | None, told: dict[str, str]
) -> None:
    sandbox.plan = TaskPlan(pending_seconds=0, processing_seconds=0, outcome="failed", error_code=code, error_msg=text)
    sandbox.balance = 5
    _, answer = await generate(api, sandbox)

    assert await poll(api, sandbox, answer["task_id"]) == {"id": answer["task_id"], "status": "failed", **told}
    assert [entry.images_charged for entry in sandbox.ledger] == [0]
    assert sandbox.balance == 5


@pytest.mark.parametrize(("shape", "objects"), [("urls", []), ("objects", [0, 1, 2]), ("mixed", [1])])
async def test_results_come_in_both_shapes(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, shape: Literal["urls", "objects", "mixed"], objects: list[int]
) -> None:
    sandbox.plan = TaskPlan(pending_seconds=0, processing_seconds=0, result_shape=shape)
    _, answer = await generate(api, sandbox, max_images=3)

    result = (await poll(api, sandbox, answer["task_id"]))["result"]

    assert [index for index, item in enumerate(result) if isinstance(item, dict)] == objects
    assert all(set(item) == {"type", "url"} for item in result if isinstance(item, dict))
    urls = [item["url"] if isinstance(item, dict) else item for item in result]
    assert urls == [f"{sandbox.files_base_url}/results/{answer['task_id']}/{n}.png" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("plan", "body", "expected"),
    [
        (TaskPlan(), {"max_images": 1}, 1),
        (TaskPlan(), {"max_images": 15}, 15),
        (TaskPlan(), {}, 4),
        (TaskPlan(auto_images=9), {}, 9),
        (TaskPlan(auto_images=15), {"images": [LINK] * 14}, 1),
        (TaskPlan(auto_images=9), {"max_images": 2}, 2),
        (TaskPlan(images=3), {"max_images": 8}, 3),
        (TaskPlan(images=3), {}, 3),
        (TaskPlan(images=0), {"max_images": 2}, 0),
    ],
)
async def test_charges_the_pictures_that_come_back(
    api: aiohttp.ClientSession,
    sandbox: SeedreamSandbox,
    clock: ManualClock,
    plan: TaskPlan,
    body: dict[str, object],
    expected: int,
) -> None:
    sandbox.plan = plan
    _, answer = await generate(api, sandbox, **body)
    await clock.advance(60)

    assert sandbox.ledger[0].images_charged == expected
    assert sandbox.ledger[0].at == EPOCH
    assert len((await poll(api, sandbox, answer["task_id"]))["result"]) == expected


async def test_plans_are_used_by_accepted_orders_in_turn(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    sandbox.plan_next(TaskPlan(images=5))
    sandbox.plan_next(TaskPlan(images=2))
    await generate(api, sandbox, size="9K")

    for _ in range(3):
        await generate(api, sandbox)

    assert [entry.images_charged for entry in sandbox.ledger] == [5, 2, 4]


async def test_an_unknown_task_is_404(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    async with api.get(f"{sandbox.api_base_url}/tasks/nobody") as response:
        assert response.status == 404
        assert "nobody" in (await response.json())["message"]


@pytest.mark.parametrize(
    ("kind", "taken"),
    [(FaultKind.RESET_BEFORE, 0), (FaultKind.RESET_AFTER, 1)],
)
async def test_the_ledger_knows_whether_a_cut_off_order_was_taken(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, kind: FaultKind, taken: int
) -> None:
    sandbox.faults.add(Fault(kind, path="generate"))

    with pytest.raises(aiohttp.ClientConnectionError):
        await generate(api, sandbox)

    assert len(sandbox.ledger) == taken
    assert [(record.status, record.cut) for record in sandbox.requests] == [(None, True)]
    assert not sandbox.busy
    assert (await generate(api, sandbox))[0] == 200
    assert len(sandbox.ledger) == taken + 1


async def test_a_refused_order_is_not_in_the_ledger_and_a_garbled_answer_is(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox
) -> None:
    sandbox.faults.add(Fault(FaultKind.STATUS, path="generate", status=503, retry_after=3))
    sandbox.faults.add(Fault(FaultKind.MALFORMED, path="generate", body='{"what": 1}'))

    assert (await generate(api, sandbox))[0] == 503
    assert sandbox.ledger == []
    assert await generate(api, sandbox) == (200, {"what": 1})
    assert len(sandbox.ledger) == 1


async def test_a_delayed_order_waits_on_the_clock_and_keeps_nobody_busy(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, clock: ManualClock
) -> None:
    sandbox.faults.add(Fault(FaultKind.DELAY, path="generate", seconds=30))
    order = asyncio.create_task(generate(api, sandbox))
    await sandbox.until(lambda: sandbox.requests, what="the request")

    assert (sandbox.busy, sandbox.ledger) == (False, [])
    await clock.advance(30)
    assert (await order)[0] == 200
    assert sandbox.ledger[0].at == EPOCH + timedelta(seconds=30)


async def test_closes_while_a_request_waits_for_a_clock_that_stands_still(clock: ManualClock) -> None:
    async with SeedreamSandbox(clock=clock) as sandbox, aiohttp.ClientSession() as session:
        sandbox.faults.add(Fault(FaultKind.DELAY, seconds=30))
        request = asyncio.create_task(session.get(sandbox.files_base_url))
        await sandbox.until(lambda: clock.next_wake() is not None)
        await sandbox.close()
        with pytest.raises(aiohttp.ClientError):
            await request

    assert sandbox.requests[0].cut


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/generate/vol/seedream"),
        ("GET", "/v1/tasks/x"),
        ("POST", "/api/upload/file"),
        ("POST", "/api/upload/url"),
        ("POST", "/api/upload/base64"),
    ],
)
async def test_every_api_route_wants_the_token(
    sandbox: SeedreamSandbox, header: str | None, method: str, path: str
) -> None:
    headers = {} if header is None else {"Authorization": header.format(token=sandbox.api_token)}
    async with aiohttp.ClientSession() as session:
        url = f"{sandbox.files_base_url}{path}"
        async with session.request(method, url, headers=headers, json={"prompt": "a"}) as response:
            assert response.status == 401
            assert (await response.json())["message"]
    assert sandbox.ledger == []


@pytest.mark.parametrize("status", [401, 403])
async def test_the_right_token_can_be_refused_too(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, status: int
) -> None:
    sandbox.refuse_token(status)
    assert (await generate(api, sandbox))[0] == status

    sandbox.accept_token()
    assert (await generate(api, sandbox))[0] == 200


async def test_each_sandbox_has_its_own_token() -> None:
    assert SeedreamSandbox().api_token != SeedreamSandbox().api_token


async def test_an_account_runs_out_of_pictures(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    sandbox.balance = 5
    sandbox.plan_next(TaskPlan(images=3))
    assert (await generate(api, sandbox, max_images=4))[0] == 200
    assert sandbox.balance == 2

    status, answer = await generate(api, sandbox, max_images=3)

    assert status == 402
    assert "balance" in answer["message"]
    assert (sandbox.balance, len(sandbox.ledger)) == (2, 1)


async def test_an_empty_account_starts_nothing(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    sandbox.balance = 0
    sandbox.plan_next(TaskPlan(outcome="failed"))

    assert (await generate(api, sandbox))[0] == 402


async def test_refuses_a_word_for_its_content(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    status, answer = await generate(api, sandbox, prompt="a forbidden-example at sea")
    assert (status, answer["error_code"]) == (400, "SensitiveContentDetected")
    assert sandbox.ledger == []

    sandbox.refused_word = None
    assert (await generate(api, sandbox, prompt="a forbidden-example at sea"))[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v2/whatever", 404), ("POST", "/v1/tasks", 404), ("DELETE", "/v1/tasks/x", 405)],
)
async def test_is_loud_about_what_it_does_not_know(
    api: aiohttp.ClientSession,
    sandbox: SeedreamSandbox,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    status: int,
) -> None:
    with caplog.at_level(logging.WARNING):
        async with api.request(method, f"{sandbox.files_base_url}{path}") as response:
            assert response.status == status
            assert path in (await response.json())["message"]
    assert f"{method} {path}" in caplog.text


async def test_records_every_request(api: aiohttp.ClientSession, sandbox: SeedreamSandbox, clock: ManualClock) -> None:
    await clock.advance(7)
    async with api.get(f"{sandbox.api_base_url}/tasks/x", headers={"User-Agent": "me/1"}):
        pass

    (record,) = sandbox.requests
    assert (record.method, record.path, record.status, record.cut) == ("GET", "/v1/tasks/x", 404, False)
    assert record.at == EPOCH + timedelta(seconds=7)
    assert record.headers["user-agent"] == "me/1"
    assert sandbox.api_token not in repr(sandbox.requests)


async def test_until_wakes_on_changes(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    waiting = asyncio.create_task(sandbox.until(lambda: sandbox.ledger))
    await generate(api, sandbox)

    assert await waiting == sandbox.ledger


async def test_until_gives_up_with_a_transcript(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    await generate(api, sandbox)

    with pytest.raises(TimeoutError, match="for snow") as told:
        await sandbox.until(lambda: False, timeout=0.01, what="snow")

    assert "POST /v1/generate/vol/seedream -> 200" in str(told.value)
    assert f"task {sandbox.ledger[0].task_id}: pending" in str(told.value)


async def test_a_taken_port_is_an_error_and_its_own_port_can_be_chosen(sandbox: SeedreamSandbox) -> None:
    port = int(sandbox.files_base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await SeedreamSandbox(port=port).start()

    await sandbox.close()
    async with SeedreamSandbox(port=port) as again:
        assert again.files_base_url == sandbox.files_base_url


def test_has_no_address_before_it_is_started() -> None:
    with pytest.raises(RuntimeError, match="started"):
        _ = SeedreamSandbox().api_base_url
