import aiohttp
import pytest

from bot import __version__
from bot.errors import ConfigInvalid
from bot.telemetry.health import NOT_ALIVE, HealthServer


async def ask(url: str) -> tuple[int, dict[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()


async def test_a_bot_that_lives_answers_200_with_its_version() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: True) as server:
        assert await ask(server.url) == (200, {"status": "ok", "version": __version__})


async def test_a_bot_that_does_not_answers_503_with_the_reason() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: False) as server:
        assert await ask(server.url) == (503, {"status": "failing", "reason": NOT_ALIVE, "version": __version__})
    async with HealthServer("127.0.0.1", 0, lambda: False, lambda: "the gateway is gone") as server:
        assert (await ask(server.url))[1]["reason"] == "the gateway is gone"


async def test_each_probe_asks_anew() -> None:
    answers = iter([True, False, True])
    async with HealthServer("127.0.0.1", 0, lambda: next(answers)) as server:
        assert [(await ask(server.url))[0] for _ in range(3)] == [200, 503, 200]


async def test_nothing_else_is_served() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: True) as server, aiohttp.ClientSession() as session:
        async with session.get(server.url.replace("/healthz", "/")) as response:
            assert response.status == 404
        async with session.post(server.url) as response:
            assert response.status == 405


async def test_a_port_in_use_is_told_in_words_with_the_key() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: True) as first:
        port = int(first.url.split(":")[2].partition("/")[0])
        with pytest.raises(ConfigInvalid) as caught:
            await HealthServer("127.0.0.1", port, lambda: True).start()
    (problem,) = caught.value.problems
    assert problem.startswith(f"health.port: {port} on 127.0.0.1 is in use")


async def test_an_address_that_is_not_this_machines_is_told_in_words() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        await HealthServer("203.0.113.1", 0, lambda: True).start()
    assert caught.value.problems[0].startswith("health.host: cannot listen on 203.0.113.1")


async def test_after_stop_nobody_answers_and_a_second_stop_is_no_error() -> None:
    server = HealthServer("127.0.0.1", 0, lambda: True)
    await server.start()
    url = server.url
    await server.stop()
    await server.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask(url)
    with pytest.raises(RuntimeError):
        _ = server.url
