"""The rows of the Seedream API fault table: what goes wrong on which route, and what must come of it.

`docs/faults.md` is made of these rows; `test_fault_page.py` compares.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.faults import Fault, FaultKind

NOTHING_SPENT = "Nothing was spent."
MAYBE_CHARGED = "It cannot be known from here whether this was charged."
SHOULD_BE_FREE = "Seedream charges per finished picture, so this should have cost nothing."
PAID_FOR = "The pictures were made and paid for."
_NOT_SENT_AGAIN = "it cannot be known whether it was taken. It is not sent again by itself."
IMPATIENT: Mapping[str, object] = {"read_timeout_seconds": 2.0}
"""Settings for rows in which the API falls silent: these seconds are real."""


class Route(StrEnum):
    """Which of the API's routes."""

    UPLOAD = "upload of a reference image"
    SUBMIT = "paid POST"
    POLL = "poll of the task"
    RESULT = "download of a picture"


PATHS = {
    Route.UPLOAD: "/api/upload/file",
    Route.SUBMIT: "/generate/vol/seedream$",
    Route.POLL: "/v1/tasks/",
    Route.RESULT: "/results/",
}


@dataclass(frozen=True)
class ApiRow:
    """One row.

    Attributes:
        faults: what the sandbox's API does; None: `plan` alone makes the trouble.
        says: words that must stand somewhere in the end; none: it all comes right by itself.
        paid: requests that the API has taken.
        linked: pictures that are given as links; all the others are shown.
        delivered: whether the pictures that are not linked are shown.
        pinged: whether the person is pinged.
        plan: how the task lives.
    """

    route: Route
    fault: str
    what: Fault | None = None
    says: tuple[str, ...] = ()
    paid: int = 1
    linked: tuple[int, ...] = ()
    delivered: bool = True
    pinged: bool = True
    plan: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def images(self) -> int:
        """How many pictures are asked for."""
        return 3 if self.route is Route.RESULT or "result_shape" in self.plan else 1


def _status(
    code: int,
    *,
    times: int | None = 2,
    wait: float | None = None,
    after: bool = False,
    body: Mapping[str, str] | None = None,
) -> Fault:
    kind = FaultKind.STATUS_AFTER if after else FaultKind.STATUS
    return Fault(kind, status=code, times=times, retry_after=wait, body=json.dumps(body or {"message": "no"}))


def _always(code: int, body: Mapping[str, str] | None = None) -> Fault:
    return _status(code, times=None, body=body)


def _nonsense(body: str, *, times: int | None = 2) -> Fault:
    return Fault(FaultKind.MALFORMED, times=times, body=body)


_TOKEN = "does not accept this bot's API token"
_BALANCE = "has no balance left"

UPLOADS = (
    *(ApiRow(Route.UPLOAD, f"{code}, twice", _status(code)) for code in (408, 409, 425, 429, 500, 502, 503, 504)),
    ApiRow(Route.UPLOAD, "429 with a minute to wait", _status(429, wait=60)),
    ApiRow(Route.UPLOAD, "connection reset before it was taken", Fault(FaultKind.RESET_BEFORE, times=2)),
    ApiRow(Route.UPLOAD, "connection reset after it was taken", Fault(FaultKind.RESET_AFTER)),
    ApiRow(Route.UPLOAD, "500, although it was taken", _status(500, times=1, after=True)),
    ApiRow(Route.UPLOAD, "half an answer", Fault(FaultKind.HALF)),
    ApiRow(Route.UPLOAD, "half an answer that says it is whole", Fault(FaultKind.SHORT)),
    ApiRow(Route.UPLOAD, "an answer that is no JSON", _nonsense("<html>")),
    ApiRow(Route.UPLOAD, "JSON without a link", _nonsense('{"url": 5}')),
    ApiRow(Route.UPLOAD, "no answer", Fault(FaultKind.DELAY, seconds=1e9), settings=IMPATIENT),
    *(
        ApiRow(
            Route.UPLOAD,
            f"{code} for ever",
            _always(code),
            (words, NOTHING_SPENT),
            paid=0,
            delivered=False,
            # Told within a minute, by an edit of the reply that the person is still looking at.
            pinged=code >= 500,
        )
        for code, words in (
            (400, "Image 1, photo1.png: Seedream's file service did not take it."),
            (401, _TOKEN),
            (402, _BALANCE),
            (403, _TOKEN),
            (413, "Image 1, photo1.png: Seedream's file service did not take it."),
            (500, "Seedream has trouble of its own (error 500)."),
            (503, "Seedream was too busy, although the bot tried for a while."),
        )
    ),
)

