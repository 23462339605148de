"""Pictures in order, each once; too large a message shrinks; what cannot be had does not hold up the rest."""

from dataclasses import replace

import pytest

from bot.domain.job import Job, PictureNote, Sent, Status
from bot.errors import DiscordUnavailable, ResultGone, ResultUnreachable, UploadTooLarge
from bot.jobs.delivery import KEPT_ATTEMPTS, SMALLEST_LIMIT, pictures_left
from bot.jobs.turns import Again
from tests.jobs.engine import Engine
from tests.support.jobs import CHANNEL, THREAD, UPLOAD_LIMIT, delivering_job


async def _deliver(engine: Engine, job: Job, at_most: int = 30) -> Job:
    engine.store.put(job)
    for _ in range(at_most):
        assert await engine.delivery.deliver(engine.store.job(job.id)) == Again()
        if engine.store.job(job.id).status is Status.DELIVERED:
            break
    return engine.store.job(job.id)


@pytest.mark.parametrize(
    ("count", "messages"),
    [(1, [[1]]), (10, [list(range(1, 11))]), (15, [list(range(1, 11)), list(range(11, 16))])],
)
async def test_pictures_come_in_order_ten_a_message(engine: Engine, count: int, messages: list[list[int]]) -> None:
    job = await _deliver(engine, delivering_job(count))
    assert [list(post.images) for post in engine.messenger.of("images")] == messages
    assert len({post.nonce for post in engine.messenger.posts}) == len(messages)
    assert {post.channel_id for post in engine.messenger.posts} == {THREAD}
    assert job.delivered_images == set(range(1, count + 1))
    # The row says delivered only after the last message was confirmed.
    assert [post.status for post in engine.messenger.posts] == [Status.DELIVERING] * len(messages)


async def test_without_a_thread_they_come_in_place(engine: Engine) -> None:
    await _deliver(engine, delivering_job(2, thread_id=None))
    assert [post.channel_id for post in engine.messenger.posts] == [CHANNEL]


