"""The sandbox as its users know it: a server on loopback, and everything one can ask or do from outside Discord."""

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self, TypeVar

from aiohttp import web

from sandbox.clock import Clock, SystemClock
from sandbox.discord.application import Application
from sandbox.discord.channels import Channel
from sandbox.discord.cloudflare import invalid_request_middleware
from sandbox.discord.command_registry import CommandRegistry
from sandbox.discord.guilds import Guild
from sandbox.discord.observing import Observer, observing_middleware
from sandbox.discord.persons import Person
from sandbox.discord.rate_limits import RateLimits, rate_limit_middleware, via_middleware
from sandbox.discord.records import RequestRecord, recording_middleware
from sandbox.discord.routes import (
    applications,
    channels,
    guilds,
    interactions,
    messages,
    reactions,
    soundboard,
    threads,
    users,
)
from sandbox.discord.routes import webhooks as webhook_routes
from sandbox.discord.routes.calls import API, Router, error_middleware
from sandbox.discord.transcript import transcript
from sandbox.discord.users import User
from sandbox.discord.world import World
from sandbox.faults import Activity, FaultPlan, fault_middleware

log = logging.getLogger("sandbox.discord")

T = TypeVar("T")


class DiscordSandbox:
    """An embedded Discord: gateway, REST API and CDN on 127.0.0.1, for any bot that discord.py can drive.

    An async context manager. Point a bot at it with `api_base_url` and `gateway_url` (see `pointed_at`), log in with
    `token`, and let persons act.

    Attributes:
        faults: what shall go wrong with REST requests.
        limits: rate limits; generous by default.
        requests: every REST request the bot made, oldest first.
        ignore_unanswered: True: an unacknowledged interaction does not count as `busy`, so that a test's time can
            pass until "The application did not respond".
    """

    def __init__(self, *, clock: Clock | None = None, port: int = 0, upload_limit: int = 10 * 1024 * 1024) -> None:
        self.clock = clock or SystemClock()
        self.world = World(self.clock, upload_limit=upload_limit)
        self.faults = FaultPlan()
        self.limits = RateLimits()
        self.requests: list[RequestRecord] = []
        self.ignore_unanswered = False
        self.base_url = ""
        self._activity = Activity()
        self._port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Listen on loopback, on a free port unless one was asked for."""
        app = web.Application(
            client_max_size=1 << 30,
            middlewares=[
                observing_middleware(self.world.observers, API),
                recording_middleware(self.requests, API, self.clock, self.world.changes),
                invalid_request_middleware(self.limits, API),
                via_middleware(),
                fault_middleware(self.faults, self.clock, self._activity),
                rate_limit_middleware(self.limits, API),
                error_middleware(),
            ],
        )
        router = Router(app, self.world)
        for module in (
            users,
            applications,
            guilds,
            channels,
            messages,
            threads,
            reactions,
            interactions,
            webhook_routes,
            soundboard,
        ):
            module.add_routes(router)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/gateway/", self._gateway)
        for folder in ("attachments", "ephemeral-attachments", "media/attachments", "media/ephemeral-attachments"):
            app.router.add_get(f"/{folder}/{{path:.+}}", self.world.cdn.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        self.world.cdn.base_url = self.base_url
        self.world.gateway.url = self.gateway_url
        log.info("the sandbox's Discord listens on %s", self.base_url)

    async def close(self) -> None:
        """Stop listening; every connection is closed."""
        await self.world.timers.close()
        await self.world.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        # An open gateway connection is not work in progress.
        with self._activity.waiting():
            return await self.world.gateway.handle(request)

    # Addresses and credentials -------------------------------------------------------------------------------

    @property
    def api_base_url(self) -> str:
        """The REST API's base, what `discord.http.Route.BASE` has to be."""
        return f"{self.base_url}{API}"

    @property
    def gateway_url(self) -> str:
        """The gateway's address."""
        return f"{self.base_url.replace('http', 'ws', 1)}/gateway"

    @property
    def token(self) -> str:
        """The bot token."""
        return self.application.token

    @property
    def application(self) -> Application:
        """The application's settings in the developer portal."""
        return self.world.application

    @property
    def application_id(self) -> int:
        """The application's id."""
        return self.application.id

    @property
    def bot(self) -> User:
        """The bot's user."""
        return self.world.bot

    @property
    def commands(self) -> CommandRegistry:
        """The registered commands."""
        return self.application.commands

    @property
    def observers(self) -> list[Observer]:
        """Those who watch every REST exchange and every gateway dispatch; add one at any time."""
        return self.world.observers

    @property
    def announced_upload_limit(self) -> int:
        """Bytes per file that interactions promise (`attachment_size_limit`); may overstate what is accepted."""
        announced = self.world.announced_upload_limit
        return self.world.upload_limit if announced is None else announced

    @announced_upload_limit.setter
    def announced_upload_limit(self, value: int) -> None:
        self.world.announced_upload_limit = value

    @property
    def upload_limit(self) -> int:
        """Bytes per file that are accepted; more is answered 413 with code 40005."""
        return self.world.upload_limit

    @upload_limit.setter
    def upload_limit(self, value: int) -> None:
        self.world.upload_limit = value

    # Building the world --------------------------------------------------------------------------------------

    def add_guild(self, name: str, *, with_bot: bool = True) -> Guild:
        """Found a server; everybody added earlier is not in it until `Guild.join`.

        Args:
            name: its name.
            with_bot: False: the app is not a member there, and only user installs reach.
        """
        owner = self.world.add_user(User(self.world.ids.next(), f"owner-of-{name}".lower(), f"Owner of {name}"))
        guild = Guild(self.world, self.world.ids.next_guild(), name, owner)
        self.world.guilds[guild.id] = guild
        if with_bot:
            guild.invite_bot()
        return guild

    def add_person(
        self,
        name: str,
        *,
        display_name: str | None = None,
        locale: str = "en-US",
        guilds: list[Guild] | None = None,
    ) -> Person:
        """Add a person, who joins all existing guilds unless told which."""
        person = Person(self.world, name, display_name=display_name or name, locale=locale)
        self.world.add_user(person)
        for guild in self.world.guilds.values() if guilds is None else guilds:
            guild.join(person)
        return person

    def dm(self, person: User) -> Channel:
        """Return a person's DM with the bot."""
        return self.world.dm_between(person, self.world.bot)

    def private_dm(self, first: User, second: User) -> Channel:
        """Return the DM of two persons, where only user installs reach."""
        return self.world.dm_between(first, second)

    # Watching ------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something is under way that must not be overtaken by a clock that is moved by hand.

        That is: a request being handled, a payload not yet sent to a gateway client, or an interaction that the
        connected bot knows of and still has time to acknowledge.
        """
        waiting = bool(self.world.unanswered) and not self.ignore_unanswered
        return self._activity.busy or self.world.gateway.busy or waiting

    async def until(
        self, predicate: Callable[[], T | Literal[False] | None], *, timeout: float = 10.0, what: str = ""
    ) -> T:
        """Wait until something is so, looking again at every change in the sandbox.

        Args:
            predicate: what is waited for; its truthy value is returned.
            timeout: seconds of real time, a guard against waiting for ever.
            what: what is waited for, in words, for the error.

        Raises:
            TimeoutError: with `what` and the transcript.
        """
        try:
            return await self.world.changes.until(predicate, timeout=timeout)
        except TimeoutError:
            message = f"waited {timeout:g} s in vain for {what or predicate}\n{self.transcript()}"
            raise TimeoutError(message) from None

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener at every change; return what ends it. That time passes is no such event."""
        return self.world.changes.subscribe(listener)

    async def wait_ready(self, *, timeout: float = 10.0) -> None:
        """Wait until a bot has identified, with all its shards, and got READY and its guilds."""
        await self.until(lambda: self.world.gateway.ready, timeout=timeout, what="a bot to be ready")

    def transcript(self) -> str:
        """Return what stands in all channels, as readable text, with the latest requests."""
        return transcript(self.world, self.requests)

    # Disturbing ----------------------------------------------------------------------------------------------

    async def disconnect_gateway(self, code: int | Literal["reset"] = 4000) -> None:
        """Close the gateway connections with a code, or cut them."""
        await self.world.gateway.disconnect(code)

    def reconnect_gateway(self) -> None:
        """Ask the clients to reconnect and resume: opcode 7."""
        self.world.gateway.ask_to_reconnect()

    def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Tell the clients that their sessions are invalid: opcode 9."""
        self.world.gateway.invalidate(resumable=resumable)
