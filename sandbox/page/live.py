"""One open tab: what a person sees goes out as differences, what the person does comes in."""

import asyncio
import json
import logging
from collections.abc import Mapping

from aiohttp import WSMsgType, web

from sandbox.discord import ClientRefused, Person
from sandbox.page import words
from sandbox.page.acts import Actor, Answer, perform
from sandbox.page.desk import Desk
from sandbox.page.view import View, view_of
from sandbox.page.view.cache import ViewCache

log = logging.getLogger("sandbox.page")

PAUSE = 0.05
"""Seconds between two tellings, so that there are at most twenty a second."""
LOOK_AGAIN = 0.25
"""Seconds after which somebody looks who waits for time alone to change something."""
MOST_ACTS = 50
"""Acts of one tab that may be under way at a time."""
_GONE = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class Live:
    """A tab's connection, for as long as `run` lasts."""

    def __init__(self, desk: Desk, person: Person, socket: web.WebSocketResponse) -> None:
        self._desk = desk
        self._person = person
        self._socket = socket
        self._changed = asyncio.Event()
        self._ending = asyncio.Event()
        self._acts: set[asyncio.Task[None]] = set()

    def end(self) -> None:
        """Let `run` come to its end, as it does when the tab goes away."""
        self._ending.set()

    async def run(self) -> None:
        """Tell and listen until the tab goes away."""
        unsubscribe = self._desk.subscribe(self._changed.set)
        sides = [asyncio.create_task(side) for side in (self._tell(), self._listen(), self._until_ended())]
        try:
            done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        finally:
            unsubscribe()
            rest = [*sides, *self._acts]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
        for side in done:
            side.result()

    async def _until_ended(self) -> None:
        await self._ending.wait()

    async def _tell(self) -> None:
        cache, known, fresh = ViewCache(), View(), True
        while True:
            self._changed.clear()
            view = view_of(self._desk, self._person, cache)
            changes = differences(known, view)
            if fresh:
                await self._send({"type": "changes", "fresh": True, "set": view, "gone": []})
            elif changes:
                await self._send({"type": "changes", **changes})
            known, fresh = view, False
            # Of real time: it is about the tab, not about what happens in the sandbox.
            await asyncio.sleep(PAUSE)
            try:
                async with asyncio.timeout(LOOK_AGAIN if self._desk.restless else None):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _listen(self) -> None:
        while True:
            message = await self._socket.receive()
            if message.type in _GONE:
                return
            deed = _decode(message.data) if message.type is WSMsgType.TEXT else None
            if deed is None:
                reason = "it is no JSON object"
                await self._send(_refusal(None, words.NOT_UNDERSTOOD.format(reason=reason)))
            elif len(self._acts) >= MOST_ACTS:
                await self._send(_refusal(deed.get("id"), words.TOO_MUCH_AT_ONCE))
            else:
                task = asyncio.create_task(self._act(deed))
                self._acts.add(task)
                task.add_done_callback(self._acts.discard)

    async def _act(self, deed: Mapping[str, object]) -> None:
        number = deed.get("id")
        fields = {name: value for name, value in deed.items() if name not in {"act", "id"}}
        try:
            value: Answer = await perform(Actor(self._desk, self._person), deed.get("act"), fields)
        except ClientRefused as refused:
            await self._send(_refusal(number, str(refused)))
        except Exception as error:
            # A mistake of the sandbox must not leave a person waiting for an answer; it is no reason to end the tab.
            log.exception("the act %r failed", deed.get("act"))
            await self._send(_refusal(number, words.UNFORESEEN.format(error=type(error).__name__)))
        else:
            await self._send({"type": "answer", "id": number, "value": value})

    async def _send(self, message: Mapping[str, object]) -> None:
        try:
            await self._socket.send_str(json.dumps(message))
        except ConnectionError:
            # The tab is gone; `_listen` learns of it too, and ends.
            return


def differences(known: View, view: View) -> dict[str, object]:
    """Return what leads from one view to another: `set` and `gone`, or nothing at all."""
    changed = {key: value for key, value in view.items() if known.get(key) is not value and known.get(key) != value}
    gone = [key for key in known if key not in view]
    return {"set": changed, "gone": gone} if changed or gone else {}


def _decode(text: str) -> dict[str, object] | None:
    """Return a JSON object of proper text; None for anything else, however it is broken."""
    try:
        deed = json.loads(text, parse_constant=_refuse_constant)
        # Half of a surrogate pair is no text, and 1e999 no number: nothing could carry them on.
        json.dumps(deed, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return deed if isinstance(deed, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _refusal(number: object, sentence: str) -> dict[str, object]:
    return {"type": "answer", "id": number, "refused": sentence}
