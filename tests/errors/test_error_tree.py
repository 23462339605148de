"""The tree as it is drawn, as it is, and as it survives a restart."""

import json
import re

import pytest

import bot.errors
from bot.errors import (
    BotError,
    Cost,
    DeliveryGivenUp,
    ReferencesRefused,
    RequestRefused,
    ResultUnreachable,
    UnknownError,
)
from tests.support.errors import classes, sample

ALL = list(classes())


def _drawn() -> dict[str, str | None]:
    """Return the parent of each class as drawn in the module's docstring."""
    above: list[str] = []
    parents: dict[str, str | None] = {}
    for line in (bot.errors.__doc__ or "").split("```")[1].strip().splitlines():
        name = re.sub(r"[^A-Za-z]", "", line)
        depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
        parents[name] = above[depth - 1] if depth else None
        above[depth:] = [name]
    return parents


def test_the_drawn_tree_is_the_real_tree() -> None:
    real = {kind.__name__: (None if kind is BotError else kind.__bases__[0].__name__) for kind in ALL}
    assert _drawn() == real


def test_names_are_unique() -> None:
    assert len({kind.__name__ for kind in ALL}) == len(ALL)


def test_every_class_is_exported() -> None:
    assert sorted([kind.__name__ for kind in ALL] + ["Cost"]) == sorted(bot.errors.__all__)
    assert all(getattr(bot.errors, kind.__name__) is kind for kind in ALL)


@pytest.mark.parametrize("kind", ALL[1:], ids=lambda kind: kind.__name__)
def test_every_class_survives_being_stored(kind: type[BotError]) -> None:
    before = sample(kind)
    record = json.loads(json.dumps(before.to_record()))
    after = BotError.from_record(record)
    assert type(after) is kind
    assert str(after) == str(before)
    assert after.to_record() == before.to_record()


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_class_says_its_data_in_logs_and_can_be_raised(kind: type[BotError]) -> None:
    error = sample(kind)
    assert str(error).startswith(f"{kind.__name__}(")
    for value in vars(error).values():
        assert repr(value)[:20] in str(error)
    with pytest.raises(kind):
        raise error


def test_errors_within_errors_come_back_as_themselves() -> None:
    for kind in (ReferencesRefused, RequestRefused):
        after = BotError.from_record(json.loads(json.dumps(sample(kind).to_record())))
        assert isinstance(after, (ReferencesRefused, RequestRefused))
        assert after.problems
        assert all(isinstance(problem, BotError) for problem in after.problems)
    given_up = DeliveryGivenUp(reason=ResultUnreachable(number=2, detail="HTTP 503"))
    back = BotError.from_record(json.loads(json.dumps(given_up.to_record())))
    assert isinstance(back, DeliveryGivenUp)
    assert isinstance(back.reason, ResultUnreachable)
    assert (back.reason.number, back.reason.detail) == (2, "HTTP 503")


def test_a_record_from_before_reasons_were_kept_is_an_unknown_error() -> None:
    after = BotError.from_record({"error": "DeliveryGivenUp", "data": {"links": ["a", "b"]}})
    assert isinstance(after, UnknownError)


@pytest.mark.parametrize(
    "record",
    [
        {"error": "FromTheFuture", "data": {"size": 3}},
        {"error": "FromTheFuture", "data": {}},
        {"error": "PromptTooLong", "data": {"length": 3, "unheard_of": 4}},
        {"error": "PromptTooLong", "data": {}},
        {"error": "PromptTooLong"},
        {"error": "PromptTooLong", "data": [1, 2]},
        {"data": {}},
        {},
    ],
)
def test_a_record_of_another_version_is_an_unknown_error(record: dict[str, object]) -> None:
    after = BotError.from_record(record)
    assert isinstance(after, UnknownError)
    assert after.summary == str(record.get("error"))


def test_only_what_may_pass_is_retryable() -> None:
    assert {kind.__name__ for kind in ALL if kind.retryable} == {
        "ApiAnswerInvalid",
        "ApiBusy",
        "ApiConnectionLost",
        "ApiServerError",
        "ApiUnreachable",
        "DiscordUnavailable",
        "ReferenceUnreachable",
        "ResultUnreachable",
        "StorageUnavailable",
    }


def test_only_what_is_certainly_free_costs_nothing() -> None:
    dear = {kind.__name__: kind.cost for kind in ALL if kind.cost is not Cost.NOTHING}
    assert dear.pop("TaskFailed") is dear.pop("TaskContentRefused") is Cost.UNLIKELY
    assert {name for name, cost in dear.items() if cost is Cost.PAID} == {
        "DeliveryError",
        "DeliveryGivenUp",
        "DiscordRejected",
        "DiscordUnavailable",
        "MessageGone",
        "PlaceGone",
        "ResultGone",
        "ResultUnreachable",
        "ResultUnusable",
        "UploadTooLarge",
    }
    assert {name for name, cost in dear.items() if cost is Cost.UNKNOWN} == {
        "JobInterrupted",
        "JobRestored",
        "SubmissionOutcomeUnknown",
        "TaskOutOfSight",
        "TaskOverdue",
        "TaskUnknownToApi",
        "TaskWithoutPictures",
        "UnknownError",
    }


def test_a_cause_is_kept_without_raising() -> None:
    cause = OSError("disk full")
    error = UnknownError(reference="r").with_cause(cause)
    assert error.__cause__ is cause
