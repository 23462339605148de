"""Forms that are open and trays that are being filled, as they outlive restarts."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Executable, func, select, update

from bot.domain.forms import Form
from bot.domain.references import Remark, RemarkKind
from bot.domain.request import RequestDraft
from bot.domain.sources import Picture, picture_key
from bot.domain.trays import Collected
from bot.storage import Database, SqlFormStore, SqlTrayStore
from bot.storage.drafts import SWEPT_AT_ONCE
from bot.storage.tables import drafts, trays
from bot.storage.types import DatabaseTime

ANN, BEN = 5, 6
STREET, SQUARE = 70, 71


def pictures(*numbers: int) -> tuple[Picture, ...]:
    return tuple(Picture(f"https://pictures.example/{number}.png", f"{number}.png") for number in numbers)


def keys(*numbers: int) -> set[str]:
    return {picture_key(picture.url) for picture in pictures(*numbers)}


async def execute(database: Database, statement: Executable) -> None:
    await database.write(lambda connection: connection.execute(statement).close())


FULL = Form(
    id="f" * 16,
    user_id=ANN,
    pictures=(Picture("https://a.example/1.png", "1.png", "https://b.example/1.png"), *pictures(2, 3)),
    left_out=(Remark(RemarkKind.LEFT_OUT, "Wave", why="sticker"),),
    chosen=(1, 3),
    own=pictures(4),
    tray_id=STREET,
    filled=RequestDraft("in clay", "4.5", "4K", None),
)


@pytest.mark.parametrize("form", [Form("a" * 16, ANN), FULL], ids=["empty", "full"])
async def test_a_form_comes_back_as_it_was_kept(database: Database, form: Form) -> None:
    store = SqlFormStore(database)
    await store.keep(form)

    assert await SqlFormStore(database).load(form.id) == form


async def test_a_form_kept_again_is_the_newer_one_and_removed_once_used(database: Database) -> None:
    store = SqlFormStore(database)
    await store.keep(Form("a" * 16, ANN))
    await store.keep(Form("a" * 16, ANN, pictures(1)))
    await store.keep(Form("b" * 16, BEN))

    assert await store.load("a" * 16) == Form("a" * 16, ANN, pictures(1))
    await store.remove("a" * 16)
    assert await store.load("a" * 16) is None
    assert await store.load("b" * 16) is not None


async def test_forms_are_forgotten_after_a_day_and_swept_away_a_few_at_a_time(database: Database) -> None:
    store = SqlFormStore(database)
    for number in range(SWEPT_AT_ONCE + 5):
        await store.keep(Form(f"{number:016}", ANN))
    await execute(database, update(drafts).values(created_at=DatabaseTime(-timedelta(hours=24, seconds=1))))
    assert await store.load(f"{0:016}") is None

    await store.keep(Form("a" * 16, ANN))
    count = select(func.count()).select_from(drafts)
    assert await database.read(lambda connection: connection.execute(count).scalar_one()) == 6
    await store.keep(Form("b" * 16, ANN))
    assert await database.read(lambda connection: connection.execute(count).scalar_one()) == 2


async def test_a_tray_is_of_one_person_in_one_channel(database: Database) -> None:
    store = SqlTrayStore(database)
    await store.add(ANN, STREET, pictures(1))
    await store.add(ANN, SQUARE, pictures(2))
    await store.add(BEN, STREET, pictures(3))

    assert await store.load(ANN, STREET) == pictures(1)
    assert await store.load(ANN, SQUARE) == pictures(2)
    await store.clear(ANN, STREET)
    assert await store.load(ANN, STREET) == ()
    assert await store.load(BEN, STREET) == pictures(3)


@pytest.mark.parametrize(
    ("present", "more", "expected"),
    [
        ((), (1, 2), Collected(pictures(1, 2), added=2)),
        ((1,), (1, 2, 2), Collected(pictures(1, 2), added=1, known=2)),
        (range(1, 14), (14, 15, 1), Collected(pictures(*range(1, 15)), added=1, known=1, turned_away=1)),
    ],
)
async def test_a_tray_takes_each_picture_once_and_no_more_than_a_request(
    database: Database, present: Sequence[int], more: Sequence[int], expected: Collected
) -> None:
    store = SqlTrayStore(database)
    await store.add(ANN, STREET, pictures(*present))

    assert await store.add(ANN, STREET, pictures(*more)) == expected
    assert await store.load(ANN, STREET) == expected.pictures


async def test_discords_signatures_do_not_make_another_picture(database: Database) -> None:
    store = SqlTrayStore(database)
    first = Picture("https://cdn.discordapp.com/attachments/1/2/a.png?ex=1", "a.png")
    await store.add(ANN, STREET, [first])
    again = Picture("https://media.discordapp.net/attachments/1/2/a.png?ex=2&width=3", "a.png")

    assert await store.add(ANN, STREET, [again]) == Collected((first,), known=1)


async def test_pictures_are_taken_out_one_by_one(database: Database) -> None:
    store = SqlTrayStore(database)
    await store.add(ANN, STREET, pictures(1, 2, 3))

    assert await store.remove(ANN, STREET, keys(2, 9)) == pictures(1, 3)
    assert await store.load(ANN, STREET) == pictures(1, 3)
    assert await store.remove(BEN, STREET, keys(1)) == ()


async def test_a_tray_ends_an_hour_after_the_last_addition(database: Database) -> None:
    store = SqlTrayStore(database)
    await store.add(ANN, STREET, pictures(1))
    await store.add(BEN, STREET, pictures(1))
    await execute(database, update(trays).values(expires_at=DatabaseTime(timedelta(seconds=-1))))

    assert await store.load(ANN, STREET) == ()
    assert await store.remove(ANN, STREET, keys(9)) == ()
    assert await store.add(ANN, STREET, pictures(2)) == Collected(pictures(2), added=1)
    left = select(trays.c.user_id, (trays.c.expires_at > DatabaseTime(timedelta(minutes=59))).label("long"))
    rows = await database.read(lambda connection: [tuple(row) for row in connection.execute(left)])
    assert rows == [(ANN, True)]


async def test_nothing_is_lost_when_several_add_at_once(url: str) -> None:
    async with await Database.open(url) as one:
        others = [one] if one.exclusive else [one, await Database.open(url)]
        stores = [SqlTrayStore(database) for database in others]
        adding = [stores[n % len(stores)].add(ANN, STREET, pictures(n)) for n in range(1, 15)]
        collected = await asyncio.gather(*adding)

        assert {picture.filename for picture in await stores[0].load(ANN, STREET)} == {
            f"{number}.png" for number in range(1, 15)
        }
        assert sum(tray.added for tray in collected) == 14
        for database in others[1:]:
            await database.close()
