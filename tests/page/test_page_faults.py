"""Each switch does to requests what it says, counts them, and stops when it is switched off."""

import asyncio
from typing import Any

import aiohttp
import pytest

from sandbox.clock import ManualClock
from sandbox.page.faults import RETRY_AFTER, SLOW_SECONDS, SWITCHES
from sandbox.world import SandboxWorld
from tests.page.tab import Browser, Tab

BODY = {"prompt": "a boat", "max_images": 1}
NAMES = [switch.name for switch in SWITCHES]


class Apis:
    """Both APIs as a bot asks them."""

    def __init__(self, world: SandboxWorld, session: aiohttp.ClientSession) -> None:
        self._world = world
        self._session = session

    async def generate(self) -> tuple[int, dict[str, Any]]:
        return await self._seedream("POST", "/generate/vol/seedream", BODY)

    async def task(self, number: str) -> tuple[int, dict[str, Any]]:
        return await self._seedream("GET", f"/tasks/{number}")

    async def discord(self) -> tuple[int, dict[str, Any], str | None]:
        headers = {"Authorization": f"Bot {self._world.discord.token}"}
        url = f"{self._world.discord.api_base_url}/users/@me"
        async with self._session.get(url, headers=headers) as response:
            return response.status, await response.json(), response.headers.get("Retry-After")

    async def _seedream(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._world.seedream.api_token}"}
        url = f"{self._world.seedream.api_base_url}{path}"
        async with self._session.request(method, url, json=body, headers=headers) as response:
            return response.status, {**await response.json(), "retry": response.headers.get("Retry-After")}


@pytest.fixture
def apis(world: SandboxWorld, browser: Browser) -> Apis:
    return Apis(world, browser.session)


async def switch(tab: Tab, name: str, *, on: bool) -> None:
    await tab.act("fault", name=name, on=on)
    await tab.until(lambda: tab.view[f"fault:{name}"]["on"] is on)


async def struck(tab: Tab, name: str, number: int) -> None:
    """Wait until the panel shows so many."""
    await tab.until(lambda: tab.view[f"fault:{name}"]["struck"] == number)


def test_every_switch_says_in_a_sentence_what_it_does() -> None:
    for item in SWITCHES:
        assert item.explains.endswith(".")
        assert item.label
    assert len(set(NAMES)) == len(NAMES)


async def test_all_are_off_at_first_and_in_their_order(mara: Tab) -> None:
    shown = sorted(mara.all("fault"), key=lambda item: item["order"])
    assert [(item["name"], item["on"], item["struck"]) for item in shown] == [(name, False, 0) for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
async def test_each_goes_on_for_everybody_and_off_without_a_trace(mara: Tab, theo: Tab, apis: Apis, name: str) -> None:
    await switch(mara, name, on=True)
    await theo.until(lambda: theo.view[f"fault:{name}"]["on"])
    await theo.act("fault", name=name, on=True)
    await switch(theo, name, on=False)
    await theo.act("fault", name=name, on=False)
    status, answer = await apis.generate()
    assert status == 200
    assert (await apis.task(answer["task_id"]))[0] == 200
    assert (await apis.discord())[0] == 200
    assert theo.view[f"fault:{name}"]["struck"] == 0


async def test_seedream_500_and_429(mara: Tab, apis: Apis) -> None:
    await switch(mara, "seedream-429", on=True)
    status, answer = await apis.generate()
    assert (status, float(answer["retry"])) == (429, RETRY_AFTER)
    assert (await apis.task("x"))[0] == 429
    await struck(mara, "seedream-429", 2)
    await switch(mara, "seedream-500", on=True)
    assert (await apis.generate())[0] == 500
    await switch(mara, "seedream-500", on=False)
    assert (await apis.generate())[0] == 429
    await switch(mara, "seedream-429", on=False)
    assert (await apis.generate())[0] == 200
    assert mara.view["fault:seedream-429"]["struck"] == 3, "what was struck stays counted"
    await switch(mara, "seedream-429", on=True)
    assert (await apis.generate())[0] == 429
    await struck(mara, "seedream-429", 4)
    assert (await apis.discord())[0] == 200


async def test_seedream_slow(mara: Tab, apis: Apis, clock: ManualClock, world: SandboxWorld) -> None:
    await switch(mara, "seedream-slow", on=True)
    before = clock.monotonic()
    answers: list[tuple[int, dict[str, Any]]] = []

    async def ask() -> None:
        answers.append(await apis.generate())

    asking = asyncio.create_task(ask())
    await world.until(lambda: answers, what="the slow answer")
    await asking
    assert answers[0][0] == 200
    assert clock.monotonic() - before >= SLOW_SECONDS
    await struck(mara, "seedream-slow", 1)


async def test_seedream_cut_after_the_post_is_paid(mara: Tab, apis: Apis, world: SandboxWorld) -> None:
    await switch(mara, "seedream-cut", on=True)
    with pytest.raises(aiohttp.ClientError):
        await apis.generate()
    await struck(mara, "seedream-cut", 1)
    await mara.until(lambda: mara.view["ledger"]["requests"] == 1)
    number = next(iter(world.seedream.tasks))
    assert (await apis.task(number))[0] == 200, "only the order is cut"
    cut = next(item for item in mara.view["traffic"] if item["method"] == "POST")
    assert (cut["status"], cut["cut"]) == (None, True)


async def test_tasks_fail_only_if_they_are_begun_meanwhile(mara: Tab, apis: Apis, clock: ManualClock) -> None:
    fine = (await apis.generate())[1]["task_id"]
    await switch(mara, "seedream-failed", on=True)
    bad = (await apis.generate())[1]["task_id"]
    await switch(mara, "seedream-failed", on=False)
    later = (await apis.generate())[1]["task_id"]
    await clock.advance(3)
    assert [(await apis.task(number))[1]["status"] for number in (fine, bad, later)] == [
        "completed",
        "failed",
        "completed",
    ]
    task = await mara.until(lambda: (item := mara.view[f"task:{bad}"])["status"] == "failed" and item)
    assert (task["error"], task["results"]) == ("The service failed to draw this picture.", [])
    assert mara.view["ledger"]["images"] == 2
    assert mara.view["fault:seedream-failed"]["struck"] == 1


async def test_discord_429_and_500(mara: Tab, apis: Apis) -> None:
    await switch(mara, "discord-429", on=True)
    status, answer, retry_after = await apis.discord()
    assert (status, answer["retry_after"], answer["global"], float(retry_after or 0)) == (
        429,
        RETRY_AFTER,
        False,
        RETRY_AFTER,
    )
    await struck(mara, "discord-429", 1)
    await switch(mara, "discord-429", on=False)
    await switch(mara, "discord-500", on=True)
    assert (await apis.discord())[0] == 500
    await struck(mara, "discord-500", 1)
    assert (await apis.generate())[0] == 200


async def test_a_switch_that_is_not_there(mara: Tab) -> None:
    assert await mara.refusal("fault", name="seedream-typhoon", on=True) == "There is no such switch."