SUBMITS = (
    *(ApiRow(Route.SUBMIT, f"{code}, twice", _status(code)) for code in (429, 503)),
    ApiRow(Route.SUBMIT, "429 with a minute to wait, twice", _status(429, wait=60)),
    ApiRow(
        Route.SUBMIT,
        "503 for ever",
        _always(503),
        ("Seedream was too busy, although the bot tried for a while.", NOTHING_SPENT),
        paid=0,
        delivered=False,
    ),
    *(
        ApiRow(Route.SUBMIT, fault, _always(code, body), (words, NOTHING_SPENT), paid=0, delivered=False)
        for fault, code, body, words in (
            ("400", 400, {"message": "size is odd"}, "Seedream did not take this request. It said: “size is odd”."),
            ("400 about sensitive words", 400, {"message": "sensitive text"}, "Seedream's content rules refuse this"),
            ("400 about the balance", 400, {"message": "insufficient balance"}, _BALANCE),
            ("401", 401, {}, _TOKEN),
            ("402", 402, {}, _BALANCE),
            ("403", 403, {}, _TOKEN),
            ("404", 404, {"message": "no such page"}, "Seedream did not take this request. It said: “no such page”."),
            ("422", 422, {"error_code": "BadShape"}, "Seedream did not take this request. It said: “BadShape”."),
        )
    ),
    *(
        ApiRow(
            Route.SUBMIT, fault, what, (_NOT_SENT_AGAIN, MAYBE_CHARGED), paid=paid, delivered=False, settings=settings
        )
        for fault, what, paid, settings in (
            *((f"{code}", _always(code), 0, {}) for code in (302, 408, 409, 425, 500, 502, 504)),
            ("500, although it was taken", _status(500, times=1, after=True), 1, {}),
            ("connection reset before it was taken", Fault(FaultKind.RESET_BEFORE), 0, {}),
            ("connection reset after it was taken", Fault(FaultKind.RESET_AFTER), 1, {}),
            ("half an answer", Fault(FaultKind.HALF), 1, {}),
            ("half an answer that says it is whole", Fault(FaultKind.SHORT), 1, {}),
            ("an answer that is no JSON", _nonsense("<html>", times=1), 1, {}),
            ("JSON without a task id", _nonsense('{"task": "1"}', times=1), 1, {}),
            ("an empty task id", _nonsense('{"task_id": ""}', times=1), 1, {}),
            ("no answer", Fault(FaultKind.DELAY, seconds=1e9), 0, IMPATIENT),
        )
    ),
)

_OUT_OF_SIGHT = ("Seedream took the task, but no longer lets this bot ask for it.", MAYBE_CHARGED)

