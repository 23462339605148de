"""Probes that are answered although the event loop they ask about is not."""

import asyncio
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.cli.health import Health, probe
from bot.telemetry.discord_calls import DiscordCalls
from bot.telemetry.health import STALLED, Exposition, HealthServer
from bot.telemetry.metrics import CONTENT_TYPE, Metrics
from bot.telemetry.pulse import BEAT_SECONDS, Pulse

BASE = "https://discord.com/api/v10"


def get(url: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def stuck(url: str) -> tuple[int, bytes]:
    """Ask while this thread, and with it the event loop, does nothing but wait for the answer."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(get, url).result()


async def nothing() -> list[str]:
    return []


async def test_a_stuck_event_loop_is_told_of_by_the_probe() -> None:
    now, lags = [0.0], list[float]()
    pulse = Pulse(lags.append, lambda: now[0])

    def trouble() -> str | None:
        return f"no beat for {pulse.silence:.0f} s" if pulse.silence > 10 else None

    async with HealthServer("127.0.0.1", 0, trouble) as server:
        assert stuck(server.url)[0] == 200
        now[0] = 60.0 + BEAT_SECONDS
        status, body = stuck(server.url)
    assert (status, json.loads(body)["reason"]) == (503, "no beat for 60 s")


async def test_readiness_and_metrics_of_a_stuck_event_loop() -> None:
    async def refresh() -> None:
        raise AssertionError("it cannot be asked")

    metrics = Metrics("1", {})
    server = HealthServer(
        "127.0.0.1",
        0,
        lambda: None,
        unready=nothing,
        exposition=Exposition(refresh, metrics.render, CONTENT_TYPE),
        answer_seconds=0.01,
    )
    async with server:
        status, body = stuck(server.url.replace("healthz", "readyz"))
        assert (status, json.loads(body)["reasons"]) == (503, [STALLED])
        status, body = stuck(server.url.replace("healthz", "metrics"))
    assert status == 200
    assert b"seedream_bot_build_info{" in body


async def test_every_reason_is_listed_and_read_by_the_health_command() -> None:
    async def unready() -> list[str]:
        return ["it is starting", "the database does not answer"]

    async with HealthServer("127.0.0.1", 0, lambda: None, unready=unready) as server:
        answer = await asyncio.to_thread(probe, server.url.replace("healthz", "readyz"))
        alive = await asyncio.to_thread(probe, server.url)
    assert answer == (Health.UNWELL, "seedream-bot is not ready: it is starting; the database does not answer")
    assert alive[0] is Health.WELL
    async with HealthServer("127.0.0.1", 0, lambda: None, unready=nothing) as server:
        answer = await asyncio.to_thread(probe, server.url.replace("healthz", "readyz"))
    assert (answer[0], answer[1].endswith("is ready")) == (Health.WELL, True)


async def test_the_pulse_tells_how_late_each_beat_is() -> None:
    now = [0.0]
    told: asyncio.Queue[float] = asyncio.Queue()
    pulse = Pulse(told.put_nowait, lambda: now[0])
    beating = asyncio.create_task(pulse.run())
    await asyncio.sleep(0)
    now[0] = BEAT_SECONDS + 2.5
    assert pulse.silence == 2.5
    assert await told.get() == 2.5
    beating.cancel()


@pytest.mark.parametrize(
    ("method", "url", "route"),
    [
        ("POST", f"{BASE}/channels/123/messages", "POST /channels/{id}/messages"),
        (
            "PATCH",
            f"{BASE}/webhooks/12/aW50ZXJhY3Rpb24/messages/@original",
            "PATCH /webhooks/{id}/{token}/messages/@original",
        ),
        ("PATCH", f"{BASE}/webhooks/12/123456/messages/77", "PATCH /webhooks/{id}/{token}/messages/{id}"),
        ("POST", f"{BASE}/interactions/12/s3cret/callback?with_response=1", "POST /interactions/{id}/{token}/callback"),
        (
            "PUT",
            f"{BASE}/channels/1/messages/2/reactions/%F0%9F/@me",
            "PUT /channels/{id}/messages/{id}/reactions/{emoji}/@me",
        ),
        ("GET", f"{BASE}/users/@me", "GET /users/@me"),
        ("GET", f"{BASE}/s3cret.Token/x", "GET /{}/x"),
        ("GET", "https://cdn.discordapp.com/attachments/1/2/a.png?hm=s3cret", "elsewhere"),
        ("GET", "wss://gateway.discord.gg/?v=10", "GATEWAY"),
    ],
)
def test_a_route_is_a_template_without_ids_and_tokens(method: str, url: str, route: str) -> None:
    assert DiscordCalls(BASE, lambda *_: None).route(method, url) == route


def test_no_flood_of_addresses_is_a_flood_of_metrics() -> None:
    calls = DiscordCalls(BASE, lambda *_: None)
    words = ["".join(chr(97 + int(digit)) for digit in str(number)) for number in range(1000)]
    assert len({calls.route("GET", f"{BASE}/{word}") for word in words}) == 101


async def test_requests_are_told_with_their_outcome() -> None:
    told: list[tuple[str, str]] = []
    async with HealthServer("127.0.0.1", 0, lambda: None) as server:
        base = server.url.replace("/healthz", "")
        calls = DiscordCalls(
            base, lambda route, outcome, seconds: told.append((route, outcome)) if seconds >= 0 else None
        )
        async with aiohttp.ClientSession(trace_configs=[calls.trace()]) as session:
            async with session.get(server.url):
                pass
            async with session.get(f"{base}/channels/5"):
                pass
            await server.stop()
            with pytest.raises(aiohttp.ClientError):
                await session.get(f"{base}/healthz")
    assert told == [("GET /healthz", "200"), ("GET /channels/{id}", "404"), ("GET /healthz", "failed")]
