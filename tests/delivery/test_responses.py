"""The session for interactions' tokens: what it leaves to the job, and what discord.py may settle by itself."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import cast

import aiohttp
import discord
import pytest

from bot.delivery.responses import LONGEST_WAIT, TOKEN_MARGIN, Responses, open_response_session
from bot.domain.place import Venue
from bot.errors import PlaceGone
from sandbox.clock import EPOCH, ManualClock
from tests.delivery.conftest import ResultServer
from tests.support.jobs import delivering_job, make_place

JOB = delivering_job(place=make_place(venue=Venue.INTERACTION))


@pytest.fixture
async def responses_session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_response_session("DiscordBot (https://example.org, 1)") as session:
        yield session


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("method", ["POST", "PATCH", "GET"])
async def test_troubles_of_discords_own_are_the_jobs_business(
    results: ResultServer, responses_session: aiohttp.ClientSession, method: str, status: int
) -> None:
    results.statuses["webhook"] = status
    with pytest.raises(discord.DiscordServerError) as refusal:
        await responses_session.request(method, results.url("webhook"))
    assert refusal.value.status == status


@pytest.mark.parametrize("token", ["", "t"])
@pytest.mark.parametrize("left", [TOKEN_MARGIN - timedelta(seconds=1), timedelta(0), -timedelta(hours=1)])
async def test_without_a_living_token_nothing_is_tried(token: str, left: timedelta) -> None:
    place = replace(JOB.place, token=token, token_expires_at=EPOCH + left)
    responses = Responses(cast("discord.Client", None), cast("aiohttp.ClientSession", None), ManualClock())
    assert not responses.reachable(replace(JOB, place=place))
    with pytest.raises(PlaceGone):
        await responses.find(replace(JOB, place=place), [1])
    alive = replace(JOB.place, token_expires_at=EPOCH + TOKEN_MARGIN + timedelta(seconds=1))
    assert responses.reachable(replace(JOB, place=alive))


@pytest.mark.parametrize(("header", "raised"), [(f"{LONGEST_WAIT + 1}", True), ("2", False), ("soon", False)])
async def test_long_rate_limits_are_the_jobs_business(
    results: ResultServer, responses_session: aiohttp.ClientSession, header: str, *, raised: bool
) -> None:
    results.statuses["webhook"] = 429
    results.headers["webhook"] = {"Retry-After": header}
    if raised:
        with pytest.raises(discord.RateLimited) as limit:
            await responses_session.get(results.url("webhook"))
        assert limit.value.retry_after == LONGEST_WAIT + 1
    else:
        async with responses_session.get(results.url("webhook")) as answer:
            assert answer.status == 429
