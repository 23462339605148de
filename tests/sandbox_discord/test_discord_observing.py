"""An observer sees every exchange and every dispatch as they went over the wire."""

import json
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from sandbox.discord import Channel, DiscordSandbox, Person
from sandbox.discord.observing import UNREAD
from sandbox.faults import Fault, FaultKind
from tests.sandbox_discord.conftest import Rest, TrialBot
from tests.sandbox_discord.notes import Notes

Files = dict[int, tuple[str, bytes]] | None
StartBot = Callable[..., Awaitable[TrialBot]]


@pytest.fixture
def notes(sandbox: DiscordSandbox) -> Notes:
    notes = Notes()
    sandbox.observers.append(notes)
    return notes


async def test_a_request_and_its_answer(rest: Rest, channel: Channel, notes: Notes) -> None:
    await rest("POST", f"/channels/{channel.id}/messages", {"content": "hello"})
    [(request, answer)] = notes.exchanges
    assert (request.method, request.path) == ("POST", f"/channels/{channel.id}/messages")
    assert (request.content_type, request.body) == ("application/json", {"content": "hello"})
    assert answer is not None
    assert (answer.status, answer.headers["Content-Type"], answer.fault) == (200, "application/json", None)
    assert json.loads(answer.content)["content"] == "hello"


async def test_path_and_query_as_they_came(rest: Rest, channel: Channel, notes: Notes) -> None:
    message = (await rest("POST", f"/channels/{channel.id}/messages", {"content": "hello"}))[1]["id"]
    route = f"/channels/{channel.id}/messages/{message}/reactions/%E2%9C%A8"
    await rest("PUT", f"{route}/@me")
    await rest("GET", f"{route}?limit=5&after=1")
    (put, put_answer), (got, _) = notes.exchanges[1:]
    assert (put.path, put.content_type, put.body) == (f"{route}/@me", None, None)
    assert put_answer is not None
    assert (put_answer.status, put_answer.content) == (204, b"")
    assert (got.path, got.query) == (route, (("limit", "5"), ("after", "1")))


async def test_the_parts_of_a_multipart_body(rest: Rest, channel: Channel, notes: Notes) -> None:
    files = {0: ("a.bin", b"a"), 3: ("b.bin", b"b")}
    await rest("POST", f"/channels/{channel.id}/messages", {"content": "two"}, files=files)
    [(request, _)] = notes.exchanges
    assert (request.content_type, request.body) == ("multipart/form-data", {"content": "two"})
    assert request.parts == ("payload_json", "files[0]", "files[3]")


@pytest.mark.parametrize("files", [None, {0: ("a.bin", b"a")}], ids=["JSON", "multipart"])
@pytest.mark.parametrize("refused_by", ["token", "fault"])
async def test_a_body_that_nobody_had_a_look_at(
    rest: Rest, channel: Channel, sandbox: DiscordSandbox, notes: Notes, files: Files, refused_by: str
) -> None:
    if refused_by == "fault":
        sandbox.faults.add(Fault(FaultKind.STATUS, status=503))
    token = "wrong" if refused_by == "token" else None
    await rest("POST", f"/channels/{channel.id}/messages", {"content": "hello"}, files=files, token=token)
    [(request, answer)] = notes.exchanges
    assert request.body == {"content": "hello"}
    assert request.parts == (() if files is None else ("payload_json", "files[0]"))
    assert answer is not None
    assert answer.fault is (FaultKind.STATUS if refused_by == "fault" else None)


async def test_a_body_that_is_too_large_is_seen(
    rest: Rest, channel: Channel, sandbox: DiscordSandbox, notes: Notes
) -> None:
    sandbox.upload_limit = 50
    await rest("POST", f"/channels/{channel.id}/messages", {"content": "hello"}, files={0: ("a.bin", b"x" * 51)})
    [(request, answer)] = notes.exchanges
    assert (request.body, request.parts) == ({"content": "hello"}, ("payload_json", "files[0]"))
    assert answer is not None
    assert answer.status == 413


@pytest.mark.parametrize("path", ["/channels/{}/messages", "/nowhere"])
async def test_a_body_that_is_no_json(sandbox: DiscordSandbox, channel: Channel, notes: Notes, path: str) -> None:
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await session.post(f"{sandbox.api_base_url}{path.format(channel.id)}", data=b"{")
    [(request, _)] = notes.exchanges
    assert (request.content_type, request.body) == ("application/json", UNREAD)


@pytest.mark.parametrize(
    ("kind", "seen"), [(FaultKind.RESET_BEFORE, UNREAD), (FaultKind.RESET_AFTER, {"content": "a"})]
)
async def test_a_connection_that_is_cut(
    rest: Rest, channel: Channel, sandbox: DiscordSandbox, notes: Notes, kind: FaultKind, seen: object
) -> None:
    sandbox.faults.add(Fault(kind))
    with pytest.raises(aiohttp.ClientConnectionError):
        await rest("POST", f"/channels/{channel.id}/messages", {"content": "a"})
    await sandbox.until(lambda: notes.exchanges, what="the exchange to be seen")
    [(request, answer)] = notes.exchanges
    assert (request.body, answer) == (seen, None)


async def test_the_cdn_is_not_the_api(rest: Rest, channel: Channel, notes: Notes) -> None:
    message = (await rest("POST", f"/channels/{channel.id}/messages", {}, files={0: ("a.bin", b"a")}))[1]
    await rest.get_url(message["attachments"][0]["url"])
    assert len(notes.exchanges) == 1


async def test_events_once_each_and_not_again_when_they_are_replayed(
    start_bot: StartBot, sandbox: DiscordSandbox, channel: Channel, ada: Person, notes: Notes
) -> None:
    bot = await start_bot()
    await sandbox.disconnect_gateway("reset")
    await ada.say(channel, "meanwhile")
    await sandbox.until(lambda: "RESUMED" in bot.events, what="the bot to resume")
    names = [event for event, _ in notes.events]
    assert names[:2] == ["READY", "GUILD_CREATE"]
    assert names.count("MESSAGE_CREATE") == 1
    assert names[-1] == "RESUMED"
    assert next(payload for event, payload in notes.events if event == "MESSAGE_CREATE")["channel_id"] == str(
        channel.id
    )
