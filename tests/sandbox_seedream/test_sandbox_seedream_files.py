import base64
import hashlib
import io
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from PIL import Image

from sandbox.clock import EPOCH, ManualClock
from sandbox.faults import Fault, FaultKind
from sandbox.seedream import SeedreamSandbox, TaskPlan
from sandbox.seedream.references import BadReferenceError, inspect


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[SeedreamSandbox]:
    async with SeedreamSandbox(clock=clock, plan=TaskPlan(drawn_size=(64, 64))) as sandbox:
        yield sandbox


@pytest.fixture
async def api(sandbox: SeedreamSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {sandbox.api_token}"}
    async with aiohttp.ClientSession(sandbox.files_base_url, headers=headers) as session:
        yield session


def picture(size: tuple[int, int] = (40, 30), kind: str = "PNG", colour: str = "teal", mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind)
    return file.getvalue()


def form(data: bytes, *, name: str = "file", filename: str = "a.png", kind: str | None = None) -> aiohttp.FormData:
    fields = aiohttp.FormData(quote_fields=False)
    fields.add_field(name, io.BytesIO(data), filename=filename, content_type=kind)
    return fields


async def upload(api: aiohttp.ClientSession, data: bytes, **how: Any) -> dict[str, Any]:
    async with api.post("/api/upload/file", data=form(data, **how)) as response:
        assert response.status == 200
        answer: dict[str, Any] = await response.json()
        return answer


async def generate(api: aiohttp.ClientSession, *images: str) -> tuple[int, dict[str, Any]]:
    body = {"prompt": "a", "images": images}
    async with api.post("/v1/generate/vol/seedream", json=body) as response:
        return response.status, await response.json()


async def test_an_upload_is_answered_kept_and_served_back(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    data = picture()
    answer = await upload(api, data, filename="Urlaub 1.png", kind="image/png")

    (kept,) = sandbox.uploads
    assert set(answer) == {"url", "cn_url", "key", "md5", "size", "content_type", "expires_at"}
    assert (answer["md5"], answer["size"]) == (hashlib.md5(data, usedforsecurity=False).hexdigest(), len(data))
    assert datetime.fromisoformat(answer["expires_at"]) == kept.expires_at == EPOCH + timedelta(days=3)
    assert (kept.data, kept.filename, kept.content_type) == (data, "Urlaub 1.png", "image/png")
    assert answer["url"] != answer["cn_url"]
    async with aiohttp.ClientSession() as nobody:
        for url in (answer["url"], answer["cn_url"]):
            async with nobody.get(url) as response:
                assert (response.content_type, await response.read()) == ("image/png", data)


@pytest.mark.parametrize(
    ("kind", "filename", "expected"),
    [
        ("image/webp", "a.png", "image/webp"),
        (None, "a.png", "image/png"),
        (None, "a.unheard", "application/octet-stream"),
    ],
)
async def test_the_type_is_the_declared_one_else_guessed(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, kind: str | None, filename: str, expected: str
) -> None:
    part = b"" if kind is None else f"Content-Type: {kind}\r\n".encode()
    body = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n%b\r\nxyz\r\n--edge--\r\n' % (
        filename.encode(),
        part,
    )
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    async with api.post("/api/upload/file", data=body, headers=headers) as response:
        assert response.status == 200
    assert (sandbox.uploads[0].content_type, sandbox.uploads[0].data) == (expected, b"xyz")


async def test_fifty_megabytes_are_taken_and_one_byte_more_is_not(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox
) -> None:
    limit = 50 * 1024 * 1024
    assert (await upload(api, bytes(limit)))["md5"] == "25e317773f308e446cc84c503a6d1f85"

    async with api.post("/api/upload/file", data=form(bytes(limit + 1))) as response:
        assert response.status == 413
        assert (await response.json())["error_code"] == "FileTooLarge"
    assert len(sandbox.uploads) == 1


async def test_refuses_another_form(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    two = form(b"x")
    two.add_field("file", b"y", filename="b.png")
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    cases: list[tuple[Any, dict[str, str], str]] = [
        (form(b"x", name="image"), {}, "image"),
        (two, {}, "more than one"),
        (form(b""), {}, "empty"),
        (b"x", {"Content-Type": "image/png"}, "multipart"),
        (b"--edge--\r\n", headers, "no field"),
        (b"nonsense", headers, "cannot be read"),
        (b"x", {"Content-Type": "multipart/form-data"}, "cannot be read"),
    ]
    for data, extra, named in cases:
        async with api.post("/api/upload/file", data=data, headers=extra) as response:
            assert response.status == 400, named
            assert named in (await response.json())["message"]
    assert sandbox.uploads == []


async def test_base64_uploads(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    data = picture(kind="WEBP")
    url = "data:image/webp;base64," + base64.b64encode(data).decode()
    async with api.post("/api/upload/base64", json={"data": url}) as response:
        assert (response.status, (await response.json())["content_type"]) == (200, "image/webp")
    assert sandbox.uploads[0].data == data


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": 3},
        {"data": "AAAA"},
        {"data": "data:image/png;base64,A"},
        {"data": "data:image/png;base64,"},
        {"data": "data:image/png;base64,%%%%"},
        {"data": "data:image/png;base64,AAAA", "name": "x"},
    ],
)
async def test_refuses_what_is_no_data_url(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, body: dict[str, object]
) -> None:
    async with api.post("/api/upload/base64", json=body) as response:
        assert response.status == 400
    assert sandbox.uploads == []


async def test_uploads_by_link_from_this_machine(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    first = await upload(api, picture(), kind="image/png")
    async with api.post("/api/upload/url", json={"url": first["url"]}) as response:
        assert response.status == 200

    assert sandbox.uploads[1].data == sandbox.uploads[0].data
    assert sandbox.uploads[1].content_type == "image/png"


async def test_a_link_that_leads_elsewhere_or_nowhere_is_refused(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox
) -> None:
    for url, named in {
        "https://example.com/a.png": "this machine only",
        "http://10.0.0.1/a.png": "this machine only",
        "ftp://127.0.0.1/a.png": "this machine only",
        "http://127.0.0.1:1/a.png": "cannot be fetched",
        "http://[": "not a URL",
        f"{sandbox.files_base_url}/files/none": "404",
    }.items():
        async with api.post("/api/upload/url", json={"url": url}) as response:
            assert response.status == 400
            assert named in (await response.json())["message"]
    assert sandbox.uploads == []


async def test_an_upload_ends_with_its_time(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, clock: ManualClock
) -> None:
    url = (await upload(api, picture()))["url"]
    await clock.advance(3 * 24 * 3600)

    async with api.get(url) as response:
        assert response.status == 404
    status, answer = await generate(api, url)
    assert (status, sandbox.ledger) == (400, [])
    assert url in answer["message"]


async def test_references_reach_the_ledger_in_their_order_and_to_the_byte(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox
) -> None:
    colours = ["red", "green", "blue", "gold"]
    answers = [await upload(api, picture(colour=colour)) for colour in colours]
    foreign = "https://cdn.example.com/x.png"
    sent = [answers[2]["url"], foreign, answers[0]["cn_url"], answers[3]["url"], answers[2]["url"]]

    assert (await generate(api, *sent))[0] == 200

    blue, red, gold = (picture(colour=colour) for colour in ("blue", "red", "gold"))
    references = sandbox.ledger[0].references
    assert [item if isinstance(item, str) else item.data for item in references] == [blue, foreign, red, gold, blue]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_takes_every_documented_format(kind: str) -> None:
    assert inspect(picture((600, 400), kind)).size == (512, 341)


def test_takes_the_extremes() -> None:
    assert inspect(picture((15, 240))).mode == "RGB"
    assert inspect(picture((6000, 6000), colour="black", mode="1")).size == (512, 512)


def test_shows_transparency_on_white_and_photographs_upright() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 40), "red").save(file, "JPEG", exif=exif)

    assert inspect(file.getvalue()).size == (40, 80)
    assert inspect(picture((20, 20), mode="RGBA", colour="#ff000000")).getpixel((3, 3)) == (255, 255, 255)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"hello", "not an image"),
    "another format": (lambda: picture((32, 32), "ICO"), "not an image"),
    "cut short": (lambda: picture((400, 400), "JPEG")[:600], "cannot be decoded"),
    "too heavy": (lambda: picture() + bytes(10 * 1024 * 1024), "bytes"),
    "too narrow": (lambda: picture((14, 100)), "longer than 14"),
    "too flat": (lambda: picture((257, 16)), "width / height"),
    "too steep": (lambda: picture((16, 257)), "width / height"),
    "too many pixels": (lambda: picture((6001, 6000), mode="1", colour="black"), "at most 36000000 pixels"),
    "a bomb": (lambda: picture((12_000, 12_000), mode="1", colour="black"), "pixels"),
    "a larger bomb": (lambda: picture((16_000, 16_000), mode="1", colour="black"), "pixels"),
}


@pytest.mark.parametrize(("data", "named"), BAD.values(), ids=BAD)
def test_refuses_references_from_their_bytes(data: Callable[[], bytes], named: str) -> None:
    with pytest.raises(BadReferenceError, match=named):
        inspect(data())


async def test_a_bad_reference_is_named_and_nothing_is_spent(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox
) -> None:
    good = (await upload(api, picture()))["url"]
    bad = (await upload(api, b"notes", filename="notes.png", kind="image/png"))["url"]

    status, answer = await generate(api, good, bad)

    assert (status, sandbox.ledger) == (400, [])
    assert "images[1]: not an image" in answer["message"]
    assert "images[0]" not in answer["message"]


async def test_faults_strike_uploads_too(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.RESET_AFTER, path="/api/upload"))
    with pytest.raises(aiohttp.ClientConnectionError):
        await upload(api, picture())
    sandbox.faults.add(Fault(FaultKind.RESET_BEFORE, path="/api/upload"))
    with pytest.raises(aiohttp.ClientConnectionError):
        await upload(api, picture())

    assert len(sandbox.uploads) == 1
