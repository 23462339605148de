"""What people prepare before there is a job, while the database is there, slow, or away."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.domain.forms import Form
from bot.domain.history import PastTask
from bot.domain.job import Job
from bot.domain.parcel import file_stem
from bot.domain.request import RequestDraft
from bot.domain.sources import Picture, picture_key
from bot.domain.trays import Collected, collect
from bot.errors import StorageUnavailable
from bot.jobs.desk import FORM_LIFE, REMEMBERED, STILL_THERE, Desk
from sandbox.clock import ManualClock
from tests.jobs.fakes import MemoryStore
from tests.support.jobs import make_job

ANN, STREET = 5, 70
ONE, TWO = (Picture(f"https://pictures.example/{n}.png", f"{n}.png") for n in (1, 2))


@dataclass
class Database:
    """Whether a database answers: at once, never, or with an error."""

    mood: str = "well"

    async def asked(self) -> None:
        if self.mood == "away":
            raise StorageUnavailable(detail="disk full")
        if self.mood == "hangs":
            await asyncio.Event().wait()


@dataclass
class MemoryForms:
    database: Database
    kept: dict[str, Form] = field(default_factory=dict)

    async def keep(self, form: Form) -> None:
        await self.database.asked()
        self.kept[form.id] = form

    async def load(self, form_id: str) -> Form | None:
        await self.database.asked()
        return self.kept.get(form_id)

    async def remove(self, form_id: str) -> None:
        await self.database.asked()
        self.kept.pop(form_id, None)


@dataclass
class MemoryTrays:
    database: Database
    kept: dict[tuple[int, int], tuple[Picture, ...]] = field(default_factory=dict)

    async def load(self, user_id: int, channel_id: int) -> tuple[Picture, ...]:
        await self.database.asked()
        return self.kept.get((user_id, channel_id), ())

    async def add(self, user_id: int, channel_id: int, pictures: Sequence[Picture]) -> Collected:
        collected = collect(await self.load(user_id, channel_id), pictures)
        self.kept[user_id, channel_id] = collected.pictures
        return collected

    async def remove(self, user_id: int, channel_id: int, keys: Collection[str]) -> tuple[Picture, ...]:
        present = await self.load(user_id, channel_id)
        self.kept[user_id, channel_id] = tuple(item for item in present if picture_key(item.url) not in keys)
        return self.kept[user_id, channel_id]

    async def clear(self, user_id: int, channel_id: int) -> None:
        await self.database.asked()
        self.kept.pop((user_id, channel_id), None)


@dataclass
class JobsOfDatabase(MemoryStore):
    database: Database = field(default_factory=Database)

    async def get(self, job_id: str) -> Job | None:
        await self.database.asked()
        return await super().get(job_id)


@dataclass
class MemoryHistory:
    database: Database
    tasks: dict[tuple[int, int], list[PastTask]] = field(default_factory=dict)

    async def recent(self, user_id: int, root_id: int) -> Sequence[PastTask]:
        await self.database.asked()
        return self.tasks.get((user_id, root_id), [])


@dataclass
class Bench:
    clock: ManualClock
    database: Database
    forms: MemoryForms
    trays: MemoryTrays
    jobs: JobsOfDatabase
    history: MemoryHistory

    def desk(self) -> Desk:
        """Return the desk of another process each time."""
        return Desk(
            forms=self.forms,
            trays=self.trays,
            jobs=self.jobs,
            history=self.history,
            clock=self.clock,
            within=0.01,
        )


@pytest.fixture
def bench() -> Bench:
    clock, database = ManualClock(), Database()
    return Bench(
        clock,
        database,
        MemoryForms(database),
        MemoryTrays(database),
        JobsOfDatabase(clock, database=database),
        MemoryHistory(database),
    )


async def test_a_form_is_known_to_every_process_until_it_is_used(bench: Bench) -> None:
    form = bench.desk().form(ANN, [ONE, TWO])
    assert (form.user_id, form.pictures) == (ANN, (ONE, TWO))
    await bench.desk().keep(form)
    assert await bench.desk().load(form.id) == form
    await bench.desk().used(form)
    assert await bench.desk().load(form.id) is None


async def test_what_another_process_has_used_is_not_remembered_here(bench: Bench) -> None:
    desk = bench.desk()
    form = desk.form(ANN, [ONE])
    await desk.keep(form)
    await bench.desk().used(form)
    assert await desk.load(form.id) is None


async def test_forms_have_ids_of_their_own(bench: Bench) -> None:
    desk = bench.desk()
    form = desk.form(ANN, [ONE])
    again = desk.anew(form)
    assert len({form.id, again.id, desk.form(ANN, [ONE]).id}) == 3
    assert replace(again, id=form.id) == form


@pytest.mark.parametrize("mood", ["away", "hangs"])
async def test_the_latest_forms_are_remembered_while_the_database_is_not_there(bench: Bench, mood: str) -> None:
    desk = bench.desk()
    form = replace(desk.form(ANN, [ONE]), filled=RequestDraft("a long thought"))
    bench.database.mood = mood
    if mood == "away":
        with pytest.raises(StorageUnavailable):
            await desk.keep(form)
    else:
        await desk.keep(form)
    assert await desk.load(form.id) == form
    with pytest.raises(StorageUnavailable):
        await bench.desk().load(form.id)
    bench.database.mood = "well"
    # The database has never had it.
    assert await desk.load(form.id) == form
    assert await bench.desk().load(form.id) is None


async def test_what_is_remembered_has_its_bounds(bench: Bench) -> None:
    desk = bench.desk()
    forms = [desk.form(ANN, [ONE]) for _ in range(REMEMBERED + 1)]
    for form in forms:
        await desk.keep(form)
    bench.database.mood = "away"
    with pytest.raises(StorageUnavailable):
        await desk.load(forms[0].id)
    assert await desk.load(forms[1].id) == forms[1]
    await bench.clock.advance(FORM_LIFE.total_seconds())
    with pytest.raises(StorageUnavailable):
        await desk.load(forms[1].id)


async def test_a_used_form_takes_its_own_pictures_out_of_the_tray(bench: Bench) -> None:
    desk = bench.desk()
    await desk.collect(ANN, STREET, [ONE])
    form = desk.form(ANN, await desk.tray(ANN, STREET), tray_id=STREET)
    await desk.keep(form)
    await desk.collect(ANN, STREET, [TWO])
    await desk.used(form)
    assert await desk.tray(ANN, STREET) == (TWO,)
    await desk.empty(ANN, STREET)
    assert await desk.tray(ANN, STREET) == ()


async def test_a_used_form_that_cannot_be_forgotten_is_no_error(bench: Bench) -> None:
    desk = bench.desk()
    form = desk.form(ANN, [ONE], tray_id=STREET)
    bench.database.mood = "away"
    await desk.used(form)


def shown(job: Job, number: int) -> Picture:
    name = f"{file_stem(job.id, number)}.png"
    return Picture(f"https://cdn.discordapp.com/attachments/1/2/{name}", name)


@pytest.mark.parametrize(
    ("left", "mood", "original"),
    [
        (timedelta(hours=1), "well", True),
        (None, "well", True),
        (STILL_THERE, "well", False),
        (timedelta(seconds=-1), "well", False),
        (timedelta(hours=1), "away", False),
        (timedelta(hours=1), "hangs", False),
    ],
)
async def test_results_are_taken_from_the_api_while_they_are_there(
    bench: Bench, left: timedelta | None, mood: str, original: bool
) -> None:
    ends = bench.clock.now() + left if left is not None else None
    job = make_job(results=("https://api.example/1.png", "https://api.example/2.png"), results_expire_at=ends)
    await bench.jobs.add(job)
    bench.database.mood = mood
    # The third was never made, and of the other job nobody knows.
    pictures = [shown(job, 2), ONE, shown(job, 3), shown(make_job("f" * 16), 1)]
    second = Picture("https://api.example/2.png", pictures[0].filename, pictures[0].url)
    expected = [second if original else pictures[0], *pictures[1:]]
    assert list(await bench.desk().originals(pictures)) == expected


async def test_earlier_tasks_are_looked_up_by_person_and_channel(bench: Bench) -> None:
    task = PastTask("task-1", "a fox", bench.clock.now())
    bench.history.tasks[ANN, STREET] = [task]
    assert await bench.desk().recent(ANN, STREET) == [task]
    assert await bench.desk().recent(ANN, STREET + 1) == []


@pytest.mark.parametrize("mood", ["away", "hangs"])
async def test_earlier_tasks_are_not_waited_for_long(bench: Bench, mood: str) -> None:
    bench.database.mood = mood
    with pytest.raises(StorageUnavailable):
        await bench.desk().recent(ANN, STREET)
