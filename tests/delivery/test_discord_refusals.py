"""What Discord's refusals and silences mean, one by one; and which of a job's messages is recognised as which."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bot.delivery.messenger import DiscordMessenger
from bot.delivery.refusals import of_thread, translated
from bot.delivery.responses import Responses
from bot.domain.job import Job, PictureNote
from bot.domain.pricing import PriceList
from bot.errors import (
    BotError,
    DiscordRejected,
    DiscordUnavailable,
    MessageGone,
    PlaceGone,
    ThreadNotOpened,
    UploadTooLarge,
)
from bot.presentation.links import link_pages
from sandbox.clock import ManualClock
from tests.support.jobs import APPLICATION, CARD, PERSON, delivering_job, waiting_job


def _refusal(status: int, code: int = 0, **headers: str) -> discord.HTTPException:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = cast("Any", SimpleNamespace(status=status, reason="Refused", headers=named))
    return discord.HTTPException(response, {"code": code, "message": "no"})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (413, 0, UploadTooLarge),
        (400, 40005, UploadTooLarge),
        (404, 10008, MessageGone),
        (400, 50083, MessageGone),
        (404, 10003, PlaceGone),
        (404, 10004, PlaceGone),
        (404, 10015, PlaceGone),
        (403, 50001, PlaceGone),
        (403, 50007, PlaceGone),
        (403, 50013, PlaceGone),
        (401, 50027, PlaceGone),
        (400, 160005, PlaceGone),
        (403, 50278, PlaceGone),
        (400, 40094, PlaceGone),
        # Refusals without a code of their own: trying again where one may not be helps nobody.
        (403, 0, PlaceGone),
        (403, 99999, PlaceGone),
        (404, 0, PlaceGone),
        # The bot's token was changed, which whoever runs it will mend.
        (401, 0, DiscordUnavailable),
        (429, 0, DiscordUnavailable),
        (500, 0, DiscordUnavailable),
        (502, 0, DiscordUnavailable),
        (503, 0, DiscordUnavailable),
    ],
)
def test_a_refusal_becomes_what_jobs_decide_by(status: int, code: int, kind: type[BotError]) -> None:
    refusal = _refusal(status, code)
    with pytest.raises(kind) as told, translated():
        raise refusal
    assert told.value.__cause__ is refusal
    assert f"{status} {code}" in str(told.value)


@pytest.mark.parametrize("refusal", [_refusal(400, 50035), _refusal(405, 0)])
def test_other_refusals_are_rejections_with_discords_words(refusal: discord.HTTPException) -> None:
    with pytest.raises(DiscordRejected, match=str(refusal.code)), translated():
        raise refusal


def test_what_is_no_refusal_passes_unchanged() -> None:
    strange = ValueError("no")
    with pytest.raises(ValueError, match="no") as told, translated():
        raise strange
    assert told.value is strange


def _unreached() -> aiohttp.ClientConnectorError:
    key = ConnectionKey("discord.com", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
    return aiohttp.ClientConnectorError(key, OSError("refused"))


@pytest.mark.parametrize(
    ("error", "maybe_taken"),
    [
        (_refusal(401), False),
        (_refusal(429), False),
        (_refusal(503), False),
        (_refusal(500), True),
        (_refusal(504), True),
        (_unreached(), False),
        (aiohttp.ConnectionTimeoutError("connect"), False),
        (TimeoutError(), True),
        (aiohttp.ServerDisconnectedError(), True),
        (ConnectionResetError(104, "reset"), True),
        (discord.RateLimited(12.5), False),
    ],
    ids=repr,
)
def test_it_is_told_whether_a_message_may_have_been_taken(error: Exception, *, maybe_taken: bool) -> None:
    with pytest.raises(DiscordUnavailable) as told, translated():
        raise error
    assert told.value.maybe_taken is maybe_taken
    assert told.value.detail


def test_a_rate_limit_says_how_long() -> None:
    with pytest.raises(DiscordUnavailable) as told, translated():
        raise discord.RateLimited(12.5)
    assert told.value.retry_after == 12.5


@pytest.mark.parametrize(
    ("header", "retry_after"), [("7.25", 7.25), ("0", 0.0), ("-3", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None)]
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_says_how_long_too(status: int, header: str, retry_after: float | None) -> None:
    with pytest.raises(DiscordUnavailable) as told, translated():
        raise _refusal(status, Retry_After=header)
    assert told.value.retry_after == retry_after
    with pytest.raises(DiscordUnavailable) as silent, translated():
        raise _refusal(status)
    assert silent.value.retry_after is None


@pytest.mark.parametrize("code", [50001, 50013, 50024, 50035, 10008, 160006, 160007, 200001])
def test_a_thread_that_is_refused_is_no_reason_to_fail(code: int) -> None:
    assert isinstance(of_thread(_refusal(400, code)), ThreadNotOpened)


@pytest.mark.parametrize(("status", "code"), [(429, 0), (500, 0), (404, 10003)])
def test_other_troubles_with_a_thread_are_not_its_refusal(status: int, code: int) -> None:
    assert of_thread(_refusal(status, code)) is None


async def _no_estimate(_request: object) -> None:
    return None


@pytest.fixture
def messenger() -> DiscordMessenger:
    client = cast("discord.Client", SimpleNamespace(application_id=APPLICATION, user=SimpleNamespace(id=APPLICATION)))
    return DiscordMessenger(
        client,
        responses=cast("Responses", None),
        clock=ManualClock(),
        estimate=_no_estimate,
        archive_minutes=1440,
        prices=PriceList({}, "USD"),
    )


def _message(content: str = "", field: str = "", files: tuple[str, ...] = (), **changes: Any) -> discord.Message:
    embeds = [SimpleNamespace(fields=[SimpleNamespace(value=field)])] if field else []
    made: dict[str, Any] = {
        "id": 1,
        "author": SimpleNamespace(id=APPLICATION),
        "content": content,
        "embeds": embeds,
        "attachments": [SimpleNamespace(filename=name) for name in files],
    }
    return cast("discord.Message", SimpleNamespace(**{**made, **changes}))


TASK = "cgt-20260101-abcde"
JOB = delivering_job(12, task_id=TASK)
PICTURE = f"seedream-{JOB.id}-1.png"
LONG_LINKS = tuple(f"https://results.example/{'x' * 900}/{number}.png" for number in range(1, 5))
LINKED = delivering_job(4, results=LONG_LINKS, notes={str(n): PictureNote.GONE for n in (1, 2, 4)})
PAGES = link_pages(LINKED)


@pytest.mark.parametrize(
    ("part", "images", "job", "message", "same"),
    [
        ("task", (), JOB, _message(field=f"`{TASK}`"), True),
        ("task", (), JOB, _message(f"**Task ID:** `{TASK}`"), True),
        ("task", (), JOB, _message(field=f"`{TASK}`", id=CARD), False),
        ("task", (), JOB, _message(f"`{TASK}`", author=SimpleNamespace(id=PERSON)), False),
        ("task", (), JOB, _message("another task"), False),
        ("task", (), replace(waiting_job(), task_id=None), _message("anything"), False),
        ("from-1", (1, 2), JOB, _message(files=(PICTURE, "other.png")), True),
        ("from-1", (1, 2), JOB, _message(files=(f"seedream-{JOB.id}-10.png", f"seedream-{JOB.id}-11.png")), False),
        ("from-1", (1, 2), JOB, _message(files=("seedream-ffffffffffffffff-1.png",)), False),
        ("from-1", (1, 2), JOB, _message(files=(PICTURE,), author=SimpleNamespace(id=PERSON)), False),
        ("end", (), JOB, _message(f"<@{PERSON}>, this one did not work out. `{TASK}`\n-# Job {JOB.id}"), True),
        # Where pictures came, the words about the missing ones mention nobody.
        ("end", (), JOB, _message(f"Could not be fetched: image 2.\n-# Job {JOB.id}"), True),
        ("end", (), JOB, _message(f"**Progress:** …\n-# Job {JOB.id}", id=CARD), False),
        ("end", (), JOB, _message("sorry. Job ffffffffffffffff"), False),
        ("end", (), replace(JOB, task_id=None), _message(f"<@{PERSON}>, sorry. Job {JOB.id}"), True),
        ("end", (), JOB, _message(f"`{TASK}`"), False),
        # The message with the first pictures is addressed to the person too, and its links may hold the task's id.
        ("end", (), JOB, _message(f"<@{PERSON}>, ready. https://results/{JOB.id}/1.png", files=(PICTURE,)), False),
        ("links-1", (), LINKED, _message(PAGES[0]), True),
        ("links-2", (), LINKED, _message(PAGES[1]), True),
        ("links-2", (), LINKED, _message(PAGES[0]), False),
        ("links-9", (), LINKED, _message(""), False),
        ("links-1", (), LINKED, _message(PAGES[0], author=SimpleNamespace(id=PERSON)), False),
        ("links-1", (), LINKED, _message(f"Could not be fetched: image 1.\n-# Job {LINKED.id}"), False),
    ],
)
def test_a_jobs_own_messages_are_recognised(
    messenger: DiscordMessenger, part: str, images: tuple[int, ...], job: Job, message: discord.Message, *, same: bool
) -> None:
    assert messenger._is(message, job, part, images) is same
