"""Where Discord's OpenAPI document differs from Discord: the one table of exceptions.

Discord calls the document a preview, and its written documentation holds where the two differ. Each row replaces one
or more places of the document and names the page that says so. `tests/conformance` has an example for every place,
which the document refuses as it is: a row that is not needed (any more) fails there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Deviation:
    """Something that the document says differently in one or more places.

    Attributes:
        title: what it is, in a few words.
        places: the steps to what is replaced; what holds it has to exist.
        becomes: what stands there instead.
        reason: what is so with Discord.
        source: the page that says it.
    """

    title: str
    places: tuple[Steps, ...]
    becomes: Any
    reason: str
    source: str

    def apply(self, document: dict[str, Any]) -> None:
        """Change a document in place.

        Raises:
            KeyError: it has no such place (any more).
        """
        for steps in self.places:
            set_at(document, steps, self.becomes)


def set_at(document: dict[str, Any], steps: Steps, value: object) -> None:
    """Replace what stands at a place.

    Raises:
        KeyError: nothing holds such a place.
    """
    *path, last = steps
    holder: Any = document
    for step in path:
        holder = holder[step]
    holder[last] = value


def _schema(name: str, *steps: str) -> Steps:
    return ("components", "schemas", name, *steps)


def _form(path: str, *steps: str) -> Steps:
    return ("paths", path, "post", "requestBody", "content", "multipart/form-data", "schema", *steps)


def _object(required: tuple[str, ...], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(required)}


_SNOWFLAKE: Mapping[str, Any] = {"$ref": "#/components/schemas/SnowflakeType"}
_TEXT: Mapping[str, Any] = {"type": "string"}
_DOCS = "https://discord.com/developers/docs"

DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        title="ids as numbers in requests",
        places=(
            _schema("MessageAttachmentRequest", "properties", "id"),
            _schema("MessageAllowedMentionsRequest", "properties", "users", "items"),
            _schema("CreatePrivateChannelRequest", "properties", "recipient_id"),
            _schema("MessageReferenceRequest", "properties", "message_id"),
            _schema("MessageReferenceRequest", "properties", "channel_id"),
            _schema("MessageReferenceRequest", "properties", "guild_id"),
        ),
        becomes={"oneOf": [{"type": "integer", "minimum": 0}, _SNOWFLAKE]},
        reason="Ids are strings in answers; requests may have numbers, as the examples of attachments do.",
        source=f"{_DOCS}/reference#uploading-files",
    ),
    Deviation(
        title="files beside an interaction's message",
        places=(
            _form("/webhooks/{webhook_id}/{webhook_token}", "properties"),
            _form("/interactions/{interaction_id}/{interaction_token}/callback", "properties"),
        ),
        becomes={f"files[{number}]": _TEXT for number in range(10)},
        reason="Every endpoint that takes files takes them as files[n]; for these the document leaves the parts out.",
        source=f"{_DOCS}/resources/webhook#execute-webhook",
    ),
    Deviation(
        title="tts in edits",
        places=(
            _schema("MessageEditRequestPartial", "properties", "tts"),
            _schema("IncomingWebhookUpdateRequestPartial", "properties", "tts"),
            _schema("IncomingWebhookUpdateForInteractionCallbackRequestPartial", "properties", "tts"),
        ),
        becomes={"const": False},
        reason="discord.py says that every message is not to be read out, edits too, where Discord takes no notice.",
        source="https://github.com/Rapptz/discord.py/blob/v2.7.1/discord/http.py#L219",
    ),
    Deviation(
        title="flags of embeds",
        places=(_schema("RichEmbed", "properties", "flags"),),
        becomes={"type": "integer"},
        reason="An embed has flags, and what is sent is an embed.",
        source=f"{_DOCS}/resources/message#embed-object",
    ),
    Deviation(
        title="whitespace around an embed's title",
        places=(_schema("RichEmbed", "properties", "title"),),
        becomes={"type": ["string", "null"], "pattern": r"^\s*[\s\S]{0,256}\s*$"},
        reason="Leading and trailing whitespace is trimmed before a limit is applied.",
        source=f"{_DOCS}/resources/message#embed-object-embed-limits",
    ),
    Deviation(
        title="nsfw of commands",
        places=(_schema("ApplicationCommandUpdateRequest", "properties", "nsfw"),),
        becomes={"type": "boolean"},
        reason="Commands can be age-restricted; the document knows it of registered commands only.",
        source=f"{_DOCS}/interactions/application-commands#create-global-application-command",
    ),
    Deviation(
        title="permissions as text",
        places=(_schema("ApplicationCommandUpdateRequest", "properties", "default_member_permissions"),),
        becomes={"type": ["string", "integer", "null"], "pattern": "^[0-9]+$", "minimum": 0},
        reason="A permission bit set is a string.",
        source=f"{_DOCS}/interactions/application-commands#create-global-application-command",
    ),
    Deviation(
        title="codes of refused fields",
        places=(_schema("InnerErrors", "properties", "_errors", "items"),),
        becomes=_object(("code", "message"), {"code": _TEXT, "message": _TEXT}),
        reason="What is wrong with a field is a word such as BASE_TYPE_REQUIRED, not a number.",
        source=f"{_DOCS}/reference#error-messages",
    ),
    Deviation(
        title="429 without a code",
        places=(_schema("RatelimitedResponse", "allOf"),),
        becomes=[
            _object(
                ("message", "retry_after", "global"),
                {
                    "message": _TEXT,
                    "retry_after": {"type": "number", "minimum": 0},
                    "global": {"type": "boolean"},
                    "code": {"type": "integer"},
                },
            )
        ],
        reason="Only some limits have a JSON error code.",
        source=f"{_DOCS}/topics/rate-limits#exceeding-a-rate-limit",
    ),
    Deviation(
        title="the first message of a new forum post",
        places=(_schema("CreatedThreadResponse", "properties", "message"),),
        becomes={"$ref": "#/components/schemas/MessageResponse"},
        reason="The new thread comes with its message.",
        source=f"{_DOCS}/resources/channel#start-thread-in-forum-or-media-channel",
    ),
    Deviation(
        title="references of forwards",
        places=(_schema("MessageReferenceType", "oneOf"),),
        becomes=[{"const": 0}, {"const": 1}],
        reason="A forward refers to its message with a type of its own.",
        source=f"{_DOCS}/resources/message#message-reference-types",
    ),
)
