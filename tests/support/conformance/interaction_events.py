"""What INTERACTION_CREATE carries, by the type of the interaction.

Sources: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object and, for what a
modal's fields give, https://discord.com/developers/docs/components/reference.
"""

from collections.abc import Mapping
from typing import Any

from tests.support.conformance.shapes import ID, NUMBER, TEXT, TRUTH, Ref, Shape, by_id, one_of, some

_PERMISSIONS: Mapping[str, Any] = {"type": "string", "pattern": "^[0-9]+$"}
_ANSWER: Mapping[str, Any] = {"id": NUMBER, "custom_id": TEXT}

_RESOLVED_CHANNEL = {
    "id": ID,
    "name": TEXT,
    "type": Ref("ChannelTypes"),
    "permissions": _PERMISSIONS,
    "last_message_id?": {"oneOf": [ID, {"type": "null"}]},
    "last_pin_timestamp?": {"type": ["string", "null"], "format": "date-time"},
    "nsfw?": TRUTH,
    "parent_id?": {"oneOf": [ID, {"type": "null"}]},
    "guild_id?": ID,
    "flags?": NUMBER,
    "rate_limit_per_user?": NUMBER,
    "topic?": {"type": ["string", "null"]},
    "position?": NUMBER,
    "thread_metadata?": Ref("ThreadMetadataResponse"),
}
_RESOLVED = Shape(
    keys={
        "users?": by_id(Ref("UserResponse")),
        "members?": by_id(Shape("BasicGuildMemberResponse", {"permissions": _PERMISSIONS})),
        "roles?": by_id(Ref("GuildRoleResponse")),
        "channels?": by_id(Shape(keys=_RESOLVED_CHANNEL)),
        "messages?": by_id(Ref("MessageResponse")),
        "attachments?": by_id(Ref("MessageAttachmentResponse")),
    }
)

_VALUE = Shape(keys={"name": TEXT, "type": {"enum": [*range(3, 12)]}, "value": True, "focused?": TRUTH})
_SUBCOMMAND = Shape(keys={"name": TEXT, "type": {"const": 1}, "options?": some(_VALUE)})
_GROUP = Shape(keys={"name": TEXT, "type": {"const": 2}, "options?": some(_SUBCOMMAND)})
_COMMAND = Shape(
    keys={
        "id": ID,
        "name": TEXT,
        "type": Ref("ApplicationCommandType"),
        "resolved?": _RESOLVED,
        "options?": some(one_of(_VALUE, _SUBCOMMAND, _GROUP)),
        "guild_id?": ID,
        "target_id?": ID,
    }
)
_COMPONENT = Shape(
    keys={
        "id?": NUMBER,
        "custom_id": TEXT,
        "component_type": Ref("MessageComponentTypes"),
        "values?": some(TEXT),
        "resolved?": _RESOLVED,
    }
)

_FIELD = one_of(
    Shape(keys={**_ANSWER, "type": {"const": 4}, "value": TEXT}),
    Shape(keys={**_ANSWER, "type": {"enum": [3, 5, 6, 7, 8, 19, 22]}, "values": some(TEXT)}),
    Shape(keys={**_ANSWER, "type": {"const": 21}, "value": {"type": ["string", "null"]}}),
    Shape(keys={**_ANSWER, "type": {"const": 23}, "value": TRUTH}),
)
_MODAL = Shape(
    keys={
        "custom_id": TEXT,
        "components": some(
            one_of(
                Shape(keys={"type": {"const": 1}, "id": NUMBER, "components": some(_FIELD)}),
                Shape(keys={"type": {"const": 18}, "id": NUMBER, "component": _FIELD}),
                Shape(keys={"type": {"const": 10}, "id": NUMBER}),
            )
        ),
        "resolved?": _RESOLVED,
    }
)

_DM_CHANNEL = Shape("PrivateChannelResponse", {"permissions": _PERMISSIONS})
_COMMON: Mapping[str, Any] = {
    "id": ID,
    "application_id": ID,
    "guild?": Shape(keys={"id": ID, "locale": Ref("AvailableLocalesEnum"), "features": some(Ref("GuildFeatures"))}),
    "guild_id?": ID,
    "channel?": one_of(Ref("GuildChannelResponse"), Ref("ThreadResponse"), _DM_CHANNEL),
    "channel_id?": ID,
    "member?": Shape("GuildMemberResponse", {"permissions": _PERMISSIONS}),
    "user?": Ref("UserResponse"),
    "token": TEXT,
    "version": {"const": 1},
    "app_permissions": _PERMISSIONS,
    "locale": Ref("AvailableLocalesEnum"),
    "guild_locale?": Ref("AvailableLocalesEnum"),
    "entitlements": some(Ref("EntitlementResponse")),
    "authorizing_integration_owners": {
        "type": "object",
        "properties": {"0": ID, "1": ID},
        "additionalProperties": False,
    },
    "context?": Ref("InteractionContextType"),
    "attachment_size_limit": NUMBER,
}


def _interaction(kind: int, data: Shape, *, message: Mapping[str, Any] | None = None) -> Shape:
    return Shape(keys={**_COMMON, "type": {"const": kind}, "data": data, **(message or {})})


INTERACTIONS: Mapping[int, Shape] = {
    2: _interaction(2, _COMMAND),
    3: _interaction(3, _COMPONENT, message={"message": Ref("MessageResponse")}),
    4: _interaction(4, _COMMAND),
    5: _interaction(5, _MODAL, message={"message?": Ref("MessageResponse")}),
}
