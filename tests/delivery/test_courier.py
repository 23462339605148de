"""A message's worth of pictures: at most ten, within the request's size, with notes of what happened to each."""

from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.delivery import courier as module
from bot.delivery.courier import MAX_REQUEST_BYTES, SpoolCourier, file_limit
from bot.domain.job import Job, PictureNote
from bot.domain.place import Venue
from bot.errors import ResultUnreachable
from tests.delivery.conftest import ResultServer, flat, noise
from tests.support.jobs import UPLOAD_LIMIT, delivering_job, make_place


@pytest.fixture
def courier(session: aiohttp.ClientSession, spool: Path) -> SpoolCourier:
    return SpoolCourier(session=session, spool=spool)


def _job(results: ResultServer, count: int, **place: object) -> Job:
    for number in range(1, count + 1):
        results.files.setdefault(str(number), flat(64 + number, 48))
    job = delivering_job(count, place=replace(make_place(), **place))  # type: ignore[arg-type]  # the fields' own types are checked by use
    return replace(job, results=tuple(results.url(str(number)) for number in range(1, count + 1)))


async def test_ten_pictures_a_message_in_order(courier: SpoolCourier, results: ResultServer) -> None:
    job = _job(results, 15)
    first = await courier.pack(job, range(1, 16))
    assert first.images == tuple(range(1, 11))
    assert [file.path.read_bytes() for file in first.files] == [results.files[str(n)] for n in range(1, 11)]
    assert {file.extension for file in first.files} == {"png"}
    assert first.notes == {}
    assert (await courier.pack(job, range(11, 16))).images == tuple(range(11, 16))
    assert results.most_at_once <= module.DOWNLOADS_AT_ONCE


async def test_what_was_downloaded_is_not_downloaded_again(courier: SpoolCourier, results: ResultServer) -> None:
    job = _job(results, 3)
    first = await courier.pack(job, [1, 2, 3])
    assert await courier.pack(job, [1, 2, 3]) == first
    assert results.requests == {"1": 1, "2": 1, "3": 1}


async def test_a_smaller_limit_shrinks_what_was_downloaded(courier: SpoolCourier, results: ResultServer) -> None:
    results.files["1"] = noise(400, 300)
    job = _job(results, 2)
    assert (await courier.pack(job, [1, 2])).notes == {}
    smaller = replace(job, place=replace(job.place, upload_limit=200_000))
    parcel = await courier.pack(smaller, [1, 2])
    assert parcel.notes == {1: PictureNote.REENCODED}
    assert [file.extension for file in parcel.files] == ["jpg", "png"]
    assert parcel.files[0].size == parcel.files[0].path.stat().st_size <= 200_000
    tiny = await courier.pack(replace(job, place=replace(job.place, upload_limit=20_000)), [1])
    assert tiny.notes == {1: PictureNote.SCALED}
    assert results.requests == {"1": 1, "2": 1}


async def test_a_message_stays_below_the_requests_size(
    courier: SpoolCourier, results: ResultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        results.files[str(number)] = noise(100, 100)
    weight = len(results.files["1"])
    monkeypatch.setattr(module, "MAX_REQUEST_BYTES", weight * 2 + weight // 2)
    job = _job(results, 5)
    left, parcels = [1, 2, 3, 4, 5], []
    while left:
        parcel = await courier.pack(job, left)
        parcels.append(parcel.images)
        left = [number for number in left if number not in parcel.images]
    assert parcels == [(1, 2), (3, 4), (5,)]


async def test_pictures_that_cannot_be_had_are_noted(courier: SpoolCourier, results: ResultServer) -> None:
    results.files["2"] = b"<html>"
    results.statuses["3"] = 404
    parcel = await courier.pack(_job(results, 4), [1, 2, 3, 4])
    assert parcel.images == (1, 4)
    assert parcel.notes == {2: PictureNote.UNUSABLE, 3: PictureNote.GONE}
    assert (await courier.pack(_job(results, 4), [2, 3])).files == ()


async def test_what_cannot_be_had_just_now_is_left_out_while_others_are_ready(
    courier: SpoolCourier, results: ResultServer
) -> None:
    results.statuses["2"] = 503
    job = _job(results, 4)
    parcel = await courier.pack(job, [1, 2, 3, 4])
    assert (parcel.images, parcel.notes) == ((1, 3, 4), {})
    with pytest.raises(ResultUnreachable) as trouble:
        await courier.pack(job, [2])
    assert (trouble.value.number, trouble.value.detail) == (2, "HTTP 503")
    results.statuses.clear()
    assert (await courier.pack(job, [1, 2, 3, 4])).images == (1, 2, 3, 4)
    assert results.requests == {"1": 1, "2": 3, "3": 1, "4": 1}


async def test_if_nothing_is_ready_that_is_told_after_what_can_never_be_had(
    courier: SpoolCourier, results: ResultServer
) -> None:
    results.statuses.update({"1": 404, "2": 503, "3": 503})
    job = _job(results, 3)
    parcel = await courier.pack(job, [1, 2, 3])
    assert (parcel.files, parcel.notes) == ((), {1: PictureNote.GONE})
    with pytest.raises(ResultUnreachable) as trouble:
        await courier.pack(job, [2, 3])
    assert trouble.value.number == 2


async def test_a_jobs_folder_is_let_go_of(courier: SpoolCourier, results: ResultServer, spool: Path) -> None:
    job = _job(results, 1)
    other = replace(_job(results, 1), id="f" * 16)
    await courier.pack(job, [1])
    await courier.pack(other, [1])
    await courier.discard(job.id)
    await courier.discard(job.id)
    assert not (spool / job.id).exists()
    assert (spool / other.id).exists()


@pytest.mark.parametrize(
    ("venue", "count", "upload_limit", "limit"),
    [
        (Venue.THREAD, 15, UPLOAD_LIMIT, UPLOAD_LIMIT),
        (Venue.THREAD, 1, 500 * 1024 * 1024, MAX_REQUEST_BYTES),
        (Venue.CHANNEL, 15, UPLOAD_LIMIT, UPLOAD_LIMIT),
        (Venue.INTERACTION, 15, UPLOAD_LIMIT, UPLOAD_LIMIT),
        (Venue.INTERACTION, 15, 1024, 1024),
    ],
)
def test_how_large_one_picture_may_be(venue: Venue, count: int, upload_limit: int, limit: int) -> None:
    assert file_limit(delivering_job(count, place=make_place(venue=venue, upload_limit=upload_limit))) == limit
