"""What befalls a machine other than a kill: it is stopped, its disk is full, its database locked, its clock jumps."""

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import sandbox.discord.interactions
import tests.chaos.shifted
from bot.config import CONFIG_VARIABLE
from sandbox.bot_process import ENVIRONMENT_PREFIX, BotProcess, write_config
from tests.chaos.fleet import FAST, PATIENCE
from tests.chaos.oracle import Wrong
from tests.chaos.script import Moment
from tests.chaos.seeds import some
from tests.chaos.trial import ANSWERED, FETCHED, POSTED, SHOWN, Trial, trial

pytestmark = pytest.mark.timeout(1200)

HOUR = 3600.0
DISK_BYTES = 12 * 1024 * 1024
"""Enough for the database, its log of changes, and the pictures on their way."""
AT_AN_ANSWER = pytest.param(ANSWERED, id="at an acknowledgement")
AT_A_POST = pytest.param(POSTED, id="at a paid POST")
AT_PICTURES = pytest.param(SHOWN, id="at pictures")
AT_A_DOWNLOAD = pytest.param(FETCHED, id="at a download")
MOMENTS = [AT_AN_ANSWER, AT_A_POST, AT_PICTURES]
JUMPS = [pytest.param(hours * HOUR, id=f"{hours:+} h") for hours in (2, -2, 30)]
UNSTORED = "database does not answer"


@pytest.mark.parametrize("moment", some("stopped", [*MOMENTS, AT_A_DOWNLOAD]))
async def test_stopped_in_good_order(tmp_path: Path, moment: Moment) -> None:
    async with trial(tmp_path, "stopped") as now:
        await now.strike(moment, lambda: now.fleet.send(0, signal.SIGTERM))
        # Whoever asks while it stops is turned away with words, or not answered at all.
        await now.ask_everywhere()
        assert await now.fleet.stop() == [0]
        assert await now.verdict() == []


@pytest.mark.parametrize("moment", some("stalled", [AT_A_POST, AT_PICTURES]))
async def test_stalled_for_longer_than_the_lease(tmp_path: Path, moment: Moment) -> None:
    """Nobody else can take the jobs over, for the file's lock outlives the lease; the sleeper goes on where it was."""
    async with trial(tmp_path, "stalled") as now:
        await now.strike(moment, lambda: now.fleet.send(0, signal.SIGSTOP))
        await now.ask_everywhere()
        second_folder = tmp_path / "second"
        second_folder.mkdir()
        async with BotProcess(second_folder, now.world.settings(tmp_path)) as second:
            await asyncio.gather(second.ended(), asyncio.sleep(FAST["jobs"]["lease_seconds"] + 1))
            assert await second.stop() == 1
        now.fleet.send(0, signal.SIGCONT)
        await now.ask_everywhere()
        assert await now.verdict() == []


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Discord wait longer for an answer than a busy machine may take; that it comes in time is tested elsewhere."""
    monkeypatch.setattr(sandbox.discord.interactions, "ACKNOWLEDGE_WITHIN", PATIENCE)


async def everybody_is_answered(now: Trial) -> None:
    """Wait for that, whatever the database is doing."""
    for interaction in now.stage.asked.values():
        await interaction.acknowledged(timeout=PATIENCE)


async def no_room(now: Trial, moment: Moment, fill: Callable[[], object], free: Callable[[], object]) -> None:
    await now.strike(moment, fill)
    await now.ask_everywhere()
    await everybody_is_answered(now)
    # Now the worker has stumbled over it, too.
    await asyncio.sleep(2)
    free()
    await now.ask_everywhere()
    await everybody_is_answered(now)
    assert await now.verdict() == []
    assert any(UNSTORED in ask.reply for ask in (await now.stage.history()).asks), "there was room all the time"


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("moment", some("no room", MOMENTS))
async def test_a_file_system_that_takes_no_byte_more(tmp_path: Path, moment: Moment) -> None:
    """A limit on the size of files: every write fails, the log's too. Wherever the tests run, this can be done."""
    async with trial(tmp_path, "no room") as now:

        def limit(size: int) -> None:
            pid = now.fleet[0].pid
            assert pid is not None
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        await no_room(now, moment, lambda: limit(0), lambda: limit(resource.RLIM_INFINITY))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, a small one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a constant command
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("A file system can be mounted by root only; the limit on the size of files stands for it.")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)  # noqa: S603, S607 - a constant command


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("moment", some("full disk", [*MOMENTS, AT_A_DOWNLOAD]))
async def test_a_full_disk(small_disk: Path, moment: Moment) -> None:
    ballast = small_disk / "ballast"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    async with trial(small_disk, "full disk") as now:
        await no_room(now, moment, fill, ballast.unlink)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("moment", some("locked", MOMENTS))
async def test_a_database_that_another_program_has_locked(tmp_path: Path, moment: Moment) -> None:
    """For longer than the bot waits for it."""
    async with trial(tmp_path, "locked") as now:
        database = tmp_path / "seedream-bot.db"
        with closing(sqlite3.connect(database, isolation_level=None, timeout=20)) as other:
            await now.strike(moment, lambda: other.execute("BEGIN IMMEDIATE"))
            await now.ask_everywhere()
            await everybody_is_answered(now)
            await now.logged("database is locked")
            other.execute("ROLLBACK")
        await now.ask_everywhere()
        await everybody_is_answered(now)
        assert await now.verdict() == []


class Shifted(BotProcess):
    """The bot under a clock that can be set."""

    @property
    def clock(self) -> Path:
        """The file that says by how many seconds it is wrong."""
        return self._folder / "clock"

    async def start(self) -> None:
        config = self._folder / "config.toml"
        await asyncio.to_thread(write_config, config, self._sections)
        program = str(Path(tests.chaos.shifted.__file__))
        kept = {n: v for n, v in os.environ.items() if not n.startswith(ENVIRONMENT_PREFIX) and n != CONFIG_VARIABLE}
        arguments = [program, str(self.clock), "run", "--config", str(config)]
        await self._run(arguments, cwd=self._folder, environment=kept)


def set_clock(now: Trial, seconds: float) -> None:
    process = now.fleet[0]
    assert isinstance(process, Shifted)
    process.clock.write_text(str(seconds), encoding="utf-8")


@pytest.mark.parametrize("seconds", some("jump by", JUMPS))
@pytest.mark.parametrize("moment", some("jump", MOMENTS))
async def test_a_clock_that_jumps(tmp_path: Path, moment: Moment, seconds: float) -> None:
    """Ahead, a task that runs just then can be past its deadline; then the person is told so."""
    async with trial(tmp_path, "jump", process=Shifted) as now:
        await now.strike(moment, lambda: set_clock(now, seconds))
        await now.ask_everywhere()
        assert await now.verdict(allowed=frozenset({Wrong.GIVEN_UP} if seconds > 0 else ())) == []


@pytest.mark.parametrize("moment", some("put right", MOMENTS))
@pytest.mark.parametrize("seconds", some("put right by", JUMPS[:2]))
async def test_a_clock_that_is_put_right_after_a_kill(tmp_path: Path, moment: Moment, seconds: float) -> None:
    """What the row says of time is not what Discord says of it."""
    async with trial(tmp_path, "put right", process=Shifted) as now:
        set_clock(now, seconds)
        await now.strike(moment, lambda: now.fleet.send(0, signal.SIGKILL))
        await now.fleet.kill()
        set_clock(now, 0)
        now.stage.forget_nonces()
        assert await now.verdict(allowed=frozenset({Wrong.GIVEN_UP} if seconds < 0 else ())) == []
