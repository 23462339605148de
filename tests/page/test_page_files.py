"""Files that a person has chosen: taken in, kept for a while, and used once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.clock import ManualClock
from sandbox.page.desk import Desk
from sandbox.page.files import LIFETIME, Files, TooLarge, clean_name
from sandbox.page.scene import Scene
from tests.page.tab import Browser, Tab

MEGABYTE = 1024 * 1024


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


async def test_a_file_of_ten_megabytes_is_sent_as_it_is(browser: Browser, scene: Scene, mara: Tab, desk: Desk) -> None:
    data = bytes(range(256)) * (10 * MEGABYTE // 256)
    status, kept = await browser.upload("boat.png", data)
    assert status == 200
    assert (kept["name"], kept["size"]) == ("boat.png", len(data))
    await mara.act("say", channel=str(scene.pictures.id), content="big", files=[kept["id"]])
    message = scene.pictures.messages[-1]
    assert [(item.filename, item.data == data) for item in message.attachments] == [("boat.png", True)]
    assert desk.files.total == 0


async def test_a_byte_more_is_refused_with_discords_reason(browser: Browser, desk: Desk) -> None:
    status, answer = await browser.upload("boat.png", bytes(10 * MEGABYTE + 1))
    assert status == 413
    assert answer["refused"] == "boat.png is too large: a file may have at most 10 MB here."
    assert desk.files.total == 0


async def test_all_files_together_have_an_end(clock: ManualClock) -> None:
    files = Files(clock, most_bytes=100)
    first = await files.receive("a", pieces(b"x" * 60), limit=80)
    with pytest.raises(TooLarge, match="Too many chosen files"):
        await files.receive("b", pieces(b"x" * 30, b"x" * 30), limit=80)
    assert files.total == 60
    files.used([first.id])
    assert (await files.receive("b", pieces(b"x" * 60), limit=80)).file.data == b"x" * 60


async def test_what_is_just_arriving_counts(clock: ManualClock) -> None:
    files = Files(clock, most_bytes=100)
    going = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"x" * 70
        await going.wait()

    first = asyncio.create_task(files.receive("a", slowly(), limit=80))
    await asyncio.sleep(0)
    assert files.total == 70
    with pytest.raises(TooLarge):
        await files.receive("b", pieces(b"x" * 40), limit=80)
    going.set()
    await first
    assert files.total == 70


async def test_one_that_is_cut_off_leaves_nothing(clock: ManualClock) -> None:
    files = Files(clock)

    async def cut() -> AsyncIterator[bytes]:
        yield b"x" * 70
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.receive("a", cut(), limit=80)
    assert files.total == 0


async def test_it_is_forgotten_after_a_while(browser: Browser, scene: Scene, mara: Tab, clock: ManualClock) -> None:
    _, kept = await browser.upload("boat.png", b"boat")
    await clock.advance(LIFETIME.total_seconds())
    refused = await mara.refusal("say", channel=str(scene.pictures.id), content="late", files=[kept["id"]])
    assert refused == "A file is not there any more; please choose it again."


async def test_a_refused_act_does_not_use_a_file_up_and_a_done_one_does(
    browser: Browser, scene: Scene, mara: Tab
) -> None:
    _, kept = await browser.upload("boat.png", b"boat")
    fields = {"channel": str(scene.pictures.id), "files": [kept["id"]]}
    assert "2000 characters" in await mara.refusal("say", content="x" * 2001, **fields)
    await mara.act("say", content="short", **fields)
    assert "not there any more" in await mara.refusal("say", content="again", **fields)


@pytest.mark.parametrize(
    ("name", "shown", "stored"),
    [
        ("boat.png", "boat.png", "boat.png"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\boats\\red boat.png", "red boat.png", "red_boat.png"),
        ("a\r\nX-Evil: 1.png", "aX-Evil: 1.png", "aX-Evil_1.png"),
        ("", "unknown", "unknown"),
        ("..", "..", "unknown.."),
        ("日本.png", "日本.png", "unknown.png"),
        ("<img src=x>.png", "<img src=x>.png", "img_srcx.png"),
        ("x" * 5000 + ".png", "x" * 196 + ".png", "x" * 196 + ".png"),
        ("x" * 5000, "x" * 200, "x" * 200),
    ],
)
async def test_hostile_names(browser: Browser, scene: Scene, mara: Tab, name: str, shown: str, stored: str) -> None:
    assert clean_name(name) == shown
    status, kept = await browser.upload(name, b"data")
    assert (status, kept["name"]) == (200, shown)
    await mara.act("say", channel=str(scene.pictures.id), files=[kept["id"]])
    assert scene.pictures.messages[-1].attachments[0].filename == stored


async def test_without_a_name_it_gets_one(browser: Browser) -> None:
    async with browser.session.post(f"{browser.server.url}/files", data=b"x") as response:
        assert (await response.json())["name"] == "unknown"
