"""What a browser's tab does with the page's server, without a browser."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp

from sandbox.discord import Person
from sandbox.page.server import PageServer

T = TypeVar("T")
Payload = Any  # what JSON holds: the tests look into it as they like
SECONDS = 20.0
"""Real seconds after which a test gives up waiting."""


class Refused(Exception):
    """The page said no, with this sentence."""


class Tab:
    """One open tab: everything it was told, and what its person can do.

    Attributes:
        view: payloads by key.
        heard: every message of kind `changes`, oldest first.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.view: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self.answers: dict[Any, dict[str, Any]] = {}
        self._last_id = 0

    async def hear(self) -> dict[str, Any]:
        """Take the next message in."""
        message: dict[str, Any] = await self.socket.receive_json(timeout=SECONDS)
        if message["type"] == "answer":
            self.answers[message["id"]] = message
            return message
        if message.get("fresh"):
            self.view.clear()
        self.view.update(message["set"])
        for key in message["gone"]:
            del self.view[key]
        self.heard.append(message)
        return message

    async def end(self) -> int | None:
        """Wait until the server closes the connection; return the code it gives."""
        while not self.socket.closed:
            await self.socket.receive(timeout=SECONDS)
        return self.socket.close_code

    async def until(self, predicate: Callable[[], T | None]) -> T:
        """Take messages in until something is so."""
        while not (found := predicate()):
            await self.hear()
        return found

    async def start(self, act: str, **fields: Any) -> int:
        """Do something without waiting for the answer; return its number."""
        self._last_id += 1
        await self.socket.send_json({"act": act, "id": self._last_id, **fields})
        return self._last_id

    async def answer(self, number: str | int | None) -> Payload:
        """Return the answer to a deed.

        Raises:
            Refused: with the sentence.
        """
        await self.until(lambda: number in self.answers)
        answer = self.answers.pop(number)
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["value"]

    async def act(self, act: str, **fields: Any) -> Payload:
        """Do something and return the answer's value.

        Raises:
            Refused: with the sentence.
        """
        return await self.answer(await self.start(act, **fields))

    async def refusal(self, act: str, **fields: Any) -> str:
        """Do something that is refused, and return the sentence."""
        try:
            value = await self.act(act, **fields)
        except Refused as refused:
            return str(refused)
        raise AssertionError(f"{act} was not refused: {value}")

    def all(self, kind: str) -> list[Any]:
        """Return the payloads of a kind."""
        return [payload for key, payload in self.view.items() if key.startswith(f"{kind}:")]

    def one(self, kind: str, /, **facts: Any) -> Payload:
        """Return the payload of a kind that has these values; None: there is none yet."""
        return next((item for item in self.all(kind) if all(item[key] == value for key, value in facts.items())), None)

    def message(self, text: str) -> Payload:
        """Return the message whose content holds a text."""
        return next((item for item in self.all("message") if text in item["content"]), None)


class Browser:
    """Opens tabs and sends files."""

    def __init__(self, server: PageServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session

    @asynccontextmanager
    async def tab(self, person: Person | None = None) -> AsyncIterator[Tab]:
        """Open a tab as a person, with everything it is told at first."""
        query = f"?as={person.id}" if person else ""
        async with self.session.ws_connect(f"{self.server.url}/live{query}", max_msg_size=0) as socket:
            tab = Tab(socket)
            await tab.until(lambda: tab.heard)
            yield tab

    async def get(self, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """Fetch something; the names of headers may be written with `_`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.get(f"{self.server.url}{path}", headers=sent, allow_redirects=False) as response:
            return response.status, response.headers, await response.read()

    async def upload(self, name: str, data: bytes) -> tuple[int, dict[str, Any]]:
        """Hand a file over."""
        url = f"{self.server.url}/files?name={quote(name)}"
        async with self.session.post(url, data=BytesIO(data)) as response:
            return response.status, json.loads(await response.read())
