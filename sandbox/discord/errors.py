"""Discord's error answers: HTTP status, JSON error code, sentence, and the `errors` tree of a refused form.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

Json = dict[str, Any]
"""A JSON object as it goes over the wire."""


class Refusal(NamedTuple):
    """How Discord words one kind of refusal."""

    status: int
    code: int
    message: str


class Code(Enum):
    """The refusals that the sandbox can give."""

    NOT_FOUND = Refusal(404, 0, "404: Not Found")
    METHOD_NOT_ALLOWED = Refusal(405, 0, "405: Method Not Allowed")
    UNAUTHORIZED = Refusal(401, 0, "401: Unauthorized")
    UNKNOWN_APPLICATION = Refusal(404, 10002, "Unknown Application")
    UNKNOWN_CHANNEL = Refusal(404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = Refusal(404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = Refusal(404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = Refusal(404, 10008, "Unknown Message")
    UNKNOWN_ROLE = Refusal(404, 10011, "Unknown Role")
    UNKNOWN_USER = Refusal(404, 10013, "Unknown User")
    UNKNOWN_EMOJI = Refusal(400, 10014, "Unknown Emoji")
    UNKNOWN_WEBHOOK = Refusal(404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = Refusal(404, 10062, "Unknown interaction")
    UNKNOWN_COMMAND = Refusal(404, 10063, "Unknown application command")
    WRONG_APPLICATION = Refusal(403, 20012, "You are not authorized to perform this action on this application")
    TOO_MANY_PINS = Refusal(400, 30003, "Maximum number of pins reached for the channel (250)")
    TOO_MANY_REACTIONS = Refusal(400, 30010, "Maximum number of reactions reached (20)")
    TOO_MANY_ATTACHMENTS = Refusal(400, 30015, "Maximum number of attachments in a message reached (10)")
    TOO_MANY_COMMANDS = Refusal(400, 30032, "Maximum number of application commands reached")
    TOO_MANY_THREAD_MEMBERS = Refusal(400, 30033, "Maximum number of thread participants has been reached (1000)")
    TOO_MANY_COMMAND_CREATES = Refusal(
        400, 30034, "Max number of daily application command creates has been reached (200)"
    )
    TOO_LARGE = Refusal(413, 40005, "Request entity too large")
    DUPLICATE_COMMAND = Refusal(400, 40041, "An application command with that name already exists")
    NOT_IN_FORUM = Refusal(400, 40058, "Cannot send a message in a forum channel")
    ALREADY_ACKNOWLEDGED = Refusal(400, 40060, "Interaction has already been acknowledged.")
    TOO_MANY_FOLLOWUPS = Refusal(400, 40094, "This interaction has hit the maximum number of follow up messages")
    MISSING_ACCESS = Refusal(403, 50001, "Missing Access")
    NOT_IN_DM = Refusal(400, 50003, "Cannot execute action on a DM channel")
    NOT_THE_AUTHOR = Refusal(403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = Refusal(400, 50006, "Cannot send an empty message")
    CANNOT_MESSAGE_USER = Refusal(403, 50007, "Cannot send messages to this user")
    MISSING_PERMISSIONS = Refusal(403, 50013, "Missing Permissions")
    SYSTEM_MESSAGE = Refusal(403, 50021, "Cannot execute action on a system message")
    WRONG_CHANNEL_TYPE = Refusal(400, 50024, "Cannot execute action on this channel type")
    INVALID_WEBHOOK_TOKEN = Refusal(401, 50027, "Invalid Webhook Token")
    INVALID_RECIPIENTS = Refusal(400, 50033, "Invalid Recipient(s)")
    TOO_OLD_TO_BULK_DELETE = Refusal(400, 50034, "A message provided was too old to bulk delete")
    INVALID_FORM = Refusal(400, 50035, "Invalid Form Body")
    ARCHIVED_THREAD = Refusal(400, 50083, "Thread is archived")
    INVALID_JSON = Refusal(400, 50109, "The request body contains invalid JSON.")
    NO_MUTUAL_GUILDS = Refusal(403, 50278, "Cannot send messages to this user due to having no mutual guilds")
    NO_READ_HISTORY = Refusal(400, 160002, "Cannot reply without permission to read message history")
    THREAD_EXISTS = Refusal(400, 160004, "A thread has already been created for this message")
    LOCKED_THREAD = Refusal(400, 160005, "Thread is locked")
    TOO_MANY_THREADS = Refusal(400, 160006, "Maximum number of active threads reached")


class ApiError(Exception):
    """A request that Discord refuses.

    Attributes:
        status: the HTTP status.
        code: Discord's JSON error code.
        message: Discord's sentence.
        errors: the tree of refused fields, for `50035`.
    """

    def __init__(self, refusal: Code, errors: Mapping[str, Any] | None = None) -> None:
        self.status, self.code, self.message = refusal.value
        self.errors = errors
        super().__init__(f"{self.status} {self.code}: {self.message}")

    def body(self) -> Json:
        """Return the JSON body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class ClientRefused(Exception):
    """What a person tried is something that a Discord client does not let a person do."""
