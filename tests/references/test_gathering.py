"""From what a job points at to its references: order, room, refusals, and the tray that is used up."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import Job, PictureNote, Requester, Status
from bot.domain.references import Remark, RemarkKind
from bot.domain.request import GenerationRequest
from bot.domain.sources import Found, Gathered, MessageLink, Picture, Source, TaskResults, Tray
from bot.domain.trays import Collected
from bot.errors import (
    BotError,
    DiscordUnavailable,
    EarlierPicturesGone,
    EarlierTaskNotKnown,
    EarlierTaskNotYours,
    EarlierTaskUnfinished,
    EarlierTaskWithoutPictures,
    LinkedMessageGone,
    LinkedMessageTooFull,
    NothingCollected,
    RequestRefused,
    SourcesRefused,
    StorageUnavailable,
    TooManyImagesTogether,
    TooManyReferences,
)
from bot.references import EarlierResults, Gatherer
from bot.storage import Database, SqlTrayStore
from sandbox.clock import EPOCH, ManualClock
from tests.support.jobs import PERSON, THREAD, delivering_job, make_job, make_place

OTHER = PERSON + 1
LEFT_OUT = Remark(RemarkKind.LEFT_OUT, "wave", why="sticker")


def pictures(name: str, count: int) -> tuple[Picture, ...]:
    return tuple(Picture(f"https://{name}.example/{n}.png", f"{name}{n}.png") for n in range(1, count + 1))


@dataclass
class Scripted:
    """Messages and tasks, by what they are asked for; an error is raised."""

    answers: dict[object, Found | BotError] = field(default_factory=dict)
    asked: list[tuple[int, object]] = field(default_factory=list)

    async def pictures(self, user_id: int, what: object) -> Found:
        self.asked.append((user_id, what))
        answer = self.answers[what]
        if isinstance(answer, BotError):
            raise answer
        return answer

    async def originals(self, pictures: Sequence[Picture]) -> tuple[Picture, ...]:
        return tuple(Picture(f"{picture.url}?original", picture.filename, picture.url) for picture in pictures)


class NoTrays:
    """A `TrayStore` whose database is away."""

    async def load(self, user_id: int, channel_id: int) -> tuple[Picture, ...]:
        raise StorageUnavailable(detail=f"{user_id} {channel_id}")

    async def add(self, user_id: int, channel_id: int, pictures: Sequence[Picture]) -> Collected:
        raise StorageUnavailable(detail=f"{user_id} {channel_id} {pictures}")

    async def remove(self, user_id: int, channel_id: int, keys: Collection[str]) -> tuple[Picture, ...]:
        raise StorageUnavailable(detail=f"{user_id} {channel_id} {keys}")

    async def clear(self, user_id: int, channel_id: int) -> None:
        raise StorageUnavailable(detail=f"{user_id} {channel_id}")


@pytest.fixture
async def trays(tmp_path: Path) -> AsyncIterator[SqlTrayStore]:
    async with await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'jobs.db'}") as database:
        yield SqlTrayStore(database)


def gathering(trays: SqlTrayStore, answers: Mapping[Any, Found | BotError] | None = None) -> Gatherer:
    scripted = Scripted(dict(answers or {}))
    return Gatherer(messages=scripted, tasks=scripted, trays=trays)


def job_of(*sources: Source, images: int | None = 1) -> Job:
    return make_job(sources=sources, request=GenerationRequest("a fox", max_images=images))


LINK, SECOND = MessageLink(1, 2, 3), MessageLink(1, 2, 4)


async def test_the_order_of_the_sources_is_the_order_of_the_references(trays: SqlTrayStore) -> None:
    own, linked, made, collected = (pictures(name, 2) for name in ("own", "linked", "made", "collected"))
    place = make_place()
    await trays.add(PERSON, place.channel_id, collected)
    await trays.add(PERSON, place.channel_id + 1, pictures("elsewhere", 1))
    await trays.add(OTHER, place.channel_id, pictures("other", 1))
    gatherer = gathering(trays, {LINK: Found(linked, (LEFT_OUT,)), "task-1": Found(made)})
    gathered = await gatherer.gather(job_of(*own, LINK, TaskResults("task-1"), Tray()))
    assert [(r.number, r.source_url) for r in gathered.references] == [
        (n, picture.url) for n, picture in enumerate((*own, *linked, *made, *collected), start=1)
    ]
    assert gathered.remarks == (LEFT_OUT,)


@pytest.mark.parametrize("own", [True, False])
async def test_only_of_the_bots_own_messages_the_originals_are_looked_for(trays: SqlTrayStore, *, own: bool) -> None:
    gatherer = gathering(trays, {LINK: Found(pictures("a", 1), own=own)})
    (reference,) = (await gatherer.gather(job_of(LINK))).references
    assert reference.source_url.endswith("?original") is own


async def test_everything_that_brings_nothing_is_told_in_order(trays: SqlTrayStore) -> None:
    gone, unknown = LinkedMessageGone(LINK.url), EarlierTaskNotKnown("x")
    gatherer = gathering(trays, {LINK: gone, SECOND: DiscordUnavailable(), "x": unknown})
    with pytest.raises(SourcesRefused) as caught:
        await gatherer.gather(job_of(LINK, SECOND, *pictures("own", 1), TaskResults("x"), Tray()))
    assert caught.value.problems[:2] == (gone, unknown)
    assert [type(problem) for problem in caught.value.problems[2:]] == [NothingCollected]


@pytest.mark.parametrize("error", [DiscordUnavailable(detail="away"), StorageUnavailable(detail="full")])
async def test_what_may_pass_is_raised_where_nothing_worse_was_found(trays: SqlTrayStore, error: BotError) -> None:
    with pytest.raises(type(error)):
        await gathering(trays, {LINK: error, SECOND: Found(pictures("a", 1))}).gather(job_of(LINK, SECOND))


@pytest.mark.parametrize(
    ("sources", "images", "problem"),
    [
        ((*pictures("own", 5), LINK), 1, LinkedMessageTooFull(LINK.url, 10, 9)),
        ((LINK, SECOND), 1, LinkedMessageTooFull(SECOND.url, 8, 4)),
        ((LINK, TaskResults("task-1")), 1, TooManyReferences(16, 14)),
        ((LINK, *pictures("own", 5)), 1, TooManyReferences(15, 14)),
        ((LINK,), 6, TooManyImagesTogether(10, 6, 15)),
    ],
)
async def test_more_than_the_api_takes(
    trays: SqlTrayStore, sources: tuple[Source, ...], images: int, problem: BotError
) -> None:
    answers: dict[Any, Found | BotError] = {
        LINK: Found(pictures("a", 10)),
        SECOND: Found(pictures("b", 8)),
        "task-1": Found(pictures("c", 6)),
    }
    with pytest.raises(BotError) as caught:
        await gathering(trays, answers).gather(job_of(*sources, images=images))
    assert isinstance(caught.value, SourcesRefused | RequestRefused)
    assert [str(found) for found in caught.value.problems] == [str(problem)]


async def test_the_same_picture_counts_once(trays: SqlTrayStore) -> None:
    """However Discord has signed it; it is taken out later, when its bytes are known."""
    signed = [
        tuple(Picture(f"https://cdn.discordapp.com/attachments/1/{n}/a.png?ex={ex}", "a.png") for n in range(10))
        for ex in ("1", "2")
    ]
    answers: dict[Any, Found | BotError] = {LINK: Found(signed[0]), SECOND: Found(signed[1])}
    gathered = await gathering(trays, answers).gather(job_of(LINK, SECOND, images=5))
    assert len(gathered.references) == 20
    with pytest.raises(RequestRefused):
        await gathering(trays, answers).gather(job_of(LINK, SECOND, images=6))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.none() | st.integers(1, 15))
async def test_whatever_is_gathered_keeps_the_rules(sizes: list[int], images: int | None) -> None:
    links = [MessageLink(1, 2, n) for n in range(len(sizes))]
    scripted = Scripted({link: Found(pictures(f"m{link.message_id}", n)) for link, n in zip(links, sizes, strict=True)})
    gatherer = Gatherer(messages=scripted, tasks=scripted, trays=NoTrays())
    allowed = sum(sizes) <= 14 and (images is None or sum(sizes) + images <= 15)
    try:
        gathered = await gatherer.gather(job_of(*links, images=images))
    except (SourcesRefused, RequestRefused):
        assert not allowed
    else:
        assert allowed
        assert [reference.number for reference in gathered.references] == list(range(1, sum(sizes) + 1))


async def test_a_tray_is_used_up_once_what_it_had_is_stored(trays: SqlTrayStore) -> None:
    channel = make_place().channel_id
    collected = pictures("collected", 2)
    await trays.add(PERSON, channel, collected)
    gatherer, job = gathering(trays), job_of(*pictures("own", 1), Tray())
    first = await gatherer.gather(job)
    assert await gatherer.gather(job) == first
    later = pictures("later", 1)
    await trays.add(PERSON, channel, later)
    await gatherer.settle(job, first)
    assert await trays.load(PERSON, channel) == later


async def test_a_tray_that_is_not_used_stays(trays: SqlTrayStore) -> None:
    channel = make_place().channel_id
    await trays.add(PERSON, channel, pictures("collected", 2))
    gatherer, job = gathering(trays, {LINK: Found(pictures("collected", 2))}), job_of(LINK)
    await gatherer.settle(job, await gatherer.gather(job))
    assert len(await trays.load(PERSON, channel)) == 2


async def test_a_tray_that_cannot_be_emptied_holds_nothing_up() -> None:
    gatherer = Gatherer(messages=Scripted(), tasks=Scripted(), trays=NoTrays())
    await gatherer.settle(job_of(Tray()), Gathered())


# Earlier tasks -----------------------------------------------------------------------------------------------


@dataclass
class Archive:
    """One job, and what Discord shows of it."""

    job: Job | None
    copies: dict[int, Picture] = field(default_factory=dict)
    readers: set[int] = field(default_factory=set)
    away: bool = False
    looked_at: list[int] = field(default_factory=list)

    async def find(self, name: str) -> Job | None:
        return self.job if self.job is not None and name in {self.job.id, self.job.task_id} else None

    async def may_read(self, user_id: int, channel_id: int) -> bool:
        self.looked_at.append(channel_id)
        return user_id in self.readers

    async def posted(self, job: Job) -> Mapping[int, Picture]:
        assert job is self.job
        if self.away:
            raise DiscordUnavailable(detail="away")
        return self.copies


def copies(job: Job, *numbers: int) -> dict[int, Picture]:
    return {n: Picture(f"https://cdn.example/{n}.jpg?ex=1", f"seedream-{job.id}-{n}.jpg") for n in numbers}


def earlier(archive: Archive, hours: float = 1.0) -> EarlierResults:
    clock = ManualClock(EPOCH + timedelta(hours=hours))
    return EarlierResults(archive, archive, clock)


JOB = delivering_job(3)
TASK = str(JOB.task_id)


@pytest.mark.parametrize("name", [TASK, JOB.id])
async def test_originals_come_first_while_they_live(name: str) -> None:
    found = await earlier(Archive(JOB, copies(JOB, 1, 3))).pictures(PERSON, name)
    assert found == Found(
        (
            Picture(JOB.results[0], f"seedream-{JOB.id}-1.jpg", "https://cdn.example/1.jpg?ex=1"),
            Picture(JOB.results[1], f"seedream-{JOB.id}-2.png"),
            Picture(JOB.results[2], f"seedream-{JOB.id}-3.jpg", "https://cdn.example/3.jpg?ex=1"),
        )
    )


async def test_discords_copies_come_after() -> None:
    found = await earlier(Archive(JOB, copies(JOB, 1, 3)), hours=25).pictures(PERSON, TASK)
    assert [picture.url for picture in found.pictures] == [f"https://cdn.example/{n}.jpg?ex=1" for n in (1, 3)]
    assert found.left_out == (Remark(RemarkKind.LEFT_OUT, f"seedream-{JOB.id}-2", why="gone"),)


@pytest.mark.parametrize("note", [PictureNote.GONE, PictureNote.UNUSABLE])
async def test_an_original_that_is_known_to_be_lost_is_not_tried(note: PictureNote) -> None:
    job = replace(JOB, notes={"2": note})
    found = await earlier(Archive(job)).pictures(PERSON, TASK)
    assert [picture.url for picture in found.pictures] == [JOB.results[0], JOB.results[2]]


async def test_originals_do_without_discord() -> None:
    found = await earlier(Archive(JOB, away=True)).pictures(PERSON, TASK)
    assert [picture.fallback_url for picture in found.pictures] == [None] * 3


async def test_discord_is_waited_for_where_it_has_the_last_copies() -> None:
    with pytest.raises(DiscordUnavailable):
        await earlier(Archive(JOB, away=True), hours=25).pictures(PERSON, TASK)


@pytest.mark.parametrize(("hours", "alive"), [(1, True), (25, False)])
async def test_results_in_a_message_of_the_bots_are_known_by_name(hours: float, *, alive: bool) -> None:
    job = replace(JOB, notes={"3": PictureNote.GONE})
    posted = (Picture("https://cdn.example/cat.png", "cat.png"), *copies(JOB, 2, 3, 9).values())
    found = await earlier(Archive(job), hours).originals(posted)
    assert found[0] == posted[0]
    assert found[1] == (Picture(JOB.results[1], posted[1].filename, posted[1].url) if alive else posted[1])
    assert found[2:] == posted[2:]
    assert await earlier(Archive(None)).originals(posted) == posted


@pytest.mark.parametrize(
    ("job", "hours", "error"),
    [
        (None, 1, EarlierTaskNotKnown),
        (replace(JOB, requester=Requester(OTHER, "Noor", "de")), 1, EarlierTaskNotYours),
        (replace(JOB, results=(), status=Status.WAITING), 1, EarlierTaskUnfinished),
        (replace(JOB, results=(), status=Status.FAILED), 1, EarlierTaskWithoutPictures),
        (JOB, 25, EarlierPicturesGone),
    ],
)
async def test_what_cannot_be_taken(job: Job | None, hours: float, error: type[BotError]) -> None:
    with pytest.raises(error) as caught:
        await earlier(Archive(job), hours).pictures(PERSON, TASK)
    assert getattr(caught.value, "task", None) == TASK


async def test_others_may_take_what_they_may_read() -> None:
    archive = Archive(JOB, readers={OTHER})
    assert len((await earlier(archive).pictures(OTHER, TASK)).pictures) == 3
    assert archive.looked_at == [THREAD]
    with pytest.raises(EarlierTaskNotYours):
        await earlier(archive).pictures(OTHER + 1, TASK)
    await earlier(archive).pictures(PERSON, TASK)
    assert archive.looked_at == [THREAD, THREAD]
