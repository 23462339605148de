"""Installing for the foreign programs: once, whole or not at all, and with words where it is not possible."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.foreign import installing
from tests.foreign.installing import CannotInstall, installed


class Builds:
    """Builds that write a file, or fail after writing it."""

    def __init__(self) -> None:
        self.count = 0
        self.fail = False

    def __call__(self, folder: Path) -> None:
        self.count += 1
        (folder / "package").write_text("here", encoding="utf-8")
        if self.fail:
            raise CannotInstall("There is no network.")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    lock = tmp_path / "lock"
    lock.write_text("a==1", encoding="utf-8")
    return lock


def test_a_folder_is_built_once_for_a_lock_file_and_a_salt(tmp_path: Path, lock: Path) -> None:
    build = Builds()

    def install(salt: str) -> Path:
        return installed("it", [lock], salt, build, parent=tmp_path / "made")

    first = install("3.11")
    assert (first / "package").read_text(encoding="utf-8") == "here"
    assert install("3.11") == first
    assert build.count == 1
    assert install("3.12") != first
    lock.write_text("a==2", encoding="utf-8")
    assert install("3.11") != first
    assert build.count == 3


def test_half_an_installation_is_never_used(tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build, parent = Builds(), tmp_path / "made"
    build.fail = True
    for run in ("one", "two"):
        monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", run)
        # Another worker of the same run does not try again; the next run does.
        for _ in range(2):
            with pytest.raises(CannotInstall, match=r"There is no network\."):
                installed("it", [lock], "", build, parent=parent)
    assert build.count == 2
    assert not [path for path in parent.iterdir() if path.is_dir()]
    build.fail = False
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID")
    assert (installed("it", [lock], "", build, parent=parent) / "package").exists()


def test_git_sees_nothing_of_it(tmp_path: Path, lock: Path) -> None:
    installed("it", [lock], "", Builds(), parent=tmp_path / "made")
    assert (tmp_path / "made" / ".gitignore").read_text(encoding="utf-8") == "*\n"


@pytest.mark.parametrize("absent", ["node", "npm"])
def test_what_is_not_there_is_named(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == absent else f"/bin/{name}")
    with pytest.raises(CannotInstall, match=r"is not installed\. Debian and Ubuntu: sudo apt-get install"):
        installing.install_discordjs()


def test_what_an_installer_says_last_is_told() -> None:
    code = "import sys; sys.exit('first\\nno route to the registry')"
    with pytest.raises(CannotInstall, match="no route to the registry"):
        installing.run("pip", sys.executable, "-c", code)


def test_an_installer_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "INSTALL_SECONDS", 0.05)
    with pytest.raises(CannotInstall, match=r"took longer than 0\.05 s"):
        installing.run("pip", sys.executable, "-c", "import time; time.sleep(60)")


def test_no_lock_file_names_a_registry() -> None:
    for name in ("pycord/requirements.lock", "discordjs/package-lock.json"):
        text = (installing.HERE / name).read_text(encoding="utf-8")
        assert "sha" in text
        assert "resolved" not in text
        assert "index-url" not in text
