"""What libraries other than discord.py ask for; `tests/foreign` runs two of them."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox.discord import Channel, DiscordSandbox, Guild, Person, rate_limit_fault

Rest = Callable[..., Awaitable[tuple[int, Any]]]
Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"


async def send(sandbox: DiscordSandbox, channel: Channel, data: object, content_type: str | None) -> tuple[int, Json]:
    """Send a message with a body of any kind."""
    headers = {"Authorization": f"Bot {sandbox.token}"} | ({"Content-Type": content_type} if content_type else {})
    url = f"{sandbox.api_base_url}/channels/{channel.id}/messages"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, headers=headers) as response,
    ):
        answer: Json = await response.json()
        return response.status, answer


async def test_pycord_finds_default_sounds_when_it_starts(rest: Rest) -> None:
    status, sounds = await rest("GET", "/soundboard-default-sounds")
    assert status == 200
    assert {
        "name": "quack",
        "sound_id": "1",
        "volume": 1.0,
        "emoji_id": None,
        "emoji_name": "🦆",
        "available": True,
    } in sounds


@pytest.mark.parametrize("fields", [{"payload_json": json.dumps({"content": "a & b = ü"})}, {"content": "a & b = ü"}])
async def test_a_form_need_not_be_multipart(sandbox: DiscordSandbox, channel: Channel, fields: dict[str, str]) -> None:
    status, answer = await send(sandbox, channel, fields, None)
    assert (status, answer["content"]) == (200, "a & b = ü")
    assert sandbox.requests[-1].body == {"content": "a & b = ü"}


@pytest.mark.parametrize(
    ("data", "content_type", "code"),
    [("payload_json={broken", FORM, 50109), ("", FORM, 50006), ("content=hi", "text/plain", 50035)],
)
async def test_what_is_no_form_is_refused(
    sandbox: DiscordSandbox, channel: Channel, data: str, content_type: str, code: int
) -> None:
    status, answer = await send(sandbox, channel, data, content_type)
    assert (status, answer["code"]) == (400, code)


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_a_planned_429_tells_its_scope_in_the_headers_as_discordjs_reads_it(
    sandbox: DiscordSandbox, scope: str
) -> None:
    sandbox.faults.add(rate_limit_fault(0.5, scope=scope))
    async with aiohttp.ClientSession() as session, session.get(f"{sandbox.api_base_url}/gateway") as response:
        assert response.status == 429
        assert response.headers["X-RateLimit-Scope"] == scope
        assert response.headers.get("X-RateLimit-Global") == ("true" if scope == "global" else None)
        assert response.headers["Retry-After"] == "0.5"
        assert (await response.json())["global"] is (scope == "global")


async def test_members_are_searched_by_the_beginning_of_their_names(rest: Rest, guild: Guild, ada: Person) -> None:
    path = f"/guilds/{guild.id}/members/search?limit=5&query="
    for query, nick in (("Ad", None), ("count", "Countess")):
        guild.members[ada.id].nick = nick
        status, found = await rest("GET", path + query)
        assert (status, [item["user"]["id"] for item in found]) == (200, [str(ada.id)])
    assert await rest("GET", f"{path}nobody") == (200, [])
    status, refused = await rest("GET", path)
    assert (status, refused["code"]) == (400, 50035)


async def test_one_member_of_a_thread_can_be_asked_for(rest: Rest, channel: Channel, ada: Person, bea: Person) -> None:
    thread = channel.add_thread("a talk", by=ada)
    base = f"/channels/{thread.id}/thread-members"
    status, member = await rest("GET", f"{base}/{ada.id}")
    assert (status, member["user_id"], "member" in member) == (200, str(ada.id), False)
    status, member = await rest("GET", f"{base}/{ada.id}?with_member=true")
    assert member["member"]["user"]["id"] == str(ada.id)
    status, refused = await rest("GET", f"{base}/{bea.id}")
    assert (status, refused["code"]) == (404, 10007)


async def test_no_command_permissions_are_set(sandbox: DiscordSandbox, rest: Rest, guild: Guild) -> None:
    path = f"/applications/{sandbox.application_id}/guilds/{guild.id}/commands/permissions"
    assert await rest("GET", path) == (200, [])
