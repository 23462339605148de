"""The sandbox as a server: unknown routes, the token, rate limits, faults, watching."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.clock import ManualClock
from sandbox.discord import Channel, DiscordSandbox, Guild, Limit, Person, pointed_at, rate_limit_fault
from sandbox.discord.snowflakes import SnowflakeMaker, created_at, from_time
from sandbox.faults import Fault, FaultKind

Start = Callable[..., Awaitable[Any]]
Rest = Callable[..., Awaitable[tuple[int, Any]]]


async def test_what_it_does_not_know_it_refuses_and_logs(rest: Rest, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "sandbox.discord"):
        assert await rest("GET", "/guilds/1/audit-logs") == (404, {"message": "404: Not Found", "code": 0})
        assert await rest("PUT", "/users/@me") == (405, {"message": "405: Method Not Allowed", "code": 0})
    assert [record.message for record in caplog.records] == [
        "the sandbox does not know GET /api/v10/guilds/1/audit-logs",
        "the sandbox does not know PUT /api/v10/users/@me",
    ]


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_the_token_is_needed(channel: Channel, rest: Rest, token: str) -> None:
    answer = {"message": "401: Unauthorized", "code": 0}
    assert await rest("GET", "/users/@me", token=token) == (401, answer)
    assert await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"}, token=token) == (401, answer)
    assert (await rest("GET", "/gateway", token=token))[0] == 200


async def test_ids_must_be_ids(rest: Rest) -> None:
    status, answer = await rest("GET", "/channels/abc")
    assert (status, answer["code"]) == (400, 50035)
    assert answer["errors"]["channel_id"]["_errors"][0]["code"] == "NUMBER_TYPE_COERCE"


@pytest.mark.parametrize(
    ("path", "code"),
    [("/channels/1", 10003), ("/guilds/1", 10004), ("/users/1", 10013), ("/channels/1/messages/2", 10003)],
)
async def test_unknown_things(rest: Rest, path: str, code: int) -> None:
    status, answer = await rest("GET", path)
    assert (status, answer["code"]) == (404, code)


async def test_every_answer_tells_the_bucket(sandbox: DiscordSandbox, channel: Channel) -> None:
    headers = {"Authorization": f"Bot {sandbox.token}"}
    buckets = set()
    async with aiohttp.ClientSession(headers=headers) as session:
        for path in (f"/channels/{channel.id}", "/users/@me"):
            async with session.get(f"{sandbox.api_base_url}{path}") as response:
                assert response.headers["X-RateLimit-Limit"] == "1000"
                assert response.headers["X-RateLimit-Remaining"] == "999"
                assert 0 < float(response.headers["X-RateLimit-Reset-After"]) <= 1
                buckets.add(response.headers["X-RateLimit-Bucket"])
    assert len(buckets) == 2


async def test_a_bucket_that_is_empty(sandbox: DiscordSandbox, guild: Guild, channel: Channel, rest: Rest) -> None:
    other = guild.add_text_channel("other")
    sandbox.limits.add("POST", r"/messages$", Limit(2, 30.0))
    answers = [await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"}) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]
    refusal = answers[2][1]
    assert refusal["message"] == "You are being rate limited."
    assert 0 < refusal["retry_after"] <= 30
    assert refusal["global"] is False
    assert (await rest("POST", f"/channels/{other.id}/messages", {"content": "x"}))[0] == 200
    assert len(channel.messages) == 2


async def test_the_global_limit_spares_interactions(sandbox: DiscordSandbox, rest: Rest) -> None:
    sandbox.limits.whole_bot = Limit(1, 30.0)
    assert (await rest("GET", "/users/@me"))[0] == 200
    status, answer = await rest("GET", "/users/@me")
    assert (status, answer["global"]) == (429, True)
    status, answer = await rest("POST", "/interactions/1/token/callback", {"type": 5})
    assert (status, answer["code"]) == (404, 10062)
    assert [record.counts_toward_global_limit for record in sandbox.requests] == [True, True, False]


async def test_discord_py_waits_out_a_429_and_sends_once(
    sandbox: DiscordSandbox, channel: Channel, start_bot: Start
) -> None:
    bot = await start_bot()
    sandbox.faults.add(rate_limit_fault(0.01, path="/messages", times=2))
    await bot.get_partial_messageable(channel.id).send("patience")
    assert [message.content for message in channel.messages] == ["patience"]
    posts = [record.status for record in sandbox.requests if record.route == "/channels/{channel_id}/messages"]
    assert posts == [429, 429, 200]


async def test_a_plain_429_fault_is_worded_as_discord_does(sandbox: DiscordSandbox, rest: Rest) -> None:
    sandbox.faults.add(Fault(FaultKind.STATUS, status=429, retry_after=0.5))
    status, answer = await rest("GET", "/users/@me")
    assert (status, answer["retry_after"]) == (429, 0.5)


async def test_faults_before_and_after_the_request_was_taken(
    sandbox: DiscordSandbox, channel: Channel, rest: Rest
) -> None:
    for kind, taken in ((FaultKind.RESET_BEFORE, 0), (FaultKind.RESET_AFTER, 1)):
        sandbox.faults.add(Fault(kind, "/messages", "POST"))
        with pytest.raises(aiohttp.ClientError):
            await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"})
        assert len(channel.messages) == taken
    assert [record.status for record in sandbox.requests] == [None, None]
    sandbox.faults.add(Fault(FaultKind.STATUS, status=503))
    assert (await rest("GET", "/users/@me"))[0] == 503


async def test_a_delayed_request_waits_on_the_clock_and_is_not_busy(
    sandbox: DiscordSandbox, clock: ManualClock, rest: Rest
) -> None:
    sandbox.faults.add(Fault(FaultKind.DELAY, seconds=5))
    request = asyncio.ensure_future(rest("GET", "/users/@me"))
    await sandbox.until(lambda: clock.next_wake() is not None)
    assert not sandbox.busy
    await clock.advance(5)
    assert (await request)[0] == 200


async def test_until_gives_up_with_the_transcript(sandbox: DiscordSandbox, channel: Channel, ada: Person) -> None:
    await ada.say(channel, "I was here")
    with pytest.raises(TimeoutError, match=r"(?s)a miracle.*Ada: I was here"):
        await sandbox.until(lambda: False, timeout=0.01, what="a miracle")


async def test_pointed_at_puts_everything_back(sandbox: DiscordSandbox) -> None:
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    with pointed_at(sandbox):
        assert sandbox.api_base_url == discord.http.Route.BASE
    after = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    assert after == before


async def test_it_can_be_started_on_a_port_and_closed_twice() -> None:
    sandbox = DiscordSandbox()
    await sandbox.close()
    await sandbox.start()
    assert sandbox.api_base_url.startswith("http://127.0.0.1:")
    assert sandbox.gateway_url == sandbox.base_url.replace("http", "ws") + "/gateway"
    await sandbox.close()
    await sandbox.close()


async def test_the_transcript_shows_what_everybody_sees(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start
) -> None:
    bot = await start_bot()
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Again", custom_id="again"))
    embed = discord.Embed(title="A card", description="with words")
    await bot.get_partial_messageable(channel.id).send("hello", embed=embed, view=view)
    await ada.react(channel.messages[0], "🎨")
    text = sandbox.transcript()
    for line in ("== Studio ==", "#pictures", "Sandbox bot: hello", "A card", "with words", "(Again)", "🎨 1"):
        assert line in text
    assert channel.messages[0].text().splitlines()[:2] == ["hello", "A card"]


def test_snowflakes_grow_while_the_clock_stands_still() -> None:
    clock = ManualClock()
    maker = SnowflakeMaker(clock)
    ids = [maker.next() for _ in range(10_000)]
    assert ids == sorted(set(ids))
    assert created_at(ids[0]) == clock.now()
    assert from_time(clock.now()) == ids[0]
    assert {(maker.next_guild() >> 22) % 2 for _ in range(2)} == {0, 1}
