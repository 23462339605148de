"""A sandbox with a guild, a person, a small real discord.py bot, and bare REST requests."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.ext import commands

from sandbox.clock import ManualClock
from sandbox.discord import Channel, DiscordSandbox, Guild, Interaction, Person, pointed_at
from tests.sandbox_discord.wire import Wire, connect
from tests.support.conformance.fixtures import watched_sandboxes

Json = dict[str, Any]
Setup = Callable[[commands.AutoShardedBot], None]


class TrialBot(commands.AutoShardedBot):
    """A bot whose commands a test adds; it notes every gateway event it got."""

    def __init__(self, setup: Setup | None, **options: Any) -> None:
        options.setdefault("intents", discord.Intents.default())
        options.setdefault("allowed_mentions", discord.AllowedMentions.none())
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            guild_ready_timeout=0.02,
            enable_debug_events=True,
            **options,
        )
        self.events: list[str] = []
        self.failures: list[Exception] = []
        if setup is not None:
            setup(self)

        @self.tree.error
        async def on_error(_: discord.Interaction, error: app_commands.AppCommandError) -> None:
            self.failures.append(getattr(error, "original", error))

    async def setup_hook(self) -> None:
        if self.tree.get_commands() or self.tree.get_commands(type=discord.AppCommandType.message):
            await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No pause between the shards."""

    async def on_socket_event_type(self, event: str) -> None:
        self.events.append(event)


class Rest:
    """Bare requests with the bot's token."""

    def __init__(self, sandbox: DiscordSandbox, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self._session = session

    async def __call__(
        self,
        method: str,
        path: str,
        body: Json | list[Json] | None = None,
        *,
        files: dict[int, tuple[str, bytes]] | None = None,
        token: str | None = None,
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {self._sandbox.token if token is None else token}"}
        data: Any = None
        if files is not None:
            data = aiohttp.FormData(quote_fields=False)
            data.add_field("payload_json", json.dumps(body or {}))
            for index, (name, content) in files.items():
                data.add_field(
                    f"files[{index}]", io.BytesIO(content), filename=name, content_type="application/octet-stream"
                )
        elif body is not None:
            data = json.dumps(body)
            headers["Content-Type"] = "application/json"
        url = f"{self._sandbox.api_base_url}{path}"
        async with self._session.request(method, url, data=data, headers=headers) as response:
            if response.status == 204:
                return 204, None
            assert response.headers["Content-Type"] == "application/json"
            return response.status, await response.json()

    async def get_url(self, url: str) -> tuple[int, str, bytes]:
        async with self._session.get(url) as response:
            return response.status, response.headers.get("Content-Type", ""), await response.read()


@pytest.fixture(autouse=True)
def _conformance(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold answers, events, and the requests that are not refused to Discord's own description of its API."""
    with watched_sandboxes(monkeypatch, refused_requests=False):
        yield


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(clock=clock) as running:
        yield running


@pytest.fixture
def guild(sandbox: DiscordSandbox) -> Guild:
    return sandbox.add_guild("Studio")


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.add_text_channel("pictures")


@pytest.fixture
def ada(sandbox: DiscordSandbox, guild: Guild) -> Person:
    return sandbox.add_person("ada", display_name="Ada", guilds=[guild])


@pytest.fixture
def bea(sandbox: DiscordSandbox, guild: Guild) -> Person:
    return sandbox.add_person("bea", guilds=[guild])


@pytest.fixture
async def rest(sandbox: DiscordSandbox) -> AsyncIterator[Rest]:
    async with aiohttp.ClientSession() as session:
        yield Rest(sandbox, session)


@pytest.fixture
async def interaction(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, rest: Rest, dial: Callable[..., Any]
) -> AsyncIterator[Interaction]:
    """A slash command that a bare gateway client was told of, and that waits for its answer."""
    async with dial() as client:
        await client.identify(intents=0)
        await client.events("READY")
        route = f"/applications/{sandbox.application_id}/commands"
        await rest("PUT", route, [{"name": "draw", "description": "Draw.", "integration_types": [0, 1]}])
        yield await ada.slash(channel, "draw")


@pytest.fixture
def dial(sandbox: DiscordSandbox) -> Callable[..., AbstractAsyncContextManager[Wire]]:
    """Opens bare gateway connections."""
    return partial(connect, sandbox)


@pytest.fixture
async def start_bot(
    sandbox: DiscordSandbox,
) -> AsyncIterator[Callable[..., Awaitable[TrialBot]]]:
    running: list[tuple[TrialBot, asyncio.Task[None]]] = []

    async def start(setup: Setup | None = None, *, wait: bool = True, **options: Any) -> TrialBot:
        bot = TrialBot(setup, **options)
        running.append((bot, asyncio.create_task(bot.start(sandbox.token))))
        if wait:
            await sandbox.wait_ready()
            await bot.wait_until_ready()
        return bot

    with pointed_at(sandbox):
        yield start
        for bot, task in running:
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)
