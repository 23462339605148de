"""Each message once: across repeated attempts, cut connections and crashes between intent and confirmation."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import END_PART, TASK_PART, Job, PictureNote, Sent, images_part, links_part
from bot.domain.place import Venue
from bot.errors import DiscordUnavailable, StorageUnavailable, UploadTooLarge
from bot.jobs.sending import Sender, nonce_of
from tests.jobs.engine import Engine
from tests.jobs.fakes import DIRECT_MESSAGES
from tests.support.jobs import THREAD, delivering_job, make_place, waiting_job

PART = "task"


async def _send(sender: Sender, engine: Engine, job: Job) -> Job:
    return await sender.send(await sender.settle(job), PART, engine.messenger.post_task)


def _unsent(engine: Engine) -> Job:
    return engine.store.put(waiting_job(sent={}))


@given(st.text(alphabet="0123456789abcdef", min_size=16, max_size=16), st.integers(1, 15))
def test_nonces_are_short_and_tell_parts_and_jobs_apart(job_id: str, number: int) -> None:
    names = [nonce_of(job_id, part) for part in (TASK_PART, END_PART, images_part(number), links_part(number))]
    assert all(len(name) <= 25 for name in names)
    assert len(set(names)) == 4
    assert nonce_of(job_id, "from-1") != nonce_of(job_id, "from-11")
    with pytest.raises(ValueError, match="25"):
        nonce_of(job_id, "images-11")
    assert nonce_of("f" * 16, "task") != nonce_of("e" * 16, "task")


async def test_the_intent_is_stored_before_and_the_id_after(engine: Engine) -> None:
    job = _unsent(engine)
    stored: list[Sent | None] = []
    engine.messenger.on_post = lambda _post: stored.append(engine.store.job(job.id).sent.get(PART))
    after = await _send(engine.sender, engine, job)
    nonce = nonce_of(job.id, PART)
    (post,) = engine.messenger.posts
    assert stored == [Sent(nonce, THREAD)]
    assert after == engine.store.job(job.id)
    assert after.sent == {PART: Sent(nonce, THREAD, post.id)}


async def test_a_message_known_to_have_arrived_is_not_sent_again(engine: Engine) -> None:
    job = await _send(engine.sender, engine, _unsent(engine))
    assert await _send(engine.sender, engine, job) == job
    assert await _send(Sender(engine.store, engine.messenger), engine, job) == job
    assert len(engine.messenger.posts) == 1
    assert engine.messenger.searches == []


async def test_a_refused_attempt_is_repeated_with_the_same_nonce_and_without_reading_back(engine: Engine) -> None:
    job = _unsent(engine)
    engine.messenger.fail("post_task", DiscordUnavailable(detail="429"))
    with pytest.raises(DiscordUnavailable):
        await _send(engine.sender, engine, job)
    after = await _send(engine.sender, engine, engine.store.job(job.id))
    assert after.message_id(PART) == engine.messenger.posts[0].id
    assert engine.messenger.searches == []


@pytest.mark.parametrize("taken", [True, False])
async def test_after_a_cut_connection_the_place_is_read_before_anything_is_sent_again(
    engine: Engine, *, taken: bool
) -> None:
    job = _unsent(engine)
    cut = DiscordUnavailable(detail="reset", maybe_taken=True)
    engine.messenger.fail("post_task", ("after", cut) if taken else cut)
    # As after an outage of several minutes, which is longer than Discord remembers nonces.
    engine.messenger.forgets_nonces = True
    with pytest.raises(DiscordUnavailable):
        await _send(engine.sender, engine, job)
    after = await _send(engine.sender, engine, engine.store.job(job.id))
    (post,) = engine.messenger.posts
    assert after.message_id(PART) == post.id
    assert engine.messenger.searches == [PART]


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_crash_between_intent_and_confirmation(engine: Engine, *, arrived: bool) -> None:
    job = _unsent(engine)
    if arrived:

        def fails_once_sent(saved: Job | None) -> bool:
            return saved is not None and saved.message_id(PART) is not None

        engine.store.failing = fails_once_sent
        with pytest.raises(StorageUnavailable):
            await _send(engine.sender, engine, job)
        engine.store.failing = lambda _job: False
    else:
        engine.store.put(replace(job, sent={PART: Sent(nonce_of(job.id, PART), THREAD)}))
    engine.messenger.forgets_nonces = True
    successor = Sender(engine.store, engine.messenger)
    after = await _send(successor, engine, engine.store.job(job.id))
    (post,) = engine.messenger.posts
    assert after.message_id(PART) == post.id
    assert engine.messenger.searches == [PART]
    assert after == engine.store.job(job.id)


async def test_where_nothing_can_be_read_back_pictures_count_as_arrived_and_are_noted(engine: Engine) -> None:
    engine.messenger.readable = False
    job = engine.store.put(
        delivering_job(12, sent={"from-1": Sent("n", THREAD, images=(1, 2)), "from-3": Sent("m", THREAD, 8, (3,))})
    )
    after = await Sender(engine.store, engine.messenger).settle(job)
    assert after.delivered_images == {1, 2, 3}
    assert after.notes == {"1": PictureNote.UNCONFIRMED, "2": PictureNote.UNCONFIRMED}
    assert engine.messenger.searches == []
    assert engine.store.job(job.id) == after


async def test_an_intent_names_the_place_it_is_sent_to(engine: Engine) -> None:
    place = make_place(venue=Venue.INTERACTION, direct_channel_id=DIRECT_MESSAGES)
    job = engine.store.put(waiting_job(sent={}, place=place, thread_id=None))
    after = await _send(engine.sender, engine, job)
    assert after.sent[PART].channel_id == engine.messenger.posts[0].channel_id == DIRECT_MESSAGES


async def test_every_open_intent_is_settled(engine: Engine) -> None:
    sent = {
        "task": Sent("t", THREAD),
        "from-1": Sent("lost", THREAD, images=(1,)),
        "from-2": Sent("there", THREAD, images=(2,)),
    }
    job = engine.store.put(delivering_job(2, sent=sent))
    await engine.messenger.post_images(job, await engine.courier.pack(job, [2]), "there")
    after = await Sender(engine.store, engine.messenger).settle(job)
    assert {part: record.message_id for part, record in after.sent.items()} == {"from-2": 8000}
    assert after == engine.store.job(job.id)


async def test_other_errors_leave_the_intent_to_whoever_decides(engine: Engine) -> None:
    job = _unsent(engine)
    engine.messenger.fail("post_task", UploadTooLarge())
    with pytest.raises(UploadTooLarge):
        await _send(engine.sender, engine, job)
    assert engine.store.job(job.id).sent[PART].message_id is None


async def test_success_forgets_earlier_failures(engine: Engine) -> None:
    job = engine.store.put(replace(waiting_job(sent={}), attempts=7))
    after = await _send(engine.sender, engine, job)
    assert (after.attempts, after.retry_at) == (0, None)
