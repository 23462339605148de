"""What does not conform fails the test in which it happens: real requests to a real sandbox, and its real events."""

import inspect
import json
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any

import aiohttp
import pytest

from sandbox.discord import Channel, DiscordSandbox, events, gateway_client
from sandbox.discord.intents import Intents
from sandbox.discord.sessions import Session
from sandbox.faults import Fault, FaultKind
from tests.support.conformance.document import document_path, load
from tests.support.conformance.events import EVENTS
from tests.support.conformance.fixtures import watched_sandboxes
from tests.support.conformance.interaction_events import INTERACTIONS
from tests.support.conformance.shapes import build

Json = dict[str, Any]
Failed = pytest.fail.Exception
JSON = {"Content-Type": "application/json"}


class Client:
    """Bare requests to a sandbox that is watched, with a text channel."""

    def __init__(self, sandbox: DiscordSandbox, channel: Channel, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.channel = channel
        self._session = session

    async def __call__(self, method: str, path: str, **options: Any) -> int:
        headers = {"Authorization": f"Bot {self.sandbox.token}", **options.pop("headers", {})}
        url = f"{self.sandbox.api_base_url}{path}"
        async with self._session.request(method, url, headers=headers, **options) as response:
            await response.read()
            return response.status

    @property
    def messages(self) -> str:
        return f"/channels/{self.channel.id}/messages"


@asynccontextmanager
async def client(
    monkeypatch: pytest.MonkeyPatch, *, told: str | None = None, refused_requests: bool = True
) -> AsyncIterator[Client]:
    """Watch a sandbox as the fixtures do, and expect what they tell at the end, if anything."""
    expectation: AbstractContextManager[object] = nullcontext() if told is None else pytest.raises(Failed, match=told)
    with expectation, watched_sandboxes(monkeypatch, refused_requests=refused_requests):
        async with DiscordSandbox() as sandbox, aiohttp.ClientSession() as session:
            yield Client(sandbox, sandbox.add_guild("Studio").add_text_channel("pictures"), session)


def form(payload: Json, part: str = "files[0]") -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("payload_json", json.dumps(payload))
    data.add_field(part, b"x", filename="a.bin")
    return data


async def test_what_conforms_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with client(monkeypatch) as request:
        assert await request("POST", request.messages, json={"content": "hello"}) == 200
        assert await request("POST", request.messages, data=form({"attachments": [{"id": 0}]})) == 200
        assert await request("GET", request.messages, params={"limit": "5"}) == 200
        assert await request("GET", "/users/7") == 404


@pytest.mark.parametrize(
    ("method", "path", "options", "told"),
    [
        (
            "POST",
            "/messages",
            {"json": {"content": "a", "contnet": "b"}},
            r"body\n +\$\.contnet: Discord knows no such key",
        ),
        ("POST", "/messages", {"json": {"content": 7}}, r'body\n +\$\.content: 7 is not of types "null", "string"'),
        (
            "POST",
            "/messages",
            {"json": {"embeds": [{"titel": "a"}]}},
            r"body\n +\$\.embeds\[0\]\.titel: Discord knows no",
        ),
        (
            "POST",
            "/messages",
            {
                "json": {
                    "components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "a", "labl": "b"}]}]
                }
            },
            r"body\n +\$\.components\[0\]\.components\[0\]\.labl: Discord knows no such key",
        ),
        (
            "POST",
            "/messages",
            {"data": form({"contnet": "a"})},
            r"body\n +\$\.contnet: Discord knows no such key",
        ),
        (
            "POST",
            "/messages",
            {"data": form({}, "picture")},
            r"body\n +picture: Discord knows no such part",
        ),
        ("POST", "/messages", {"data": b"{", "headers": JSON}, r"body\n +\$: is no JSON"),
        ("POST", "/messages/1/threads", {}, r"threads, body\n +\$: is required"),
        ("GET", "/messages", {"params": {"limit": "101"}}, r"query\n +limit: 101 is greater than the maximum of 100"),
        ("GET", "/messages", {"params": {"befor": "1"}}, r"query\n +befor: Discord knows no such parameter here"),
        ("GET", "/messages/last", {}, r'path\n +message_id: "last" does not match'),
        ("GET", "/pictures", {}, r"GET /channels/\d+/pictures\n +\$: Discord has no such route"),
    ],
)
async def test_a_wrong_request_fails_the_test(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str, options: Json, told: str
) -> None:
    async with client(monkeypatch, told=told) as request:
        await request(method, f"/channels/{request.channel.id}{path}", **options)


async def test_wrong_requests_that_are_refused_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with client(monkeypatch, refused_requests=False) as request:
        assert await request("POST", request.messages, json={"content": 7}) == 400
        assert await request("GET", "/pictures") == 404


@pytest.mark.parametrize(
    "kind", [FaultKind.STATUS, FaultKind.RESET_AFTER, FaultKind.MALFORMED], ids=["refused", "cut", "garbled"]
)
async def test_a_request_that_a_fault_strikes_is_looked_at_too(
    monkeypatch: pytest.MonkeyPatch, kind: FaultKind
) -> None:
    async with client(monkeypatch, told=r"(?s)\A(?!.*answer).*\$\.contnet") as request:
        request.sandbox.faults.add(Fault(kind, body='{"message": "no"}'))
        try:
            await request("POST", request.messages, data=form({"content": "a", "contnet": "b"}))
        except aiohttp.ClientConnectionError:
            assert kind is FaultKind.RESET_AFTER


async def test_an_answer_that_is_made_up_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    async with client(monkeypatch, told=r'GET /users/@me, answer 403\n +\$: "code" is a required property') as request:
        request.sandbox.faults.add(Fault(FaultKind.STATUS, status=403, body='{"message": "no"}'))
        await request("GET", "/users/@me")


async def test_a_sandbox_that_breaks_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    async with client(monkeypatch, told=r"GET /users/@me, answer 500\n +\$: the sandbox broke") as request:
        request.sandbox.world.bot.name = object()  # type: ignore[assignment]  # json cannot write it
        assert await request("GET", "/users/@me") == 500


async def test_an_answer_of_the_sandbox_that_is_wrong_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    async with client(
        monkeypatch, told=r"GET /channels/\{channel_id\}, answer 200\n +\$\.topic: 7 is not of types"
    ) as request:
        request.channel.topic = 7  # type: ignore[assignment]  # what a mistake in the sandbox would look like
        await request("GET", f"/channels/{request.channel.id}")


@pytest.mark.parametrize(
    ("event", "payload", "told"),
    [
        ("MESSAGE_CRAETE", {}, r"MESSAGE_CRAETE\n +\$: the table of the conformance suite does not know it"),
        ("MESSAGE_DELETE", {"id": "1"}, r'MESSAGE_DELETE\n +\$: "channel_id" is a required property'),
        ("MESSAGE_DELETE", {"id": 1, "channel_id": "2"}, r'MESSAGE_DELETE\n +\$\.id: 1 is not of type "string"'),
        ("GUILD_DELETE", {"id": "1", "name": "Studio"}, r"GUILD_DELETE\n +\$\.name: Discord knows no such key"),
        ("INTERACTION_CREATE", {"type": 9}, r"INTERACTION_CREATE, type 9\n +\$: the table .* does not know it"),
    ],
)
async def test_a_wrong_event_fails_the_test(
    monkeypatch: pytest.MonkeyPatch, event: str, payload: Json, told: str
) -> None:
    async with client(monkeypatch, told=told) as request:
        gateway = request.sandbox.world.gateway
        session = listening(request.sandbox)
        gateway.sessions[session.id] = session
        gateway.dispatch(event, lambda _: payload, None)


def listening(sandbox: DiscordSandbox) -> Session:
    """Return a session of nobody, which hears everything."""
    session = Session("1", Intents(0), 0, 1, deque())
    session.observers = sandbox.observers
    return session


@pytest.mark.parametrize("shape", [*EVENTS.items(), *INTERACTIONS.items()], ids=lambda row: str(row[0]))
def test_every_event_of_the_table_can_be_checked(shape: tuple[object, object]) -> None:
    path = document_path()
    assert path is not None
    document = load(path)
    name, described = shape
    validator = document.validator(f"the shape of {name}", lambda: build(described, document))
    assert not validator.is_valid({"made up": True})


def test_every_event_that_the_sandbox_sends_is_in_the_table() -> None:
    names = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', "\n".join(map(inspect.getsource, (events, gateway_client)))))
    assert {"MESSAGE_CREATE", "GUILD_MEMBERS_CHUNK"} <= names
    assert names - {"INTERACTION_CREATE"} <= EVENTS.keys()
