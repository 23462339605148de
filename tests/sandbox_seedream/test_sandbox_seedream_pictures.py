import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Literal

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from sandbox.clock import ManualClock
from sandbox.faults import Fault, FaultKind
from sandbox.seedream import SeedreamSandbox, TaskPlan
from sandbox.seedream.card import Tile
from sandbox.seedream.lettering import Lettering
from sandbox.seedream.pictures import PictureOrder, draw, draw_file

NOW = TaskPlan(pending_seconds=0, processing_seconds=0)
SMALL = replace(NOW, drawn_size=(160, 120))
ORDER = PictureOrder(
    prompt="a lighthouse at dawn",
    version="4.5",
    width=2048,
    height=2048,
    number=1,
    total=4,
    task_id="0123",
    tiles=(),
    file_format="PNG",
    drawn_size=(256, 256),
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[SeedreamSandbox]:
    async with SeedreamSandbox(clock=clock, plan=SMALL) as sandbox:
        yield sandbox


@pytest.fixture
async def api() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def results(api: aiohttp.ClientSession, sandbox: SeedreamSandbox, **body: object) -> list[str]:
    headers = {"Authorization": f"Bearer {sandbox.api_token}"}
    url = f"{sandbox.api_base_url}/generate/vol/seedream"
    async with api.post(url, json={"prompt": "a calm sea", **body}, headers=headers) as response:
        task_id = (await response.json())["task_id"]
    async with api.get(f"{sandbox.api_base_url}/tasks/{task_id}", headers=headers) as response:
        links: list[str] = (await response.json()).get("result", [])
        return links


async def download(api: aiohttp.ClientSession, url: str) -> bytes:
    async with api.get(url) as response:
        assert response.status == 200
        data = await response.read()
        assert response.content_length == len(data)
        return data


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("version", "wanted", "kind", "ending"),
    [
        ("4.0", "auto", "JPEG", "jpg"),
        ("4.5", "auto", "JPEG", "jpg"),
        ("5.0-lite", "auto", "PNG", "png"),
        ("5.0-lite", "jpeg", "JPEG", "jpg"),
        ("4.5", "png", "PNG", "png"),
    ],
)
async def test_the_format_follows_version_and_plan(
    api: aiohttp.ClientSession,
    sandbox: SeedreamSandbox,
    version: str,
    wanted: Literal["auto", "jpeg", "png"],
    kind: str,
    ending: str,
) -> None:
    sandbox.plan = replace(SMALL, image_format=wanted)
    (url,) = await results(api, sandbox, version=version, max_images=1)

    assert url.endswith(f"/1.{ending}")
    async with api.get(url) as response:
        assert response.content_type == f"image/{kind.lower()}"
        image = opened(await response.read())
    assert (image.format, image.size, image.mode) == (kind, (160, 120), "RGB")


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ({"version": "4.0", "size": "1280x720"}, (1280, 720)),
        ({"version": "4.5", "size": "2K", "prompt": "a portrait"}, (1728, 2304)),
        ({"version": "5.0-lite", "size": "2K"}, (2048, 2048)),
    ],
)
async def test_pictures_have_the_size_ordered(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, body: dict[str, object], size: tuple[int, int]
) -> None:
    sandbox.plan = NOW
    (url,) = await results(api, sandbox, max_images=1, **body)

    assert opened(await download(api, url)).size == size


async def test_each_number_is_its_own_picture_and_stays_the_same(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox
) -> None:
    urls = await results(api, sandbox, max_images=15)
    files = await asyncio.gather(*(download(api, url) for url in urls))

    assert len(set(files)) == 15
    assert await download(api, urls[6]) == files[6]


async def test_links_need_no_token_but_the_right_name_and_a_finished_task(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, clock: ManualClock
) -> None:
    (url,) = await results(api, sandbox, max_images=1)
    for wrong in (url.replace("1.png", "2.png"), url.replace("1.png", "1.jpg"), url.replace("results/", "results/x")):
        async with api.get(wrong) as response:
            assert response.status == 404

    sandbox.plan = replace(SMALL, processing_seconds=5)
    assert await results(api, sandbox, max_images=1) == []
    early = f"{sandbox.files_base_url}/results/{sandbox.ledger[1].task_id}/1.png"
    async with api.get(early) as response:
        assert response.status == 404
    await clock.advance(5)
    assert await download(api, early)


