"""Interactions: what a person does to the bot, and what the person sees of the answer.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding.
"""

import secrets
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

from sandbox.discord.command_registry import Command, Context, InstallType
from sandbox.discord.errors import Json
from sandbox.discord.payloads.users import user_payload

if TYPE_CHECKING:
    from sandbox.discord.channels import Channel
    from sandbox.discord.messages import Message
    from sandbox.discord.sessions import Session
    from sandbox.discord.users import User
    from sandbox.discord.world import World

ACKNOWLEDGE_WITHIN = 3.0
"""Seconds until an unanswered interaction is void."""
TOKEN_LIFE = 15 * 60.0
"""Seconds for which an interaction's token works."""
MOST_EXTERNAL_FOLLOWUPS = 5
"""Followups of an app that is installed for the user but not in the server."""

AcknowledgementKind = Literal["deferred", "message", "modal", "update", "deferred_update", "autocomplete"]


class InteractionKind(IntEnum):
    """What the person did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackType(IntEnum):
    """How the bot answers."""

    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


KINDS: dict[CallbackType, AcknowledgementKind] = {
    CallbackType.MESSAGE: "message",
    CallbackType.DEFERRED_MESSAGE: "deferred",
    CallbackType.DEFERRED_UPDATE: "deferred_update",
    CallbackType.UPDATE: "update",
    CallbackType.AUTOCOMPLETE: "autocomplete",
    CallbackType.MODAL: "modal",
}


@dataclass(frozen=True)
class Acknowledgement:
    """The bot's first answer.

    Attributes:
        kind: what sort of answer.
        ephemeral: whether only the person sees it.
        after: real seconds from the person's deed to the answer's arrival.
    """

    kind: AcknowledgementKind
    ephemeral: bool
    after: float


@dataclass(frozen=True)
class Choice:
    """One autocomplete suggestion."""

    name: str
    value: str | int | float


class Interaction:
    """One deed of a person, and everything that comes back.

    Attributes:
        command: the command used; of a component or modal None.
        message: the message whose component was used, or from which the modal came.
        target: the message a message command was used on.
        parent: of a modal's submission, the interaction that opened the modal.
        original: the first answer's message, where there is one.
        followups: the further messages, oldest first.
        followups_sent: how many followups were requested, the one that ended "is thinking …" too.
        data: what the bot was told, `data` of INTERACTION_CREATE.
        modal: the form that popped up.
        submission: the latest sending of that form.
        modal_closed: whether the person closed it without sending it.
        choices: of an autocomplete, the suggestions.
        told: the gateway sessions that were told of it.
    """

    def __init__(
        self,
        world: "World",
        kind: InteractionKind,
        person: "User",
        channel: "Channel",
        *,
        command: Command | None = None,
        message: "Message | None" = None,
        target: "Message | None" = None,
        parent: "Interaction | None" = None,
    ) -> None:
        self.world = world
        self.id = world.ids.next()
        self.token = secrets.token_urlsafe(48)
        self.kind = kind
        self.person = person
        self.channel = channel
        self.command = command
        self.message = message
        self.target = target
        self.parent = parent
        self.original: Message | None = None
        self.followups: list[Message] = []
        self.followups_sent = 0
        self.data: Json = {}
        self.modal: Json | None = None
        self.submission: Interaction | None = None
        self.modal_closed = False
        self.choices: list[Choice] = []
        self.acknowledgement: Acknowledgement | None = None
        self.told: list[Session] = []
        self._expired = False
        self._killed = False
        self._started = world.clock.monotonic()
        self._started_real = time.perf_counter()

    def __repr__(self) -> str:
        return f"<Interaction {self.kind.name} {self.command.name if self.command else ''} by {self.person.name}>"

    # What the person sees -------------------------------------------------------------------------------------

    async def acknowledged(self, timeout: float = 5.0) -> Acknowledgement:
        """Wait for the bot's first answer.

        Args:
            timeout: seconds of real time, a guard against waiting for ever.

        Raises:
            TimeoutError: there was none, or the client already shows that the application did not respond.
        """
        try:
            await self.world.changes.until(lambda: self.acknowledgement is not None or self.failed, timeout=timeout)
        except TimeoutError:
            raise TimeoutError(f"{self!r}: no answer within {timeout:g} s") from None
        if self.acknowledgement is None:
            raise TimeoutError(f"{self!r}: the application did not respond")
        return self.acknowledgement

    @property
    def open_modal(self) -> Json | None:
        """The form that stands before the person: not closed, and not sent, unless the bot did not answer."""
        sent = self.submission is not None and not self.submission.failed
        return None if sent or self.modal_closed else self.modal

    @property
    def failed(self) -> bool:
        """Whether the client shows "The application did not respond"."""
        return self.acknowledgement is None and (self._expired or not self.told)

    @property
    def responses(self) -> "list[Message]":
        """Everything the bot answered that still stands, oldest first."""
        first = [self.original] if self.original is not None else []
        return [message for message in (*first, *self.followups) if not message.deleted]

    def expire(self) -> None:
        """Make the token invalid at once, as 15 minutes do."""
        self._killed = True
        self._expired = True
        self.world.changes.notify()

    # What Discord knows ---------------------------------------------------------------------------------------

    @property
    def unanswered(self) -> bool:
        """Whether a connected bot that knows of it still has time to acknowledge it."""
        listening = any(session.connection is not None for session in self.told)
        return listening and self.acknowledgement is None and not self._expired

    @property
    def acceptable(self) -> bool:
        """Whether a first answer is still accepted."""
        return not self._expired and self.world.clock.monotonic() - self._started < ACKNOWLEDGE_WITHIN

    @property
    def token_valid(self) -> bool:
        """Whether the token still works."""
        return not self._killed and self.world.clock.monotonic() - self._started < TOKEN_LIFE

    async def wait_out(self) -> None:
        """Declare the interaction failed once its time to be acknowledged has passed on the clock."""
        await self.world.clock.sleep(ACKNOWLEDGE_WITHIN)
        if self.acknowledgement is None:
            self._expired = True
            self.world.changes.notify()

    def acknowledge(self, kind: AcknowledgementKind, *, ephemeral: bool) -> None:
        """Note the bot's first answer."""
        self.acknowledgement = Acknowledgement(kind, ephemeral, time.perf_counter() - self._started_real)
        self.world.answered(self)

    @property
    def integration_owners(self) -> dict[str, str]:
        """For whom the app is installed: the guild ("0", itself "0" in the bot's DM), the user ("1")."""
        allowed = self.root_command.integration_types if self.root_command else {InstallType.GUILD, InstallType.USER}
        owners: dict[str, str] = {}
        if self.context is Context.BOT_DM and InstallType.GUILD in allowed:
            owners["0"] = "0"
        elif self.channel.guild is not None and self.channel.guild.has_bot and InstallType.GUILD in allowed:
            owners["0"] = str(self.channel.guild.id)
        if self.person.user_installed and InstallType.USER in allowed:
            owners["1"] = str(self.person.id)
        return owners

    @property
    def root_command(self) -> Command | None:
        """The command from which this came, through messages and modals."""
        if self.command is not None:
            return self.command
        if self.parent is not None:
            return self.parent.root_command
        if self.message is not None and self.message.interaction is not None:
            return self.message.interaction.root_command
        return None

    @property
    def context(self) -> Context:
        """The kind of place it happened in."""
        if self.channel.guild is not None:
            return Context.GUILD
        return Context.BOT_DM if self.world.bot in self.channel.recipients else Context.PRIVATE_CHANNEL

    @property
    def only_user_install(self) -> bool:
        """Whether nothing but the person's own installation lets the bot act here."""
        return "0" not in self.integration_owners and self.context is not Context.BOT_DM

    def metadata(self, original: "Message | None" = None) -> Json:
        """Return the interaction metadata of a message that answers.

        Args:
            original: for a followup, the original response.
        """
        metadata: Json = {
            "id": str(self.id),
            "type": int(self.kind),
            "user": user_payload(self.person),
            "authorizing_integration_owners": self.integration_owners,
        }
        if original is not None:
            metadata["original_response_message_id"] = str(original.id)
        match self.kind:
            case InteractionKind.COMMAND:
                if self.target is not None:
                    metadata["target_message_id"] = str(self.target.id)
            case InteractionKind.COMPONENT if self.message is not None:
                metadata["interacted_message_id"] = str(self.message.id)
            case InteractionKind.MODAL_SUBMIT if self.parent is not None:
                metadata["triggering_interaction_metadata"] = self.parent.metadata()
            case _:
                pass
        return metadata
