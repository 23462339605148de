"""What each gateway event carries, by Discord's written documentation; its OpenAPI document does not describe events.

Sources: https://discord.com/developers/docs/events/gateway-events, one section for each event, and those named below.
"""

from collections.abc import Mapping
from typing import Any

from tests.support.conformance.document import Document
from tests.support.conformance.interaction_events import INTERACTIONS
from tests.support.conformance.shapes import ID, NUMBER, TEXT, TRUTH, Ref, Shape, build, some
from tests.support.conformance.violations import Violation, check

_MEMBER = Ref("GuildMemberResponse")
_MEMBER_BESIDE_ITS_USER = Shape("GuildMemberResponse", without=("user",))
_UNAVAILABLE_GUILD = Shape(keys={"id": ID, "unavailable": {"const": True}})
_THREAD_MEMBER = Shape("ThreadMemberResponse", {"member": _MEMBER, "presence?": {"type": ["object", "null"]}})
_CHANNEL_OF_GUILD = Ref("GuildChannelResponse")
_MESSAGE = Shape("MessageResponse", {"guild_id?": ID, "member?": _MEMBER_BESIDE_ITS_USER})
_ROLE = Shape(keys={"guild_id": ID, "role": Ref("GuildRoleResponse")})
_REACTION: Mapping[str, Any] = {
    "user_id": ID,
    "channel_id": ID,
    "message_id": ID,
    "guild_id?": ID,
    "emoji": Ref("MessageReactionEmojiResponse"),
    "burst": TRUTH,
    "type": Ref("ReactionTypes"),
}
_NOTHING_YET: Mapping[str, Any] = {"type": "array", "maxItems": 0}
"""A list of something that the sandbox does not have; whoever adds it adds its shape."""

EVENTS: Mapping[str, Shape] = {
    "READY": Shape(
        keys={
            "v": {"const": 10},
            "user": Ref("UserPIIResponse"),
            "guilds": some(_UNAVAILABLE_GUILD),
            "session_id": TEXT,
            "resume_gateway_url": {"type": "string", "format": "uri"},
            "shard?": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
            "application": Shape(keys={"id": ID, "flags": NUMBER}),
        }
    ),
    # Its content is not described. discord.py reads `_trace` out of it, and out of READY.
    "RESUMED": Shape(keys={"_trace": some(TEXT)}),
    "GUILD_CREATE": Shape(
        "GuildResponse",
        {
            "joined_at": {"type": "string", "format": "date-time"},
            "large": TRUTH,
            "unavailable?": TRUTH,
            "member_count": NUMBER,
            "voice_states": _NOTHING_YET,
            "members": some(_MEMBER),
            "channels": some(_CHANNEL_OF_GUILD),
            "threads": some(Ref("ThreadResponse")),
            "presences": _NOTHING_YET,
            "stage_instances": _NOTHING_YET,
            "guild_scheduled_events": _NOTHING_YET,
            "soundboard_sounds": _NOTHING_YET,
        },
    ),
    # Without `unavailable` the bot was removed from the guild.
    "GUILD_DELETE": Shape(keys={"id": ID, "unavailable?": {"const": True}}),
    "GUILD_ROLE_CREATE": _ROLE,
    "GUILD_MEMBER_ADD": Shape("GuildMemberResponse", {"guild_id": ID}),
    "GUILD_MEMBER_UPDATE": Shape("GuildMemberResponse", {"guild_id": ID}),
    "GUILD_MEMBER_REMOVE": Shape(keys={"guild_id": ID, "user": Ref("UserResponse")}),
    "GUILD_MEMBERS_CHUNK": Shape(
        keys={
            "guild_id": ID,
            "members": some(_MEMBER),
            "chunk_index": NUMBER,
            "chunk_count": NUMBER,
            "not_found?": some(ID),
            "presences?": _NOTHING_YET,
            "nonce?": {"type": "string", "maxLength": 32},
        }
    ),
    "CHANNEL_CREATE": Shape("GuildChannelResponse"),
    "CHANNEL_UPDATE": Shape("GuildChannelResponse"),
    "CHANNEL_DELETE": Shape("GuildChannelResponse"),
    "CHANNEL_PINS_UPDATE": Shape(
        keys={
            "guild_id?": ID,
            "channel_id": ID,
            "last_pin_timestamp?": {"type": ["string", "null"], "format": "date-time"},
        }
    ),
    "THREAD_CREATE": Shape("ThreadResponse", {"newly_created?": TRUTH}),
    "THREAD_UPDATE": Shape("ThreadResponse"),
    "THREAD_DELETE": Shape(
        keys={"id": ID, "guild_id": ID, "parent_id": ID, "type": {"type": "integer", "enum": [10, 11, 12]}}
    ),
    "THREAD_MEMBERS_UPDATE": Shape(
        keys={
            "id": ID,
            "guild_id": ID,
            "member_count": {"type": "integer", "minimum": 0, "maximum": 50},
            "added_members?": some(_THREAD_MEMBER),
            "removed_member_ids?": some(ID),
        }
    ),
    "MESSAGE_CREATE": _MESSAGE,
    "MESSAGE_UPDATE": _MESSAGE,
    "MESSAGE_DELETE": Shape(keys={"id": ID, "channel_id": ID, "guild_id?": ID}),
    "MESSAGE_DELETE_BULK": Shape(keys={"ids": some(ID), "channel_id": ID, "guild_id?": ID}),
    "MESSAGE_REACTION_ADD": Shape(
        keys={**_REACTION, "member?": _MEMBER, "message_author_id?": ID, "burst_colors?": some(TEXT)}
    ),
    "MESSAGE_REACTION_REMOVE": Shape(keys=_REACTION),
    "MESSAGE_REACTION_REMOVE_ALL": Shape(keys={"channel_id": ID, "message_id": ID, "guild_id?": ID}),
    "MESSAGE_REACTION_REMOVE_EMOJI": Shape(
        keys={"channel_id": ID, "message_id": ID, "guild_id?": ID, "emoji": Ref("MessageReactionEmojiResponse")}
    ),
    "APPLICATION_COMMAND_PERMISSIONS_UPDATE": Shape("CommandPermissionsResponse"),
    "TYPING_START": Shape(
        keys={"channel_id": ID, "guild_id?": ID, "user_id": ID, "timestamp": NUMBER, "member?": _MEMBER}
    ),
}


def check_dispatch(document: Document, event: str, payload: Mapping[str, Any]) -> list[Violation]:
    """Return what is wrong with an event; one that the table does not have is itself wrong."""
    where = f"gateway event {event}"
    shape = EVENTS.get(event)
    if event == "INTERACTION_CREATE":
        kind = payload.get("type")
        shape = INTERACTIONS.get(kind) if isinstance(kind, int) else None
        where = f"{where}, type {kind}"
    if shape is None:
        return [Violation(where, "$", "the table of the conformance suite does not know it")]
    return check(document.validator(where, lambda: build(shape, document)), payload, where)
