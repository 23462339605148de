"""Rate limits: what a 429 says, and what discord.py makes of it: https://discord.com/developers/docs/topics/rate-limits."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import aiohttp
import discord
import pytest

from sandbox.discord import (
    Channel,
    DiscordSandbox,
    Guild,
    Interaction,
    Limit,
    cloudflare_fault,
    pointed_at,
    rate_limit_fault,
)
from tests.sandbox_discord.limits import Json

Start = Callable[..., Awaitable[Any]]

LONG = 30.0
"""Seconds for which a window stays open in tests that do not wait for it."""
SHORT = 0.02
"""Seconds of a window that discord.py waits for."""


class Answer(NamedTuple):
    """A whole answer, with its headers."""

    status: int
    headers: dict[str, str]
    body: Any


Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def ask(sandbox: DiscordSandbox) -> AsyncIterator[Ask]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {sandbox.token}"}) as session:

        async def request(method: str, path: str, body: Json | None = None, **headers: str) -> Answer:
            url = f"{sandbox.api_base_url}{path}"
            async with session.request(method, url, json=body, headers=headers) as response:
                known = {name.title(): value for name, value in response.headers.items()}
                html = response.content_type == "text/html"
                return Answer(response.status, known, await (response.text() if html else response.json()))

        yield request


def limit_headers(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("X-Ratelimit-")}


async def test_the_headers_of_a_bucket(sandbox: DiscordSandbox, channel: Channel, ask: Ask) -> None:
    sandbox.limits.add("POST", r"/messages$", Limit(2, LONG))
    route = f"/channels/{channel.id}/messages"
    answers = [await ask("POST", route, {"content": "x"}) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-Ratelimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    for answer in answers:
        headers = limit_headers(answer)
        assert headers["X-Ratelimit-Limit"] == "2"
        assert 0 < float(headers["X-Ratelimit-Reset-After"]) <= LONG
        assert abs(float(headers["X-Ratelimit-Reset"]) - time.time() - LONG) < LONG
        assert headers["X-Ratelimit-Bucket"] == answers[0].headers["X-Ratelimit-Bucket"]
    # The scope is told with a refusal only, and this is not the global limit.
    assert [answer.headers.get("X-Ratelimit-Scope") for answer in answers] == [None, None, "user"]
    assert not any("X-Ratelimit-Global" in answer.headers for answer in answers)


async def test_the_refusal_of_a_bucket(sandbox: DiscordSandbox, channel: Channel, ask: Ask) -> None:
    sandbox.limits.add("POST", r"/messages$", Limit(1, LONG))
    route = f"/channels/{channel.id}/messages"
    await ask("POST", route, {"content": "x"})
    refusal = await ask("POST", route, {"content": "x"})
    assert refusal.headers["Via"] == "1.1 google"
    assert refusal.headers["Content-Type"] == "application/json"
    assert refusal.body.keys() == {"message", "retry_after", "global"}
    assert (refusal.body["message"], refusal.body["global"]) == ("You are being rate limited.", False)
    assert isinstance(refusal.body["retry_after"], float)
    assert LONG - 5 < refusal.body["retry_after"] <= LONG
    # Whole seconds, rounded up, stand in the header.
    assert refusal.body["retry_after"] <= int(refusal.headers["Retry-After"]) <= LONG
    assert len(channel.messages) == 1


async def test_each_channel_has_its_own_bucket(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ask: Ask
) -> None:
    other = guild.add_text_channel("other")
    sandbox.limits.add("POST", r"/messages$", Limit(1, LONG))
    answers = [
        await ask("POST", f"/channels/{place.id}/messages", {"content": "x"}) for place in (channel, other, channel)
    ]
    assert [answer.status for answer in answers] == [200, 200, 429]
    # The bucket's name does not tell the channel: it names the limit.
    assert len({answer.headers["X-Ratelimit-Bucket"] for answer in answers}) == 1
    elsewhere = await ask("GET", f"/channels/{channel.id}/messages")
    assert elsewhere.status == 200
    assert elsewhere.headers["X-Ratelimit-Bucket"] != answers[0].headers["X-Ratelimit-Bucket"]


async def test_the_global_limit(sandbox: DiscordSandbox, channel: Channel, interaction: Interaction, ask: Ask) -> None:
    sandbox.limits.whole_bot = Limit(2, LONG)
    places = ("/users/@me", f"/channels/{channel.id}", f"/channels/{channel.id}/messages")
    answers = [await ask("GET", place) for place in places]
    assert [answer.status for answer in answers] == [200, 200, 429]
    refusal = answers[2]
    assert limit_headers(refusal) == {"X-Ratelimit-Global": "true", "X-Ratelimit-Scope": "global"}
    assert (refusal.body["message"], refusal.body["global"]) == ("You are being rate limited.", True)
    assert refusal.headers["Via"]
    # https://discord.com/developers/docs/interactions/receiving-and-responding#endpoints
    callback = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"
    assert (await ask("POST", callback, {"type": 5})).status == 200
    webhook = f"/webhooks/{sandbox.application_id}/{interaction.token}"
    assert (await ask("PATCH", f"{webhook}/messages/@original", {"content": "x"})).status == 200
    assert (await ask("POST", webhook, {"content": "x"})).status == 200


async def test_a_limit_of_the_resource(sandbox: DiscordSandbox, channel: Channel, ask: Ask) -> None:
    sandbox.limits.add("POST", r"/messages$", Limit(10, LONG))
    sandbox.limits.add_shared("POST", r"/messages$", Limit(1, LONG))
    route = f"/channels/{channel.id}/messages"
    assert (await ask("POST", route, {"content": "x"})).status == 200
    refusal = await ask("POST", route, {"content": "x"})
    assert (refusal.status, refusal.body["message"]) == (429, "The resource is being rate limited.")
    assert refusal.body["global"] is False
    assert refusal.headers["X-Ratelimit-Scope"] == "shared"
    # The bot's own bucket is not empty: it could not have known.
    assert (refusal.headers["X-Ratelimit-Limit"], refusal.headers["X-Ratelimit-Remaining"]) == ("10", "8")


@pytest.mark.parametrize(
    ("scope", "headers"),
    [
        ("user", {"X-Ratelimit-Scope": "user"}),
        ("shared", {"X-Ratelimit-Scope": "shared"}),
        ("global", {"X-Ratelimit-Scope": "global", "X-Ratelimit-Global": "true"}),
    ],
)
async def test_a_planned_429(sandbox: DiscordSandbox, ask: Ask, scope: str, headers: dict[str, str]) -> None:
    sandbox.faults.add(rate_limit_fault(1.5, scope=scope))
    refusal = await ask("GET", "/users/@me")
    assert refusal.status == 429
    assert refusal.headers["Via"]
    assert limit_headers(refusal) == headers
    assert (refusal.body["retry_after"], refusal.body["global"]) == (1.5, scope == "global")


async def test_cloudflares_429(sandbox: DiscordSandbox, ask: Ask) -> None:
    sandbox.faults.add(cloudflare_fault(60))
    refusal = await ask("GET", "/users/@me")
    assert (refusal.status, refusal.headers["Content-Type"]) == (429, "text/html; charset=UTF-8")
    assert "Via" not in refusal.headers
    assert limit_headers(refusal) == {}
    assert refusal.headers["Retry-After"] == "60"
    assert "Error 1015" in refusal.body


async def test_too_many_invalid_requests(sandbox: DiscordSandbox, channel: Channel, ask: Ask) -> None:
    assert sandbox.limits.invalid == Limit(10_000, 600.0)
    sandbox.limits.invalid = Limit(3, LONG)
    # Neither 400 and 404 nor a limit that others have used up count.
    assert (await ask("GET", "/channels/1")).status == 404
    assert (await ask("POST", f"/channels/{channel.id}/messages", {})).status == 400
    sandbox.faults.add(rate_limit_fault(0.0, scope="shared", times=5))
    assert {(await ask("GET", "/users/@me")).status for _ in range(5)} == {429}
    assert (await ask("GET", "/users/@me")).status == 200
    # 401, 403 and 429 do.
    assert (await ask("GET", "/users/@me", Authorization="Bot wrong")).status == 401
    assert (await ask("DELETE", f"/channels/{channel.id}")).status == 403
    sandbox.faults.add(rate_limit_fault(0.0))
    assert (await ask("GET", "/users/@me")).status == 429
    banned = await ask("GET", "/users/@me")
    assert (banned.status, "Via" in banned.headers) == (429, False)
    assert 0 < int(banned.headers["Retry-After"]) <= LONG
    assert (await ask("POST", "/interactions/1/token/callback", {"type": 5})).status == 429


# What an unmodified discord.py makes of each ---------------------------------------------------------------


def statuses(sandbox: DiscordSandbox, route: str = "/channels/{channel_id}/messages") -> list[int | None]:
    return [record.status for record in sandbox.requests if (record.method, record.route) == ("POST", route)]


async def test_discord_py_waits_for_the_bucket(sandbox: DiscordSandbox, channel: Channel, start_bot: Start) -> None:
    sandbox.limits.add("POST", r"/messages$", Limit(2, SHORT))
    bot = await start_bot()
    place = bot.get_partial_messageable(channel.id)
    for number in range(6):
        await place.send(str(number))
    assert statuses(sandbox) == [200] * 6
    assert [message.content for message in channel.messages] == [str(number) for number in range(6)]


async def test_discord_py_waits_out_the_global_limit(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, start_bot: Start
) -> None:
    bot = await start_bot()
    sandbox.limits.whole_bot = Limit(1, 5 * SHORT)
    places = [channel, guild.add_text_channel("other"), guild.add_text_channel("third")]
    await asyncio.gather(*(bot.get_partial_messageable(place.id).send("x") for place in places))
    sandbox.limits.whole_bot = None
    assert [len(place.messages) for place in places] == [1, 1, 1]
    assert 429 in statuses(sandbox)


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_discord_py_retries_a_429_of_discord(
    sandbox: DiscordSandbox, channel: Channel, start_bot: Start, scope: str
) -> None:
    bot = await start_bot()
    sandbox.faults.add(rate_limit_fault(0.003, path="/messages", times=4, scope=scope))
    await bot.get_partial_messageable(channel.id).send("patience")
    assert statuses(sandbox) == [429] * 4 + [200]
    sandbox.faults.add(rate_limit_fault(0.003, path="/messages", times=5, scope=scope))
    with pytest.raises(discord.HTTPException) as refused:
        await bot.get_partial_messageable(channel.id).send("in vain")
    assert refused.value.status == 429
    assert [message.content for message in channel.messages] == ["patience"]


async def test_discord_py_waits_out_a_shared_limit(sandbox: DiscordSandbox, channel: Channel, start_bot: Start) -> None:
    bot = await start_bot()
    sandbox.limits.add_shared("POST", r"/messages$", Limit(1, SHORT))
    for text in ("one", "two"):
        await bot.get_partial_messageable(channel.id).send(text)
    assert [message.content for message in channel.messages] == ["one", "two"]


async def test_discord_py_does_not_retry_a_ban(sandbox: DiscordSandbox, channel: Channel, start_bot: Start) -> None:
    bot = await start_bot()
    sandbox.faults.add(cloudflare_fault(60, path="/messages", times=None))
    with pytest.raises(discord.HTTPException) as refused:
        await bot.get_partial_messageable(channel.id).send("in vain")
    assert refused.value.status == 429
    assert statuses(sandbox) == [429]


async def test_discord_py_waits_for_the_bucket_of_a_webhook(
    sandbox: DiscordSandbox, interaction: Interaction, ask: Ask
) -> None:
    route = "/webhooks/{application_id}/{token}"
    sandbox.limits.add("POST", rf"^{route}$".replace("{", r"\{").replace("}", r"\}"), Limit(1, SHORT))
    await ask("POST", f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1", {"type": 5})
    async with aiohttp.ClientSession() as session:
        webhook = discord.Webhook.partial(sandbox.application_id, interaction.token, session=session)
        with pointed_at(sandbox):
            for text in ("one", "two", "three"):
                await webhook.send(text, wait=True)
    assert [message.content for message in interaction.responses] == ["one", "two", "three"]
    assert statuses(sandbox, route) == [200] * 3