async def test_a_failed_task_has_no_pictures(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    sandbox.plan = replace(SMALL, outcome="failed")
    assert await results(api, sandbox, max_images=1) == []

    async with api.get(f"{sandbox.files_base_url}/results/{sandbox.ledger[0].task_id}/1.png") as response:
        assert response.status == 404


async def test_links_die_24_hours_after_the_end(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, clock: ManualClock
) -> None:
    (url,) = await results(api, sandbox, max_images=1)
    await clock.advance(24 * 3600 - 1)
    assert await download(api, url)
    await clock.advance(1)

    async with api.get(url) as response:
        assert (response.status, response.content_type) == (403, "application/xml")
        assert "expired" in await response.text()


async def test_links_can_be_made_to_expire_at_once(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    sandbox.expire_results()
    (url,) = await results(api, sandbox, max_images=1)
    async with api.get(url) as response:
        assert response.status == 403

    sandbox.restore_results()
    assert await download(api, url)


async def test_faults_strike_downloads_too(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    (url,) = await results(api, sandbox, max_images=1)
    sandbox.faults.add(Fault(FaultKind.STATUS, path="^/results/", status=502))
    async with api.get(url) as response:
        assert response.status == 502
    sandbox.faults.add(Fault(FaultKind.MALFORMED, path="^/results/", body="<html>", content_type="text/html"))
    assert await download(api, url) == b"<html>"
    assert opened(await download(api, url)).size == (160, 120)


@pytest.mark.parametrize("image_format", ["jpeg", "png"])
async def test_files_can_be_made_heavy(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, image_format: Literal["jpeg", "png"]
) -> None:
    sandbox.plan = replace(SMALL, image_format=image_format, min_bytes=3_000_000)
    (url,) = await results(api, sandbox, max_images=1)
    data = await download(api, url)

    assert 3_000_000 <= len(data) < 3_000_010
    plain = draw_file(replace(ORDER, file_format="PNG"))
    noisy = draw_file(replace(ORDER, file_format="PNG", noise=0.5))
    assert opened(data).size == (160, 120)
    assert len(noisy) > 3 * len(plain)
    assert len(noisy) > 0.7 * 256 * 256 * 3


@pytest.mark.parametrize("least", range(300, 420, 7))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_padding_leaves_a_file_that_decodes_to_the_same_pixels(file_format: Literal["JPEG", "PNG"], least: int) -> None:
    order = replace(ORDER, file_format=file_format, drawn_size=(16, 16))
    plain = draw_file(order)
    padded = draw_file(replace(order, min_bytes=len(plain) + least - 300))

    assert len(padded) >= len(plain) + least - 300 or file_format == "PNG"
    assert opened(padded).tobytes() == opened(plain).tobytes()


def difference(first: PictureOrder, second: PictureOrder) -> tuple[int, int, int, int] | None:
    return ImageChops.difference(draw(first), draw(second)).getbbox()


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "a lighthouse at dusk"},
        {"number": 2},
        {"total": 5},
        {"version": "4.0"},
        {"width": 2049},
        {"task_id": "0124"},
        {"tiles": (Tile(Image.new("RGB", (50, 40), "red"), "a.png"),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_picture_shows_all_it_is_about(change: dict[str, Any]) -> None:
    assert difference(ORDER, replace(ORDER, **change)) is not None
    assert difference(ORDER, ORDER) is None


def test_references_are_shown_left_to_right_in_their_order() -> None:
    colours = [(230, 20, 20), (20, 200, 20), (20, 20, 230), (230, 200, 0)]
    tiles = tuple(Tile(Image.new("RGB", (60, 60), colour), "") for colour in colours)
    picture = draw(replace(ORDER, tiles=tiles, drawn_size=(1280, 1280)))
    pixels = picture.load()
    assert pixels is not None

    for y in range(picture.height - 1, 0, -1):
        row = [pixels[x, y] for x in range(picture.width)]
        if colours[0] in row:
            break

    shown = [pixel for pixel in dict.fromkeys(row) if pixel in colours]
    assert shown == colours


def test_a_foreign_link_is_shown_as_such() -> None:
    tile, other = Tile(None, "cdn.example.com"), Tile(None, "img.example.com")

    assert difference(replace(ORDER, tiles=(tile,)), ORDER) is not None
    assert difference(replace(ORDER, tiles=(tile,)), replace(ORDER, tiles=(other,))) is not None


@given(
    width=st.integers(16, 700),
    height=st.integers(16, 700),
    references=st.integers(0, 14),
    prompt=st.text(min_size=1, max_size=300),
)
@settings(max_examples=25, deadline=None)
def test_draws_any_prompt_at_any_size(width: int, height: int, references: int, prompt: str) -> None:
    tiles = tuple(Tile(Image.new("RGB", (9, 9)) if index % 2 else None, "host") for index in range(references))
    order = replace(ORDER, prompt=prompt, drawn_size=(width, height), tiles=tiles)

    assert draw(order).size == (width, height)


@pytest.mark.parametrize(
    ("text", "shown", "lost"),
    [
        ("plain, 100 %", "plain, 100 %", False),
        ("café — “naïve”", "cafe - “naive”", False),
        ("漢字 한 a", "__ _ a", True),
        ("a\u0301\u200d\ud800", "a", False),
        ("fox 🦊", "fox _", True),
    ],
)
def test_shows_letters_the_font_has_and_says_when_it_lacks_one(text: str, shown: str, lost: bool) -> None:
    assert Lettering().readable(text) == (shown, lost)


@given(text=st.text("abWy. \n", max_size=400), width=st.floats(20, 400), height=st.floats(10, 300))
@settings(max_examples=60, deadline=None)
def test_fits_text_into_its_box_or_says_that_it_is_cut(text: str, width: float, height: float) -> None:
    lettering = Lettering()
    fitted = lettering.fit(text, width, height, largest=30, smallest=8)

    assert 8 <= fitted.size <= 30
    if fitted.complete:
        assert "".join("".join(fitted.lines).split()) == "".join(text.split())
    else:
        assert (fitted.size, fitted.lines[-1][-1]) == (8, "…")
    whole = fitted.lines if fitted.complete else fitted.lines[:-1]
    # One letter cannot be broken, however narrow the box.
    assert all(lettering.width(line, fitted.size) <= width + 1 for line in whole if len(line) > 1)


def test_a_long_prompt_ends_with_an_ellipsis() -> None:
    fitted = Lettering().fit("word " * 400, 100, 40, largest=20, smallest=10)

    assert not fitted.complete
    assert fitted.lines[-1].endswith("…")
