"""Checks of the Discord side: the token, the application, its installation, the invitation and the gateway.

Sources: https://discord.com/developers/docs/resources/application#get-current-application and
https://discord.com/developers/docs/events/gateway#get-gateway-bot.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot import __version__, discord_bot
from bot.cli.doctor.check import Check, failed, not_checked, passed
from bot.cli.doctor.shards import SHARDS, log_ins, shards
from bot.config import ClusterSettings, DiscordSettings

TOKEN = "Discord token"  # noqa: S105 - the name of a check
APPLICATION = "Application"
INSTALLATION = "Installation"
INTENTS = "Intents"
INVITATION = "Invitation"
SERVERS = "Servers"
GATEWAY = "Gateway"
NAMES = (TOKEN, APPLICATION, INSTALLATION, INTENTS, INVITATION, SERVERS, GATEWAY, SHARDS)
TIMEOUT_SECONDS = 10.0

_PORTAL = "https://discord.com/developers/applications"
_IN_SERVERS, _WITH_USERS = "0", "1"
# An unverified application has the "limited" flag of a pair, a verified one the other:
# https://discord.com/developers/docs/resources/application#application-object-application-flags
_PRIVILEGED = {
    "Presence": 1 << 12 | 1 << 13,
    "Server Members": 1 << 14 | 1 << 15,
    "Message Content": 1 << 18 | 1 << 19,
}
_CONTENT = "Message Content"
_HELLO = 10
_MOST_SERVERS = 200


@dataclass
class NoAnswer(Exception):
    """Discord did not answer as it should; `status` is 0 where it did not answer at all."""

    status: int
    detail: str


class DiscordApi:
    """Asks Discord's REST API, without discord.py, whose ways with failures are made for a bot that keeps trying."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: SecretStr) -> None:
        self._session = session
        self._base_url = base_url
        self._token = token

    async def get(self, path: str) -> dict[str, Any]:
        """Return the JSON object at a path.

        Raises:
            NoAnswer: there is none.
        """
        answer = await self._get(path)
        if not isinstance(answer, dict):
            raise NoAnswer(200, "an answer of another shape")
        return answer

    async def get_list(self, path: str) -> list[Any]:
        """Return the JSON list at a path.

        Raises:
            NoAnswer: there is none.
        """
        answer = await self._get(path)
        if not isinstance(answer, list):
            raise NoAnswer(200, "an answer of another shape")
        return answer

    async def _get(self, path: str) -> object:
        headers = {"Authorization": f"Bot {self._token.get_secret_value()}"}
        try:
            async with self._session.get(self._base_url + path, headers=headers, allow_redirects=False) as response:
                if response.status != 200:
                    raise NoAnswer(response.status, f"HTTP {response.status}")
                answer: object = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(0, str(error) or type(error).__name__) from None
        except ValueError:
            raise NoAnswer(200, "an answer that is not JSON") from None
        return answer

    async def hello(self, url: str) -> None:
        """Connect to the gateway and wait for its first word, without logging in, which Discord counts.

        Raises:
            NoAnswer: it does not say hello.
        """
        try:
            async with self._session.ws_connect(f"{url.rstrip('/')}/?v=10&encoding=json") as socket:
                greeting = await socket.receive_json(timeout=TIMEOUT_SECONDS)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(0, str(error) or type(error).__name__) from None
        except (TypeError, ValueError):
            greeting = None
        if not isinstance(greeting, dict) or greeting.get("op") != _HELLO:
            raise NoAnswer(200, "it does not greet as Discord's gateway does")


