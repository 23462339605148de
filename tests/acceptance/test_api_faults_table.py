"""Whatever fails at the Seedream API: paid once at most, nothing lost, and true words about the cost."""

import re

import pytest

from sandbox.discord import File
from sandbox.faults import Fault
from tests.acceptance.api_rows import MAYBE_CHARGED, NOTHING_SPENT, PATHS, ROWS, ApiRow, Route
from tests.acceptance.fault_scene import GENERATE, PICTURE, Scene, Spot
from tests.acceptance.house import House, picture


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.route}-{row.fault}") for row in ROWS])
async def test_what_must_come_of_it(empty_house: House, row: ApiRow) -> None:
    house = empty_house
    await house.start(**({"seedream": row.settings} if row.settings else {}))
    house.replan(**row.plan)
    scene = Scene(house, Spot.TEXT, row.images)
    if row.what is not None:
        planned = Fault(**{**vars(row.what), "path": row.what.path or PATHS[row.route]})
        house.world.seedream.faults.add(planned)
        scene.fault = planned
    references: dict[str, File] = {"image1": picture()} if row.route is Route.UPLOAD else {}
    scene.asked = await house.ask(scene.channel(), max_images=row.images, **references)
    await scene.begun()
    await scene.ended()
    said = scene.said()
    for words in row.says:
        assert words in said, said
    scene.check_once(paid=row.paid, pings=(int(row.pinged),))
    shown = set(range(1, row.images + 1)) - set(row.linked) if row.delivered else set()
    assert set(scene.shown) == shown
    assert {int(n) for n in re.findall(r"\[image (\d+)\]\(<http", said)} == set(row.linked)
    posted = [a.data for message in scene.messages() for a in message.files if PICTURE.match(a.filename)]
    assert set(posted) <= set(await house.results()), "not as Seedream made them"
    _check_cost(house, said)


def _check_cost(house: House, said: str) -> None:
    """What was paid is never said to be free, and a POST that may have been taken never certain to be."""
    if house.paid:
        assert NOTHING_SPENT not in said
    posts = [r for r in house.world.seedream.requests if r.method == "POST" and r.path.endswith(GENERATE)]
    if posts and posts[-1].status not in {200, 429, 503} and (posts[-1].cut or (posts[-1].status or 500) >= 500):
        assert MAYBE_CHARGED in said
