"""Whatever fails at Discord, whenever, wherever: each picture comes once, is paid once, and nothing is silent."""

import inspect

import pytest

from tests.acceptance.fault_rows import Moment, Row, Strike
from tests.acceptance.fault_rows_gateway import ROWS as GATEWAY_ROWS
from tests.acceptance.fault_rows_rest import ROWS as REST_ROWS
from tests.acceptance.fault_rows_world import ROWS as WORLD_ROWS
from tests.acceptance.fault_scene import Scene, Spot
from tests.acceptance.house import House, task_id

CASES = [
    pytest.param(row, spot, id=f"{row.moment}-{row.fault}-{spot}-{row.images}")
    for row in (*REST_ROWS, *WORLD_ROWS, *GATEWAY_ROWS)
    for spot in row.spots
]


async def _do(strike: Strike, scene: Scene) -> None:
    done = strike(scene)
    if inspect.isawaitable(done):
        await done


async def _reach(row: Row, scene: Scene) -> None:
    """Play until the moment has come at which the world is changed; faults of requests lie in wait by themselves."""
    house = scene.house
    match row.moment:
        case Moment.WAITING | Moment.PICTURES:
            interaction = scene.interaction
            shown = [interaction.original, *house.messages(interaction)]
            await house.world.until(
                lambda: any(m is not None and task_id(m) for m in (interaction.original, *house.messages(interaction))),
                what=f"the task id in {shown}",
            )
        case Moment.BETWEEN:
            await house.world.until(lambda: len(scene.shown) == 10, what="the first ten pictures")
        case Moment.AFTER:
            await scene.ended()
        case _:
            raise ValueError(row.moment)


@pytest.mark.parametrize(("row", "spot"), CASES)
async def test_what_must_come_of_it(house: House, row: Row, spot: Spot) -> None:
    scene = Scene(house, spot, row.images)
    house.replan(processing_seconds=20)
    channel = scene.channel()
    if row in REST_ROWS or row.moment is Moment.BEFORE:
        await _do(row.strike, scene)
        scene.asked = await house.person.slash(channel, "seedream", prompt="a calm harbour", max_images=row.images)
    else:
        scene.asked = await house.ask(channel, max_images=row.images)
        await _reach(row, scene)
        await _do(row.strike, scene)
    await scene.begun()
    if row.mend is not None:
        await _do(row.mend, scene)
        # Only now does the bot hear of the command, if at all.
        await house.world.discord.wait_ready(timeout=20)
    await scene.ended()
    scene.check(pictures=row.home(spot), paid=row.paid, pings=row.pings)
    for words in row.says:
        assert words in scene.said()
    # Whatever befell its connection, the bot is there again for the next command.
    await house.world.discord.wait_ready(timeout=20)