async def checks(settings: DiscordSettings, cluster: ClusterSettings) -> list[Check]:
    """Check everything on Discord's side; what hangs on a failed check is left out."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    headers = {"User-Agent": f"DiscordBot (seedream-bot, {__version__})"}
    async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
        api = DiscordApi(session, settings.api_base_url, settings.token)
        first = await token(api, settings.api_base_url)
        if not first.passed:
            return [first, *(not_checked(name, "Discord did not let the bot in") for name in NAMES[1:])]
        of_gateway = await gateway(api, settings.gateway_url, cluster)
        return [first, *await _application_checks(api, settings), await servers(api), *of_gateway]


async def token(api: DiscordApi, base_url: str) -> Check:
    """Check that Discord answers and knows the token."""
    try:
        user = await api.get("/users/@me")
    except NoAnswer as problem:
        if problem.status == 401:
            return failed(
                TOKEN,
                "Discord does not accept it",
                f"Copy it anew from your application's Bot page at {_PORTAL} and set discord.token.",
            )
        return failed(
            TOKEN,
            f"{base_url} cannot be asked: {problem.detail}",
            "Check this machine's network and discord.api_base_url.",
        )
    if not user.get("bot"):
        return failed(TOKEN, "it belongs to a person, not to a bot", "Use the token of your application's Bot page.")
    return passed(TOKEN, f"logged in as {user.get('username')} ({user.get('id')})")


async def _application_checks(api: DiscordApi, settings: DiscordSettings) -> list[Check]:
    try:
        answer = await api.get("/applications/@me")
    except NoAnswer as problem:
        return [
            failed(APPLICATION, f"it cannot be read: {problem.detail}", "Try again later."),
            *(not_checked(name, "the application cannot be read") for name in (INSTALLATION, INTENTS, INVITATION)),
        ]
    return [
        application(answer),
        installation(answer),
        intents(answer, message_content=settings.message_content),
        invitation(answer),
    ]


def application(answer: dict[str, Any]) -> Check:
    """Check the settings that would keep commands from reaching the bot."""
    name = f"{answer.get('name')} ({answer.get('id')})"
    endpoint = answer.get("interactions_endpoint_url")
    if endpoint:
        return failed(
            APPLICATION,
            f"{name} sends its commands to {endpoint}, so the bot never sees them",
            'Empty "Interactions Endpoint URL" on its General Information page.',
        )
    if answer.get("bot_require_code_grant"):
        return failed(
            APPLICATION,
            f"{name} requires an OAuth2 code grant, so nobody can invite the bot by a link",
            'Switch "Requires OAuth2 Code Grant" off on its Bot page.',
        )
    if answer.get("bot_public") is False:
        return passed(APPLICATION, name, 'Only its owner can add it. "Public Bot" on its Bot page changes that.')
    return passed(APPLICATION, name)


def installation(answer: dict[str, Any]) -> Check:
    """Check where the application may be installed: in servers it must, with users it should."""
    contexts = answer.get("integration_types_config")
    # Applications from before user installs have no such setting, and can be added to servers only.
    offered = set(contexts) if contexts else {_IN_SERVERS}
    if _IN_SERVERS not in offered:
        return failed(
            INSTALLATION,
            "it cannot be added to servers",
            'Tick "Guild Install" on the Installation page of your application.',
        )
    if _WITH_USERS not in offered:
        return passed(
            INSTALLATION,
            "in servers only; people cannot add it to their account and use /seedream wherever they are",
            'If that is wanted, tick "User Install" on the Installation page.',
        )
    return passed(INSTALLATION, "in servers, and with people's accounts")


def intents(answer: dict[str, Any], *, message_content: bool = False) -> Check:
    """Check the one privileged intent that the settings may ask for, and tell about those that are on for nothing."""
    flags = int(answer.get("flags") or 0)
    granted = [name for name, bits in _PRIVILEGED.items() if flags & bits]
    if message_content and _CONTENT not in granted:
        return failed(
            INTENTS,
            f"discord.message_content = true needs {_CONTENT}, which is off; Discord would not let the bot in",
            f'Switch on "Message Content Intent" on your application\'s Bot page at {_PORTAL}, or set '
            "discord.message_content = false.",
        )
    needed = f"{_CONTENT} is needed and on" if message_content else "no privileged intent is needed"
    others = [name for name in granted if not (message_content and name == _CONTENT)]
    if not others:
        return passed(INTENTS, needed if message_content else f"{needed}, none is on")
    verb = "is" if len(others) == 1 else "are"
    return passed(INTENTS, f"{needed}; {', '.join(others)} {verb} on", "May be switched off on the Bot page.")


def invitation(answer: dict[str, Any]) -> Check:
    """Return the link that adds the bot to a server with the permissions it needs."""
    return passed(INVITATION, discord_bot.invitation(answer.get("id")))


async def servers(api: DiscordApi) -> Check:
    """Tell how many servers the bot is in; none is no mistake, but often what was forgotten."""
    try:
        # As many as are told at once: https://discord.com/developers/docs/resources/user#get-current-user-guilds
        found = len(await api.get_list(f"/users/@me/guilds?limit={_MOST_SERVERS}"))
    except NoAnswer as problem:
        return failed(SERVERS, f"they cannot be read: {problem.detail}", "Try again later.")
    if not found:
        return passed(SERVERS, "the bot is in none yet", "Add it to one by the invitation.")
    count = f"{found} servers or more" if found >= _MOST_SERVERS else "1 server" if found == 1 else f"{found} servers"
    return passed(SERVERS, f"the bot is in {count}")


async def gateway(api: DiscordApi, url: str | None, cluster: ClusterSettings) -> list[Check]:
    """Check that the gateway can be reached, how many log-ins are left for today, and the shards."""
    try:
        answer = await api.get("/gateway/bot")
    except NoAnswer as problem:
        return [
            failed(GATEWAY, f"Discord does not tell its gateway: {problem.detail}", "Try again later."),
            not_checked(SHARDS, "Discord does not say how many"),
        ]
    return [await _gateway(api, url, answer, cluster), shards(answer, cluster)]


async def _gateway(api: DiscordApi, url: str | None, answer: dict[str, Any], cluster: ClusterSettings) -> Check:
    limit = answer.get("session_start_limit") or {}
    left, total = limit.get("remaining"), limit.get("total")
    if left == 0:
        wait = timedelta(seconds=int(limit.get("reset_after") or 0) // 1000)
        return failed(GATEWAY, f"none of {total} log-ins is left", f"Wait {wait} (hours:minutes:seconds).")
    address = url or str(answer.get("url"))
    try:
        await api.hello(address)
    except NoAnswer as problem:
        return failed(
            GATEWAY,
            f"{address} cannot be reached: {problem.detail}",
            "Let WebSocket connections out of this machine's network"
            + (", or mend discord.gateway_url." if url else "."),
        )
    return passed(GATEWAY, f"{address} answers; {left} of {total} log-ins left", log_ins(answer, cluster))