POLLS = (
    *(ApiRow(Route.POLL, f"{code}, twice", _status(code)) for code in (408, 409, 425, 429, 500, 502, 503, 504)),
    ApiRow(Route.POLL, "404 at first", _status(404)),
    ApiRow(Route.POLL, "429 with a minute to wait", _status(429, wait=60)),
    ApiRow(Route.POLL, "429 about a quota", _status(429, body={"message": "quota exceeded, insufficient"})),
    ApiRow(Route.POLL, "connection reset", Fault(FaultKind.RESET_BEFORE, times=4)),
    ApiRow(Route.POLL, "connection reset after the answer was made", Fault(FaultKind.RESET_AFTER, times=2)),
    ApiRow(Route.POLL, "half an answer", Fault(FaultKind.HALF, times=2)),
    ApiRow(Route.POLL, "half an answer that says it is whole", Fault(FaultKind.SHORT, times=2)),
    *(
        ApiRow(Route.POLL, f"the answer `{body}`", _nonsense(body))
        for body in ("<html>", "[1, 2", "{}", '{"status": 5}', '{"status": "paused"}')
    ),
    ApiRow(Route.POLL, "no answer", Fault(FaultKind.DELAY, seconds=1e9), settings=IMPATIENT),
    *(
        ApiRow(Route.POLL, f"{code} for ever", _always(code), _OUT_OF_SIGHT, delivered=False)
        for code in (400, 401, 402, 403)
    ),
    ApiRow(
        Route.POLL,
        "404 for ever",
        _always(404),
        ("Seedream no longer knows this task.", MAYBE_CHARGED),
        delivered=False,
    ),
    *(
        ApiRow(Route.POLL, f"results as {words}", plan={"result_shape": shape})
        for shape, words in (("urls", "links"), ("objects", "objects with a link"), ("mixed", "both, mixed"))
    ),
    ApiRow(
        Route.POLL,
        "a status that no page documents, for half a minute",
        plan={"unknown_status": "paused", "unknown_seconds": 30.0},
    ),
    ApiRow(
        Route.POLL,
        "a task that never ends",
        says=("The task was not finished after 10 minutes", MAYBE_CHARGED),
        delivered=False,
        plan={"processing_seconds": 1e9},
    ),
    ApiRow(
        Route.POLL,
        "completed, but no picture",
        says=("Seedream says this task is completed, but gave no picture.", MAYBE_CHARGED),
        delivered=False,
        plan={"images": 0},
    ),
    *(
        ApiRow(Route.POLL, fault, says=(words, SHOULD_BE_FREE), delivered=False, plan={"outcome": "failed", **plan})
        for fault, plan, words in (
            ("failed, with words", {"error_msg": "The model stumbled."}, "It said: “The model stumbled”."),
            ("failed, with a code only", {"error_msg": None, "error_code": "Odd"}, "It said: “Odd”."),
            (
                "failed without a reason",
                {"error_msg": None, "error_code": None},
                "Seedream could not finish this task.",
            ),
            ("failed for its content", {"error_msg": "sensitive"}, "Seedream's content rules stopped this task"),
        )
    ),
)


def _second(fault: Fault) -> Fault:
    return Fault(**{**vars(fault), "path": r"/results/.*/2\.png"})


_NOT_FETCHED = "Could not be fetched: [image 2](<http"

RESULTS = (
    *(ApiRow(Route.RESULT, f"{code}, twice", _status(code)) for code in (408, 429, 500, 502, 503, 504)),
    ApiRow(Route.RESULT, "connection reset", Fault(FaultKind.RESET_BEFORE, times=4)),
    ApiRow(Route.RESULT, "fewer bytes than announced", Fault(FaultKind.HALF, times=2)),
    ApiRow(Route.RESULT, "half a picture that says it is whole", Fault(FaultKind.SHORT, times=2)),
    ApiRow(Route.RESULT, "no answer", Fault(FaultKind.DELAY, seconds=1e9), settings=IMPATIENT),
    *(
        ApiRow(Route.RESULT, f"{code} for one of them", _second(_always(code)), (_NOT_FETCHED,), linked=(2,))
        for code in (401, 403, 404, 410, 503)
    ),
    ApiRow(
        Route.RESULT,
        "half a picture that says it is whole, always, for one of them",
        _second(Fault(FaultKind.SHORT, times=None)),
        (_NOT_FETCHED,),
        linked=(2,),
    ),
    ApiRow(
        Route.RESULT,
        "something else than a picture for one of them",
        _second(_nonsense("<html>", times=None)),
        ("Not posted, because the bot cannot handle the file: [image 2](<http",),
        linked=(2,),
    ),
    ApiRow(
        Route.RESULT,
        "404 for all of them",
        _always(404),
        ("The links of the finished pictures no longer work", PAID_FOR),
        linked=(1, 2, 3),
        delivered=False,
    ),
)

ROWS = (*UPLOADS, *SUBMITS, *POLLS, *RESULTS)
