"""Installs what the foreign programs need: once, into `.foreign/`, from lock files with hashes.

Neither program shares a package with the project: py-cord is imported as `discord` too, and gets an environment of
its own.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".foreign"
INSTALL_SECONDS = 120.0
_TEST_RUN = "PYTEST_XDIST_TESTRUNUID"


class CannotInstall(Exception):
    """A foreign program's packages cannot be had here; the text says why, and what would help."""


def install_pycord() -> Path:
    """Return an environment with py-cord in it.

    Raises:
        CannotInstall: pip could not get the packages.
    """
    lock = HERE / "pycord" / "requirements.lock"

    def build(folder: Path) -> None:
        venv.create(folder, symlinks=True, with_pip=False)
        # Wheels only: a package that has to be compiled would need more than this machine may have.
        run(
            "pip",
            *(sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet"),
            *("--disable-pip-version-check", "--retries", "1", "--timeout", "15", "--only-binary", ":all:"),
            *("--require-hashes", "--requirement", str(lock)),
        )

    return installed("pycord", [lock], f"{sys.version} {sys.prefix}", build)


def install_discordjs() -> Path:
    """Return a folder whose `node_modules` has discord.js in it.

    Raises:
        CannotInstall: there is no Node.js, or npm could not get the packages.
    """
    files = [HERE / "discordjs" / name for name in ("package.json", "package-lock.json", ".npmrc")]
    find_node()
    npm = shutil.which("npm")
    if npm is None:
        raise CannotInstall("npm is not installed. Debian and Ubuntu: sudo apt-get install npm.")

    def build(folder: Path) -> None:
        for file in files:
            shutil.copy(file, folder)
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=15000")
        run("npm", npm, "ci", *options, cwd=folder)

    return installed("discordjs", files, "", build)


def find_node() -> str:
    """Return where Node.js is.

    Raises:
        CannotInstall: it is not installed.
    """
    node = shutil.which("node")
    if node is None:
        raise CannotInstall("Node.js 20 or newer is not installed. Debian and Ubuntu: sudo apt-get install nodejs npm.")
    return node


def installed(
    name: str, locks: Sequence[Path], salt: str, build: Callable[[Path], None], *, parent: Path = FOLDER
) -> Path:
    """Return a folder that an earlier run has built, or build it; half of one never gets its final name.

    Args:
        name: what is in it.
        locks: the files that say what; a change makes another folder.
        salt: what else makes another folder.
        build: fills an empty folder.
        parent: where the folder is made.

    Raises:
        CannotInstall: from `build`, here or a moment ago in another worker of this test run.
    """
    digest = hashlib.sha256(salt.encode())
    for lock in locks:
        digest.update(lock.read_bytes())
    home = parent / f"{name}-{digest.hexdigest()[:16]}"
    with _alone(name, parent):
        if home.is_dir():
            return home
        _refuse_what_failed_already(home)
        partial = Path(tempfile.mkdtemp(prefix=f"partial-{name}-", dir=parent))
        try:
            build(partial)
            partial.rename(home)
        except CannotInstall as reason:
            _note_of_failure(home).write_text(f"{os.environ.get(_TEST_RUN, '')}\n{reason}", encoding="utf-8")
            raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return home


@contextmanager
def _alone(name: str, parent: Path) -> Iterator[None]:
    """Keep the other workers of the test run waiting; the kernel lets go of the lock with the process."""
    parent.mkdir(exist_ok=True)
    (parent / ".gitignore").write_text("*\n", encoding="utf-8")
    with (parent / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _note_of_failure(home: Path) -> Path:
    return home.with_suffix(".failed")


def _refuse_what_failed_already(home: Path) -> None:
    """Spare a test run without a network that each of its workers waits for the time-outs."""
    note = _note_of_failure(home)
    if note.exists():
        run, _, reason = note.read_text(encoding="utf-8").partition("\n")
        if run and run == os.environ.get(_TEST_RUN):
            raise CannotInstall(reason)
        note.unlink()


def run(name: str, *command: str, cwd: Path | None = None) -> None:
    """Run an installer.

    Raises:
        CannotInstall: it failed, with what it said, or it took too long.
    """
    try:
        subprocess.run(  # noqa: S603 - pip or npm, with arguments from this file
            command, cwd=cwd, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise CannotInstall(f"{name} took longer than {INSTALL_SECONDS:g} s. Is the package registry slow?") from None
    except subprocess.CalledProcessError as failed:
        said = [line for line in failed.stderr.splitlines() if line.lower().startswith(("error", "npm error"))]
        words = " | ".join(said[:2]) or failed.stderr.strip()[-300:]
        raise CannotInstall(f"{name} could not install; it needs its package registry. It said: {words}") from None
