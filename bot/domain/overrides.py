"""What the people who manage a server have set for the bot's commands: for whom, and where.

Source: https://discord.com/developers/docs/interactions/application-commands#permissions
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Target(IntEnum):
    """What an override is about."""

    ROLE = 1
    USER = 2
    CHANNEL = 3


@dataclass(frozen=True, slots=True)
class Override:
    """One exception; `target_id` of the server itself means everyone, and one less than that all channels."""

    target_id: int
    target: Target
    allowed: bool


@dataclass(frozen=True, slots=True)
class Usage:
    """Somebody who wants to use a command.

    Attributes:
        channel_id: where; of a thread, its channel.
        role_ids: what roles they have there.
    """

    guild_id: int
    channel_id: int
    user_id: int
    role_ids: Collection[int]


def allows(overrides: Sequence[Override], usage: Usage) -> bool:
    """Tell whether overrides let somebody use a command; without any that is about them, they may."""
    of = {target: _of(overrides, target) for target in Target}
    channels = of[Target.CHANNEL]
    if not channels.get(usage.channel_id, channels.get(usage.guild_id - 1, True)):
        return False
    if usage.user_id in of[Target.USER]:
        return of[Target.USER][usage.user_id]
    roles = of[Target.ROLE]
    said = [roles[role] for role in usage.role_ids if role in roles and role != usage.guild_id]
    return any(said) if said else roles.get(usage.guild_id, True)


def _of(overrides: Sequence[Override], target: Target) -> Mapping[int, bool]:
    return {override.target_id: override.allowed for override in overrides if override.target is target}