async def test_a_refusal_for_size_halves_the_limit_and_sends_the_same_pictures_again(engine: Engine) -> None:
    engine.messenger.fail("post_images", UploadTooLarge(detail="413"), UploadTooLarge(detail="413"))
    job = await _deliver(engine, delivering_job(3))
    assert engine.courier.limits == [UPLOAD_LIMIT, UPLOAD_LIMIT // 2, UPLOAD_LIMIT // 4]
    assert engine.messenger.images() == [1, 2, 3]
    assert job.place.upload_limit == UPLOAD_LIMIT // 4
    assert set(job.sent) == {"task", "from-1"}


async def test_shrinking_ends_where_it_cannot_be_about_size(engine: Engine) -> None:
    engine.messenger.fail("post_images", *(UploadTooLarge() for _ in range(20)))
    with pytest.raises(UploadTooLarge):
        await _deliver(engine, delivering_job(1))
    assert engine.courier.limits[-1] == SMALLEST_LIMIT
    assert len(engine.courier.limits) == 7


async def test_pictures_that_cannot_be_had_are_noted_and_passed_over(engine: Engine) -> None:
    engine.courier.notes = {2: PictureNote.GONE, 4: PictureNote.UNUSABLE, 5: PictureNote.SCALED}
    job = await _deliver(engine, delivering_job(5))
    assert engine.messenger.images() == [1, 3, 5]
    assert job.notes == {"2": PictureNote.GONE, "4": PictureNote.UNUSABLE, "5": PictureNote.SCALED}
    assert job.status is Status.DELIVERED


async def test_a_lost_first_picture_does_not_hold_up_the_others(engine: Engine) -> None:
    engine.courier.per_message = 1
    engine.courier.notes = {1: PictureNote.GONE, 2: PictureNote.GONE}
    await _deliver(engine, delivering_job(3))
    assert engine.messenger.images() == [3]


async def test_if_none_can_be_had_that_is_no_delivery(engine: Engine) -> None:
    engine.courier.notes = {1: PictureNote.GONE, 2: PictureNote.UNUSABLE}
    with pytest.raises(ResultGone):
        await _deliver(engine, delivering_job(2))
    assert engine.store.job(delivering_job().id).status is Status.DELIVERING
    assert engine.messenger.posts == []


async def test_a_download_that_fails_posts_nothing(engine: Engine) -> None:
    engine.courier.faults.append(ResultUnreachable(number=1))
    with pytest.raises(ResultUnreachable):
        await _deliver(engine, delivering_job(2))
    assert engine.messenger.posts == []
    await _deliver(engine, delivering_job(2))
    assert engine.messenger.images() == [1, 2]


async def test_pictures_out_of_reach_do_not_hold_up_the_others(engine: Engine) -> None:
    engine.courier.unreachable = {2}
    with pytest.raises(ResultUnreachable):
        await _deliver(engine, delivering_job(3))
    assert engine.messenger.images() == [1, 3]
    engine.courier.unreachable = set()
    job = await _deliver(engine, engine.store.job(delivering_job().id))
    assert engine.messenger.images() == [1, 3, 2]
    assert job.status is Status.DELIVERED


@pytest.mark.parametrize("missing", [{1}, {2}, {3}])
@pytest.mark.parametrize("for_good", [True, False])
async def test_a_message_held_up_is_made_up_anew_when_some_of_it_cannot_be_had_any_more(
    engine: Engine, missing: set[int], *, for_good: bool
) -> None:
    engine.messenger.forgets_nonces = True
    engine.messenger.fail("post_images", DiscordUnavailable())
    with pytest.raises(DiscordUnavailable):
        await _deliver(engine, delivering_job(3))
    job = engine.store.job(delivering_job().id)
    assert job.sent["from-1"].images == (1, 2, 3)
    rest = [number for number in (1, 2, 3) if number not in missing]
    if for_good:
        engine.courier.notes = dict.fromkeys(missing, PictureNote.GONE)
        after = await _deliver(engine, job)
        assert engine.messenger.images() == rest
    else:
        engine.courier.unreachable = missing
        with pytest.raises(ResultUnreachable):
            await _deliver(engine, job)
        assert engine.store.job(job.id).delivered_images == set(rest)
        engine.courier.unreachable = set()
        after = await _deliver(engine, engine.store.job(job.id))
        assert engine.messenger.images() == [*rest, *missing]
    assert after.status is Status.DELIVERED
    assert after.delivered_images | set(after.noted(PictureNote.GONE)) == {1, 2, 3}


async def test_a_message_held_up_until_nothing_of_it_can_be_had_is_given_up(engine: Engine) -> None:
    engine.messenger.fail("post_images", DiscordUnavailable())
    with pytest.raises(DiscordUnavailable):
        await _deliver(engine, delivering_job(2))
    engine.courier.notes = {1: PictureNote.GONE, 2: PictureNote.GONE}
    with pytest.raises(ResultGone):
        await _deliver(engine, engine.store.job(delivering_job().id))


@pytest.mark.parametrize(("attempts", "kept"), [(0, True), (KEPT_ATTEMPTS - 1, True), (KEPT_ATTEMPTS, False)])
async def test_files_are_let_go_of_where_delivering_takes_long(engine: Engine, attempts: int, *, kept: bool) -> None:
    engine.messenger.fail("post_images", DiscordUnavailable())
    with pytest.raises(DiscordUnavailable):
        await _deliver(engine, delivering_job(attempts=attempts))
    assert (engine.courier.discarded == []) is kept
    # They are had again when it goes on.
    await _deliver(engine, engine.store.job(delivering_job().id))
    assert engine.messenger.images() == [1]


async def test_an_earlier_processs_message_is_adopted_and_the_rest_follows(engine: Engine) -> None:
    engine.messenger.forgets_nonces = True
    job = delivering_job(12)
    await engine.messenger.post_images(job, await engine.courier.pack(job, range(1, 13)), "0123456789abcdef.from-1")
    intent = Sent("0123456789abcdef.from-1", THREAD, images=tuple(range(1, 11)))
    after = await _deliver(engine, replace(job, sent={**job.sent, "from-1": intent}))
    assert engine.messenger.images() == list(range(1, 13))
    assert after.status is Status.DELIVERED


async def test_finishing_lets_go_of_the_files(engine: Engine) -> None:
    await engine.delivery.finish(delivering_job())
    assert engine.courier.discarded == [delivering_job().id]


@pytest.mark.parametrize(
    ("sent", "notes", "left"),
    [
        ({}, {}, [1, 2, 3]),
        ({"from-1": Sent("n", 1, 7, (1, 2))}, {}, [3]),
        ({"from-1": Sent("n", 1, None, (1, 2))}, {}, [1, 2, 3]),
        ({"from-1": Sent("n", 1, 0, (1,))}, {"1": PictureNote.UNCONFIRMED}, [2, 3]),
        ({}, {"2": PictureNote.GONE, "3": PictureNote.UNUSABLE}, [1]),
        ({}, {"2": PictureNote.REENCODED, "3": PictureNote.SCALED}, [1, 2, 3]),
    ],
)
def test_which_pictures_are_left(sent: dict[str, Sent], notes: dict[str, PictureNote], left: list[int]) -> None:
    assert pictures_left(delivering_job(3, sent=sent, notes=notes)) == left
