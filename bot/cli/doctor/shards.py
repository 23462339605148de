"""The check of the shards: how many Discord recommends, and which of them this process would connect."""

from typing import Any

from bot.cli.doctor.check import Check, passed
from bot.config import ClusterSettings

SHARDS = "Shards"


def shards(answer: dict[str, Any], cluster: ClusterSettings) -> Check:
    """Check the number of shards against what Discord says; fewer than it recommends is no failure yet.

    Args:
        answer: https://discord.com/developers/docs/events/gateway#get-gateway-bot
        cluster: the settings.
    """
    recommended, total = int(answer.get("shards") or 1), cluster.total_shards
    if total is None:
        return passed(SHARDS, f"all of {recommended}, as Discord recommends")
    own = f"process {cluster.id} of {cluster.count} has {', '.join(map(str, cluster.shard_ids))} of {total}"
    if recommended > total:
        return passed(
            SHARDS,
            f"{own}; Discord recommends {recommended}",
            f"Set cluster.shards to {recommended} for every process; with too many servers a shard is refused.",
        )
    return passed(SHARDS, own)


def log_ins(answer: dict[str, Any], cluster: ClusterSettings) -> str:
    """Return advice where few log-ins are left: each start takes one a shard, and so does each lost session."""
    limit = answer.get("session_start_limit") or {}
    needed = cluster.total_shards or int(answer.get("shards") or 1)
    left = limit.get("remaining")
    if not isinstance(left, int) or left >= 10 * needed:
        return ""
    return f"Restart sparingly: each start of all processes takes {needed}; without any left, Discord resets the token."
