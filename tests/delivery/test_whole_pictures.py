"""A picture that ends too early is told from a whole one, whatever comes after its end."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from bot.delivery.download import download
from bot.delivery.whole import is_cut_short
from bot.errors import ResultUnreachable
from tests.delivery.conftest import ResultServer, noise

FORMATS = ("PNG", "JPEG", "WEBP")


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "picture"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("behind", [b"", b"\0" * 40])
def test_whole_pictures(tmp_path: Path, form: str, behind: bytes) -> None:
    assert not is_cut_short(_file(tmp_path, noise(image_format=form) + behind))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
def test_pictures_that_end_too_early(tmp_path: Path, form: str, share: float) -> None:
    data = noise(image_format=form)
    assert is_cut_short(_file(tmp_path, data[: int(len(data) * share)]))


@pytest.mark.parametrize("data", [b"", b"<html>", b"RIFF"])
def test_what_is_no_picture_is_not_judged_here(tmp_path: Path, data: bytes) -> None:
    assert not is_cut_short(_file(tmp_path, data))


async def test_a_download_that_ends_too_early_may_be_tried_again(
    results: ResultServer, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    whole = noise()
    results.files["1.png"] = whole[: len(whole) // 2]
    with pytest.raises(ResultUnreachable) as trouble:
        await download(session, results.url("1.png"), 1, tmp_path / "1")
    assert "ends too early" in trouble.value.detail
    assert not await asyncio.to_thread((tmp_path / "1").exists)
    results.files["1.png"] = whole
    await download(session, results.url("1.png"), 1, tmp_path / "1")
