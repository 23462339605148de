"""A job comes back from the database as it went in."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from bot.domain.job import Job, PictureNote, Sent
from bot.domain.place import Place
from bot.domain.request import GenerationRequest
from bot.domain.sizes import ExactSize, Tier, Version
from bot.domain.speed import speed_class
from bot.errors import ApiBusy, BotError, NotAnImage, ReferencesRefused
from bot.storage import Database, SqlJobStore, tables
from sandbox.clock import ManualClock

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
JobMaker = Callable[..., Job]
snowflakes = st.integers(0, 2**63 - 1)
moments = st.datetimes(
    datetime.fromisoformat("2000-01-02"),
    datetime.fromisoformat("2200-01-01"),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]),
)
texts = st.text(max_size=30)
# PostgreSQL's text holds no NUL, and neither does an id or a token; whatever people write goes into JSON.
column_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


def _every_error() -> list[type[BotError]]:
    found: list[type[BotError]] = []
    waiting = BotError.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind.__module__.startswith("bot.errors"):
            found.append(kind)
    return found


def _of(hint: object) -> st.SearchStrategy[Any]:
    """Values of a field of an error."""
    simple: dict[object, st.SearchStrategy[Any]] = {
        str: texts,
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
        float | None: st.none() | st.floats(allow_nan=False, allow_infinity=False),
        tuple[str, ...]: st.lists(texts, max_size=3).map(tuple),
    }
    if hint in simple:
        return simple[hint]
    one = st.builds(NotAnImage, st.integers(1, 14), texts)
    # The rest are tuples of other errors.
    return one if hint is BotError else st.lists(one, max_size=2).map(tuple)


def _error(kind: type[BotError]) -> st.SearchStrategy[BotError]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _of(hints[field.name]) for field in fields(kind)})


errors = st.sampled_from(_every_error()).flatmap(_error)
messages = st.builds(
    Sent, texts, snowflakes, st.none() | snowflakes, st.lists(st.integers(1, 15), max_size=10).map(tuple)
)


def _whole(kind: type[Any], **given_by_hand: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a dataclass with every field drawn, so that one added later is tried too."""
    hints = get_type_hints(kind)
    drawn = {field.name: given_by_hand.get(field.name, _from_hint(hints[field.name])) for field in fields(kind)}
    return st.builds(kind, **drawn)


def _from_hint(hint: object) -> st.SearchStrategy[Any]:
    if hint is int:
        return snowflakes
    if hint == (int | None):
        return st.none() | snowflakes
    if is_dataclass(hint) and isinstance(hint, type):
        return _whole(hint)
    if hint is datetime:
        return moments
    if hint == (datetime | None):
        return st.none() | moments
    return st.from_type(cast("type[Any]", hint))


jobs = _whole(
    Job,
    id=st.text("0123456789abcdef", min_size=16, max_size=16),
    place=_whole(Place, token=column_texts),
    task_id=st.none() | column_texts,
    request=_whole(GenerationRequest, max_images=st.none() | st.integers(1, 15)),
    attempts=st.integers(0, 2**31 - 1),
    revision=st.integers(0, 2**31 - 2),
    failure=st.none() | errors,
    sent=st.dictionaries(texts, messages, max_size=4),
    notes=st.dictionaries(texts, st.sampled_from(PictureNote), max_size=4),
)


def _comparable(job: Job) -> dict[str, Any]:
    """Errors compare by identity, so they are compared by what they are made of."""
    values = {field.name: getattr(job, field.name) for field in fields(job) if field.compare}
    if job.failure is not None:
        values["failure"] = (type(job.failure), job.failure.to_record())
    return values


def _kept(job: Job) -> Job:
    return job if job.open else replace(job, place=replace(job.place, token=""))


@given(first=jobs, second=jobs)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
)
async def test_every_job_comes_back_as_it_was_added_and_saved(database: Database, first: Job, second: Job) -> None:
    second = replace(second, id=first.id, status=first.status, revision=first.revision)
    await database.write(lambda connection: connection.execute(delete(tables.jobs)).rowcount)
    store = SqlJobStore(database, "me", timedelta(minutes=1), ManualClock(LONG_AGO))
    await store.add(first)
    added = await store.get(first.id)
    await store.save(second, was=first.status)
    saved = await store.get(first.id)
    assert added is not None
    assert saved is not None
    assert (added.revision, saved.revision) == (first.revision, first.revision + 1)
    assert _comparable(added) == _comparable(_kept(first))
    assert _comparable(saved) == _comparable(_kept(second))
    assert saved.created_at.tzinfo is UTC
    assert isinstance(saved.results, tuple)
    assert isinstance(saved.references, tuple)


async def test_a_failure_keeps_its_data_and_its_nested_errors(store: SqlJobStore, make_job: JobMaker) -> None:
    failure = ReferencesRefused(problems=(NotAnImage(1, "a.txt"), NotAnImage(3, "b.txt")))
    await store.add(make_job(failure=failure))
    back = await store.get(make_job().id)
    assert back is not None
    assert isinstance(back.failure, ReferencesRefused)
    assert [problem.filename for problem in back.failure.problems] == ["a.txt", "b.txt"]


async def test_a_failure_of_a_newer_version_is_an_unknown_one(database: Database, make_job: JobMaker) -> None:
    store = SqlJobStore(database, "me", timedelta(minutes=1), ManualClock(LONG_AGO))
    await store.add(make_job(failure=ApiBusy(detail="later", retry_after=2.5)))
    record = {"error": "NotYetInvented", "data": {"x": 1}}
    await database.write(lambda c: c.execute(update(tables.jobs).values(failure=record)).rowcount)
    back = await store.get(make_job().id)
    assert back is not None
    assert back.failure is not None
    assert "NotYetInvented" in str(back.failure)


async def test_a_moment_without_a_time_zone_is_refused(store: SqlJobStore, make_job: JobMaker) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - this is the mistake
    with pytest.raises(Exception, match="without a time zone"):
        await store.add(make_job(created_at=naive))
    assert await store.get(make_job().id) is None


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (GenerationRequest("x"), "5.0-lite 2K 1"),
        (GenerationRequest("x", Version.V5_0_LITE, Tier.K3, 2), "5.0-lite 3K 2-4"),
        (GenerationRequest("x", Version.V4_0, ExactSize(1280, 720), 4), "4.0 2K 2-4"),
        (GenerationRequest("x", Version.V4_5, ExactSize(2848, 1600), 5), "4.5 2K 5-9"),
        (GenerationRequest("x", Version.V4_5, ExactSize(3072, 3072), 9), "4.5 3K 5-9"),
        (GenerationRequest("x", Version.V4_5, ExactSize(4096, 4096), 10), "4.5 4K 10-15"),
        (GenerationRequest("x", Version.V4_5, Tier.K4, None), "4.5 4K auto"),
    ],
)
def test_speed_class(request_: GenerationRequest, expected: str) -> None:
    assert speed_class(request_) == expected
