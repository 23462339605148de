"""The application: what its developer set in the portal, and its registered commands."""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from sandbox.discord.command_registry import CommandRegistry
from sandbox.discord.intents import Intents
from sandbox.discord.permissions import INVITED_BOT
from sandbox.discord.users import User

_LIMITED_FLAGS = {
    Intents.GUILD_PRESENCES: 1 << 13,
    Intents.GUILD_MEMBERS: 1 << 15,
    Intents.MESSAGE_CONTENT: 1 << 19,
}
"""The flags of an unverified application; source:
https://discord.com/developers/docs/resources/application#application-object-application-flags."""


def _install_settings() -> dict[str, dict[str, Any]]:
    bot: dict[str, Any] = {"scopes": ["applications.commands", "bot"], "permissions": str(int(INVITED_BOT))}
    user: dict[str, Any] = {"scopes": ["applications.commands"], "permissions": "0"}
    return {"0": {"oauth2_install_params": bot}, "1": {"oauth2_install_params": user}}


@dataclass(eq=False)
class Application:
    """An application of the developer portal.

    Attributes:
        token: the bot token.
        privileged_intents: which of the privileged intents are switched on; none, as for a new application.
        integration_types_config: the install settings, by integration type ("0" servers, "1" users).
        bot_public: whether others than the owner may add it.
        commands: what it has registered.
        command_permissions: what the people who manage a guild have set for its commands, by guild.
    """

    bot: User
    owner: User
    token: str
    description: str = ""
    privileged_intents: Intents = Intents.NONE
    integration_types_config: dict[str, dict[str, Any]] = field(default_factory=_install_settings)
    bot_public: bool = True
    interactions_endpoint_url: str | None = None
    commands: CommandRegistry = field(default_factory=CommandRegistry)
    command_permissions: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The application's id, the same as its bot's, as for every newer application."""
        return self.bot.id

    @property
    def name(self) -> str:
        """The application's name."""
        return self.bot.name

    @property
    def flags(self) -> int:
        """The public flags: which privileged intents are switched on."""
        return sum(flag for intent, flag in _LIMITED_FLAGS.items() if intent in self.privileged_intents)


def make_token(bot_id: int) -> str:
    """Return a bot token in the shape of a real one: the id, a time, a secret."""
    identity = urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{identity}.{secrets.token_urlsafe(5)[:6]}.{secrets.token_urlsafe(29)[:38]}"
