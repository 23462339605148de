"""What becomes of the bot's connection to the gateway, and a bot that is not there."""

from collections.abc import Awaitable, Callable

from discord import AutoShardedClient

from sandbox.discord import Limit
from sandbox.faults import Fault, FaultKind
from tests.acceptance.fault_rows import EVERYWHERE, NEVER, Moment, Row
from tests.acceptance.fault_scene import Scene, Where


def _drop(code: int) -> Callable[[Scene], Awaitable[None]]:
    async def strike(scene: Scene) -> None:
        await scene.house.world.discord.disconnect_gateway(code)

    return strike


async def _cut(scene: Scene) -> None:
    await scene.house.world.discord.disconnect_gateway("reset")


def _reconnect(scene: Scene) -> None:
    scene.house.world.discord.reconnect_gateway()


async def _resumed(scene: Scene, times: int) -> None:
    discord = scene.house.world.discord
    await discord.until(lambda: len(discord.world.gateway.resumes) >= times, timeout=20, what="the resume")


async def _dead_line(scene: Scene) -> None:
    """Let nothing through to the bot any more, which has not noticed yet."""
    app, discord = scene.house.app, scene.house.world.discord
    assert app is not None
    gateway = discord.world.gateway
    # Its heart beats in real time, and a busy machine shall not make the gateway lose patience first.
    gateway.heartbeat_interval, gateway.heartbeat_tolerance, gateway.sendable = 0.02, 1000, Limit(100_000, 60.0)
    await discord.disconnect_gateway(4000)
    await _resumed(scene, 1)
    await discord.until(lambda: app.discord.offline_seconds is None, what="the bot to know of its connection")
    discord.ignore_unanswered = True
    gateway.mute()


async def _new_line(scene: Scene) -> None:
    """Let the bot miss the answers to its heartbeats, and connect again."""
    assert scene.house.app is not None
    client = scene.house.app.discord.client
    assert isinstance(client, AutoShardedClient)
    line = client.get_shard(0)
    assert line is not None
    heart = line._parent.ws._keep_alive
    assert heart is not None
    heart.heartbeat_timeout = 0.1
    await _resumed(scene, 2)


async def _new_line_too_late(scene: Scene) -> None:
    """The same; then the bot hears of the command, and that it is over."""
    await _new_line(scene)
    discord = scene.house.world.discord
    await discord.until(
        lambda: any(request.path.endswith("/callback") and request.status == 404 for request in discord.requests),
        what="an answer that comes too late",
    )


async def _dead_for_a_while(scene: Scene) -> None:
    await _dead_line(scene)
    await _new_line(scene)


async def _out_of_reach(scene: Scene) -> None:
    """Take the gateway away, and let nobody connect again."""
    discord = scene.house.world.discord
    discord.ignore_unanswered = True
    scene.fault = discord.faults.add(Fault(FaultKind.STATUS, path="/gateway", status=503, times=None))
    await discord.disconnect_gateway("reset")
    await discord.until(lambda: not discord.world.gateway.ready, what="the gateway to be gone")


def _within_reach(scene: Scene) -> None:
    assert scene.fault is not None
    scene.house.world.discord.faults.remove(scene.fault)


async def _stop(scene: Scene) -> None:
    scene.house.world.discord.ignore_unanswered = True
    await scene.house.stop()


async def _start(scene: Scene) -> None:
    await scene.house.start()


def _invalidate(*, resumable: bool) -> Callable[[Scene], None]:
    def strike(scene: Scene) -> None:
        scene.house.world.discord.invalidate_sessions(resumable=resumable)

    return strike


_GATEWAY = {
    "the gateway closes the connection, to be resumed": _drop(4000),
    "the gateway's connection breaks off": _cut,
    "the gateway asks to reconnect": _reconnect,
    "the session is invalid, but can be resumed": _invalidate(resumable=True),
    "the session is invalid for good": _invalidate(resumable=False),
    "the gateway's line is dead, and nothing says so but the heartbeats' answers that do not come": _dead_for_a_while,
}

ROWS = (
    *(Row(name, Moment.WAITING, EVERYWHERE, strike) for name, strike in _GATEWAY.items()),
    *(
        Row(fault, Moment.BEFORE, EVERYWHERE, strike, where=Where.NOWHERE, pings=NEVER, paid=0, mend=mend)
        for fault, strike, mend in (
            ("the gateway's line is dead, and nothing says so", _dead_line, _new_line_too_late),
            ("the bot is cut off from the gateway", _out_of_reach, _within_reach),
            ("the process is stopped", _stop, _start),
        )
    ),
)
