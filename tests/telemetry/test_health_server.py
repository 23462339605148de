import errno

import aiohttp
import pytest
from aiohttp import web

from bot import __version__
from bot.errors import HealthPortUnusable
from bot.presentation.errors import describe
from bot.telemetry.health import HealthServer


async def ask(url: str) -> tuple[int, dict[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()


async def test_a_bot_that_lives_answers_200_with_its_version() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: None) as server:
        assert await ask(server.url) == (200, {"status": "ok", "version": __version__})


async def test_a_bot_that_does_not_answers_503_with_the_reason() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: "the gateway is gone") as server:
        told = {"status": "failing", "reason": "the gateway is gone", "version": __version__}
        assert await ask(server.url) == (503, told)


async def test_each_probe_asks_anew() -> None:
    answers = iter([None, "it sleeps", None])
    async with HealthServer("127.0.0.1", 0, lambda: next(answers)) as server:
        assert [(await ask(server.url))[0] for _ in range(3)] == [200, 503, 200]


async def test_nothing_else_is_served() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: None) as server, aiohttp.ClientSession() as session:
        async with session.get(server.url.replace("/healthz", "/")) as response:
            assert response.status == 404
        async with session.post(server.url) as response:
            assert response.status == 405


async def test_a_port_in_use_is_told_in_words_with_the_key() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: None) as first:
        port = int(first.url.split(":")[2].partition("/")[0])
        with pytest.raises(HealthPortUnusable) as caught:
            await HealthServer("127.0.0.1", port, lambda: None).start()
    assert describe(caught.value) == (
        f"The health check cannot listen on 127.0.0.1:{port}: the port is taken by another program. "
        "Choose another with health.port, or 0 to switch it off."
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "this user may only use ports above 1023"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files"),
    ],
)
async def test_other_obstacles_are_told_too(error: OSError, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(_: web.TCPSite) -> None:
        raise error

    monkeypatch.setattr(web.TCPSite, "start", start)
    with pytest.raises(HealthPortUnusable) as caught:
        await HealthServer("::1", 80, lambda: None).start()
    assert describe(caught.value).startswith(f"The health check cannot listen on [::1]:80: {words}.")


@pytest.mark.parametrize("host", ["203.0.113.1", "no-such-host.invalid"])
async def test_an_address_that_is_not_this_machines_is_told_in_words(host: str) -> None:
    with pytest.raises(HealthPortUnusable) as caught:
        await HealthServer(host, 0, lambda: None).start()
    assert caught.value.detail == "health.host is no address of this machine"


async def test_after_stop_nobody_answers_and_a_second_stop_is_no_error() -> None:
    server = HealthServer("127.0.0.1", 0, lambda: None)
    await server.start()
    url = server.url
    await server.stop()
    await server.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask(url)
    with pytest.raises(RuntimeError):
        _ = server.url
