"""Fetching a finished picture: whole and capped, or not there at all, with an error that tells what helps."""

import socket
from pathlib import Path

import aiohttp
import pytest

from bot.delivery import download as module
from bot.delivery.download import download
from bot.errors import ResultGone, ResultUnreachable, ResultUnusable
from bot.references import open_guarded_session
from tests.delivery.conftest import ResultServer, flat, noise


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_picture_arrives_byte_for_byte(
    results: ResultServer, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    results.files["1.png"] = noise(600, 400)
    await download(session, results.url("1.png"), 1, tmp_path / "1")
    assert (tmp_path / "1").read_bytes() == results.files["1.png"]
    assert _left(tmp_path) == ["1"]


async def test_redirects_are_followed(results: ResultServer, session: aiohttp.ClientSession, tmp_path: Path) -> None:
    results.files["1.png"] = flat()
    await download(session, results.url("redirect-redirect-1.png"), 1, tmp_path / "1")
    assert (tmp_path / "1").read_bytes() == flat()


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_dead_links(results: ResultServer, session: aiohttp.ClientSession, tmp_path: Path, status: int) -> None:
    results.statuses["1"] = status
    with pytest.raises(ResultGone) as gone:
        await download(session, results.url("1"), 7, tmp_path / "7")
    assert (gone.value.number, gone.value.url) == (7, results.url("1"))
    assert _left(tmp_path) == []


@pytest.mark.parametrize("status", [204, 400, 429, 500, 503])
async def test_troubles_that_may_pass(
    results: ResultServer, session: aiohttp.ClientSession, tmp_path: Path, status: int
) -> None:
    results.statuses["1"] = status
    with pytest.raises(ResultUnreachable) as trouble:
        await download(session, results.url("1"), 7, tmp_path / "7")
    assert (trouble.value.number, trouble.value.detail) == (7, f"HTTP {status}")
    assert _left(tmp_path) == []


async def test_a_connection_that_breaks_off_leaves_nothing_behind(
    results: ResultServer, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    results.files["1"] = noise(600, 400)
    results.cut.add("1")
    with pytest.raises(ResultUnreachable) as trouble:
        await download(session, results.url("1"), 1, tmp_path / "1")
    assert trouble.value.detail
    assert _left(tmp_path) == []
    results.cut.clear()
    await download(session, results.url("1"), 1, tmp_path / "1")
    assert (tmp_path / "1").read_bytes() == results.files["1"]


async def test_a_server_that_is_not_there(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ResultUnreachable):
            await download(session, f"http://127.0.0.1:{taken.getsockname()[1]}/1", 1, tmp_path / "1")


async def test_a_link_in_a_circle(results: ResultServer, session: aiohttp.ClientSession, tmp_path: Path) -> None:
    with pytest.raises(ResultUnreachable):
        await download(session, results.url("loop"), 1, tmp_path / "1")
    assert results.requests["loop"] <= module.MAX_REDIRECTS + 1


@pytest.mark.parametrize("url", ["", "no link", "ftp://example.org/1.png", "file:///etc/passwd", "http://[broken"])
async def test_what_is_no_link_is_never_a_surprise(session: aiohttp.ClientSession, tmp_path: Path, url: str) -> None:
    with pytest.raises((ResultUnreachable, ResultUnusable)):
        await download(session, url, 1, tmp_path / "1")


async def test_more_than_any_picture_weighs_is_cut_off(
    results: ResultServer, session: aiohttp.ClientSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_RESULT_BYTES", 10_000)
    results.files["fits"], results.files["larger"] = b"x" * 10_000, b"x" * 10_001
    await download(session, results.url("fits"), 1, tmp_path / "fits")
    with pytest.raises(ResultUnusable):
        await download(session, results.url("larger"), 1, tmp_path / "larger")
    assert _left(tmp_path) == ["fits"]


async def test_a_link_into_the_hosts_own_network_is_not_followed(results: ResultServer, tmp_path: Path) -> None:
    results.files["inside"] = b"secret"
    guarded = open_guarded_session(user_agent="test", connect_timeout=5, read_timeout=5, total_timeout=5)
    async with guarded:
        with pytest.raises(ResultUnusable, match="not on the public internet"):
            await download(guarded, results.url("inside"), 1, tmp_path / "1")
    assert results.requests == {}
