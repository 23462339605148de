"""The folder for pictures on their way: where it is, whose it is, and what is left in it."""

import stat
from pathlib import Path

import pytest

from bot.errors import SpoolUnusable
from bot.presentation.errors import describe
from bot.spool import check_spool, open_spool, spool_folder

IN_MEMORY = "sqlite+aiosqlite:///:memory:"
SERVER = "postgresql+asyncpg://bot@db.example.com/bot"


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def inside(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


async def test_it_is_made_beside_the_database_for_its_owner_only_and_removed_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "bot.db.spool"
    async with open_spool(url(tmp_path / "bot.db")) as spool:
        assert (spool.references, spool.results) == (folder / "references", folder / "results")
        assert spool.references.is_dir()
        assert spool.results.is_dir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (spool.results / "picture").write_bytes(b"1")
    assert inside(tmp_path) == []


async def test_what_a_killed_process_left_is_removed_at_the_start(tmp_path: Path) -> None:
    folder, kept = tmp_path / "bot.db.spool", tmp_path / "kept"
    (folder / "results" / "job").mkdir(parents=True, mode=0o755)
    (folder / "results" / "job" / "1").write_bytes(b"a picture")
    (folder / "references").mkdir()
    (folder / "stray").touch()
    kept.mkdir()
    (kept / "file").touch()
    (folder / "link").symlink_to(kept)
    async with open_spool(url(tmp_path / "bot.db")) as spool:
        assert inside(folder) == ["references", "results"]
        assert inside(spool.results) == []
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (kept / "file").exists()


async def test_in_a_folder_of_the_operators_only_its_own_is_touched(tmp_path: Path) -> None:
    shared = tmp_path / "cache"
    shared.mkdir()
    (shared / "results").mkdir()
    (shared / "somebody's file").touch()
    one, other = url(tmp_path / "bot.db"), url(tmp_path / "elsewhere" / "bot.db")
    async with open_spool(one, str(shared)) as first, open_spool(other, str(shared)) as second:
        assert first.results.parent.parent == second.results.parent.parent == shared
        assert first != second
        assert first.results.is_dir()
    assert inside(shared) == ["results", "somebody's file"]


def test_the_place_is_the_same_at_every_start(tmp_path: Path) -> None:
    assert spool_folder(url(tmp_path / "bot.db"), str(tmp_path)) == spool_folder(
        url(tmp_path / "bot.db"), str(tmp_path)
    )
    assert spool_folder(IN_MEMORY, None) is None


async def test_a_link_to_another_disk_is_followed_and_stays(tmp_path: Path) -> None:
    disk, folder = tmp_path / "disk", tmp_path / "bot.db.spool"
    disk.mkdir()
    (disk / "stray").touch()
    folder.symlink_to(disk)
    async with open_spool(url(tmp_path / "bot.db")):
        assert inside(disk) == ["references", "results"]
    assert folder.is_symlink()
    assert inside(disk) == []


async def test_a_database_in_memory_has_a_temporary_one(tmp_path: Path) -> None:
    async with open_spool(IN_MEMORY, str(tmp_path)) as spool, open_spool(IN_MEMORY, str(tmp_path)) as other:
        assert spool.results.is_dir()
        assert spool.results.parent.parent == tmp_path
        assert spool != other
    assert inside(tmp_path) == []
    assert check_spool(IN_MEMORY, str(tmp_path)) == tmp_path


async def test_what_killed_processes_left_of_a_server_s_database_is_removed_and_nothing_else(tmp_path: Path) -> None:
    killed, strange, linked = (tmp_path / f"seedream-bot-{name}.spool" for name in ("killed", "strange", "linked"))
    for folder in (killed, strange):
        (folder / "results").mkdir(parents=True)
        (folder / "results" / "1").write_bytes(b"a picture")
    (killed / "lock").touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").touch()
    linked.symlink_to(elsewhere)
    async with open_spool(SERVER, str(tmp_path)) as living:
        (living.results / "2").write_bytes(b"a picture")
        async with open_spool(SERVER, str(tmp_path)) as other:
            assert other != living
        assert inside(living.results) == ["2"]
        assert stat.S_IMODE(living.results.parent.stat().st_mode) == 0o700
    assert inside(tmp_path) == ["elsewhere", linked.name, strange.name]
    assert inside(elsewhere) == ["lock"]


@pytest.mark.parametrize("database", ["bot.db", ":memory:"])
async def test_a_place_that_is_not_there_is_told_with_the_key(tmp_path: Path, database: str) -> None:
    missing = str(tmp_path / "missing")
    database_url = f"sqlite+aiosqlite:///{database if database == ':memory:' else tmp_path / database}"
    with pytest.raises(SpoolUnusable) as caught:
        async with open_spool(database_url, missing):
            pass
    words = describe(caught.value)
    assert missing in words
    assert words.endswith("No such file or directory. Mend that, or set storage.spool_dir to another folder.")


async def test_a_file_in_its_place_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bot.db.spool").write_text("mine")
    with pytest.raises(SpoolUnusable):
        async with open_spool(url(tmp_path / "bot.db")):
            pass
    with pytest.raises(SpoolUnusable):
        check_spool(url(tmp_path / "bot.db"), None)
    assert (tmp_path / "bot.db.spool").read_text() == "mine"
