"""The panel's other half: what shall go wrong, the bot's process, and what it asks of both APIs."""

import re
from collections.abc import Iterator
from datetime import datetime
from heapq import merge

from sandbox.discord.errors import Json
from sandbox.page.desk import Desk
from sandbox.page.faults import SWITCHES

MOST_REQUESTS = 40
_TOKEN = re.compile(r"^(/(?:interactions|webhooks)/\d+)/[^/]{20,}")


def faults_view(desk: Desk) -> dict[str, Json]:
    """Return each `fault:<name>`."""
    return {
        f"fault:{switch.name}": {
            "name": switch.name,
            "side": switch.side,
            "label": switch.label,
            "explains": switch.explains,
            "on": desk.faults.is_on(switch.name),
            "struck": desk.faults.struck(switch.name),
            "order": order,
        }
        for order, switch in enumerate(SWITCHES)
    }


def bot_view(desk: Desk) -> Json:
    """Return how it stands with the bot."""
    return {
        "state": desk.bot.state,
        "connected": desk.world.discord.world.gateway.ready,
        "pid": desk.bot.pid,
        "controllable": desk.bot.controllable,
        "log": desk.bot.log,
    }


def traffic_view(desk: Desk) -> list[Json]:
    """Return the bot's latest requests to both APIs, oldest first; the tokens in their paths are cut out."""
    together = list(merge(_to_discord(desk), _to_seedream(desk), key=lambda pair: pair[0]))
    return [request for _, request in together[-MOST_REQUESTS:]]


def _to_discord(desk: Desk) -> Iterator[tuple[datetime, Json]]:
    for record in desk.world.discord.requests[-MOST_REQUESTS:]:
        path = _TOKEN.sub(r"\1/…", record.path)
        yield record.time, _request("discord", record.time, record.method, path, record.status)


def _to_seedream(desk: Desk) -> Iterator[tuple[datetime, Json]]:
    for record in desk.world.seedream.requests[-MOST_REQUESTS:]:
        yield record.at, _request("seedream", record.at, record.method, record.path, record.status, cut=record.cut)


def _request(to: str, at: datetime, method: str, path: str, status: int | None, *, cut: bool = False) -> Json:
    return {"at": at.isoformat(), "to": to, "method": method, "path": path, "status": status, "cut": cut}
