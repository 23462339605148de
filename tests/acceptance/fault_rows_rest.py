"""Requests to Discord that go wrong."""

from sandbox.discord.rate_limits import rate_limit_fault
from sandbox.faults import Fault, FaultKind
from tests.acceptance.fault_rows import AT_MOST_ONCE, DOUBTFUL, EVERYWHERE, NEVER, REFUSED, Moment, Row, at, status
from tests.acceptance.fault_scene import Scene, Spot, Where

_ALL = REFUSED | DOUBTFUL
_SOME = {name: fault for name, fault in _ALL.items() if name != "500"}
"""At other moments than the decisive one, one kind of 500 is enough."""
_IN_DOUBT = {*DOUBTFUL, "connection reset before the request was taken"}
_IN_PLACE = (Spot.TEXT, Spot.DIRECT, Spot.INSTALL)
_TOO_LONG_FOR_A_PERSON = "429, come back in five minutes"


def _without_end(scene: Scene) -> None:
    scene.house.world.discord.ignore_unanswered = True
    outage = Fault(FaultKind.STATUS, path="/callback$", status=503, times=None, body="{}")
    scene.house.world.discord.faults.add(outage)


ROWS = (
    *(
        Row(name, Moment.CARD, (Spot.TEXT, Spot.INSTALL), at(Moment.CARD, fault))
        for name, fault in _SOME.items()
        if name not in {_TOO_LONG_FOR_A_PERSON, "503, four times"}
    ),
    Row("503, once", Moment.CARD, (Spot.TEXT, Spot.INSTALL), at(Moment.CARD, status(503))),
    Row(
        "503, until Discord itself says that the application did not respond",
        Moment.CARD,
        (Spot.TEXT, Spot.INSTALL),
        _without_end,
        where=Where.NOWHERE,
        pings=NEVER,
        paid=0,
    ),
    *(
        Row(name, Moment.THREAD, (Spot.TEXT,), at(Moment.THREAD, fault))
        for name, fault in _SOME.items()
        if name != _TOO_LONG_FOR_A_PERSON
    ),
    Row(
        _TOO_LONG_FOR_A_PERSON,
        Moment.THREAD,
        (Spot.TEXT,),
        at(Moment.THREAD, REFUSED[_TOO_LONG_FOR_A_PERSON]),
        where=Where.PLACE,
        says=("No thread: Discord did not let me open one here just now.",),
    ),
    Row(
        "502, although it was done, and then 429, come back in five minutes",
        Moment.THREAD,
        (Spot.TEXT,),
        at(Moment.THREAD, status(502, taken=True), rate_limit_fault(300)),
    ),
    *(Row(name, Moment.STATUS, _IN_PLACE, at(Moment.STATUS, fault)) for name, fault in _SOME.items()),
    *(Row(name, Moment.PICTURES, EVERYWHERE, at(Moment.PICTURES, fault)) for name, fault in _ALL.items()),
    Row(
        "502, although it was done, and then 429, come back in ten minutes",
        Moment.PICTURES,
        EVERYWHERE,
        at(Moment.PICTURES, status(502, taken=True), rate_limit_fault(600)),
    ),
    *(
        Row(name, Moment.BETWEEN, (Spot.TEXT, Spot.INSTALL), at(Moment.BETWEEN, fault), images=15)
        for name, fault in _SOME.items()
    ),
    *(
        Row(
            name,
            Moment.PING,
            (Spot.INSTALL,),
            at(Moment.PING, fault),
            images=images,
            pings=AT_MOST_ONCE if name in _IN_DOUBT else (1,),
        )
        for name, fault in _SOME.items()
        for images in (1, 15)
    ),
    *(
        Row(name, Moment.OUTCOME, (Spot.TEXT, Spot.INSTALL), at(Moment.OUTCOME, fault), says=("Done: 1 picture",))
        for name, fault in _SOME.items()
    ),
)
