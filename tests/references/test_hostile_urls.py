"""Links made to hurt: servers that lead astray, never end, swell, lie and babble. Nothing of it costs the bot much."""

import asyncio
import gzip
import os
import socket
import zlib
from collections.abc import Awaitable, Callable, Collection
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from PIL import Image

from bot.domain.references import MAX_FILE_BYTES, MAX_PIXELS
from bot.errors import (
    ImageFileTooLarge,
    ImageTooManyPixels,
    NotAnImage,
    ReferenceAddressRefused,
    ReferenceGone,
    ReferenceImageError,
    ReferenceIsPage,
    ReferenceRedirected,
    ReferenceTooSlow,
    ReferenceUnreachable,
)
from bot.references.check import inspect
from tests.references.pictures import encode
from tests.references.servers import Names, serving, serving_raw
from tests.references.test_reference_fetch import CAP, HOST, fetching

Writing = Callable[[asyncio.StreamWriter], Awaitable[None]]
IN_FLIGHT = 16 * 1024 * 1024
"""Bytes that lie in the buffers of two sockets, with room to spare."""
GIGABYTE = 1024**3
PUBLIC = "93.184.215.14"


def says(*lines: str, body: bytes = b"") -> Writing:
    """Return an answer of these lines."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join((*lines, "", "")).encode("latin-1") + body)
        await writer.drain()

    return answer


class Flood:
    """Writes one beginning, then the same piece for ever; knows how much it could get rid of."""

    def __init__(self, beginning: bytes, piece: bytes) -> None:
        self.beginning = beginning
        self.piece = piece
        self.sent = 0

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        writer.write(self.beginning)
        while self.sent < GIGABYTE:
            writer.write(self.piece)
            await writer.drain()
            self.sent += len(self.piece)


async def fetched(
    answer: Writing, target: Path, *, total: float = 20.0, path: str = "/a.png", attempts: int = 1
) -> ReferenceImageError | None:
    """Fetch from a server that answers so; return what the person is told, None where a file came."""
    async with serving_raw(answer) as port, fetching((HOST, port), attempts=attempts, total=total) as (fetcher, _):
        try:
            await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}{path}", target)
        except ReferenceImageError as error:
            return error
    return None


# Leading astray ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{inside}/",
        "//127.0.0.1:{inside}/",
        "http://0:{inside}/",
        "http://0.0.0.0:{inside}/",
        "http://127.1:{inside}/",
        "http://2130706433:{inside}/",
        "http://0x7f000001:{inside}/",
        "http://0177.0.0.1:{inside}/",
        "http://127.0.0.1.:{inside}/",
        "http://１２７.0.0.1:{inside}/",
        "http://①②⑦.0.0.1:{inside}/",
        "http://[::1]:{inside}/",
        "http://[::ffff:127.0.0.1]:{inside}/",
        "http://[::ffff:7f00:1]:{inside}/",
        "http://[::127.0.0.1]:{inside}/",
        "http://[64:ff9b::127.0.0.1]:{inside}/",
        "http://[64:ff9b:1::127.0.0.1]:{inside}/",
        "http://[fe80::1%25lo]:{inside}/",
        "http://inside.test:{inside}/",
        "http://INSIDE.test.:{inside}/",
        "http://user:pw@outside.test:{outside}/",
        "http://user@outside.test:{outside}/",
        "http://outside.test@inside.test:{inside}/",
        "http://169.254.169.254/latest/meta-data/iam/",
        "http://metadata.test/computeMetadata/v1/",
        "http://outside.test:25/",
        "file:///etc/passwd",
        "ftp://outside.test/a.png",
        "gopher://127.0.0.1:{inside}/_GET",
        "data:image/png;base64,iVBORw0KGgo=",
        "javascript:alert(1)",
        "http://",
        "http:///a.png",
        "http://outside.test:99999/",
        "http://[::1/",
        "http://xn--\u00fc/",
    ],
)
async def test_no_redirect_leads_inside(tmp_path: Path, location: str) -> None:
    visits: list[str] = []
    asked: list[dict[str, str]] = []

    async def answer_inside(request: web.Request) -> web.StreamResponse:
        visits.append(request.path)
        return web.Response(body=b"secret")

    async with serving(answer_inside) as inside:
        ports = {"inside": inside}

        async def answer_outside(request: web.Request) -> web.StreamResponse:
            asked.append(dict(request.headers))
            status = (301, 302, 303, 307, 308)[len(asked) % 5]
            return web.Response(status=status, headers={"Location": location.format(**ports)})

        names = Names(
            {
                "outside.test": [HOST],
                "inside.test": [HOST],
                "INSIDE.test.": [HOST],
                "inside.test.": [HOST],
                "127.0.0.1.": [HOST],
                "0x7f000001": [HOST],
                "0177.0.0.1": [HOST],
                "0": [HOST],
                "metadata.test": ["169.254.169.254", "fd00:ec2::254"],
            }
        )
        async with serving(answer_outside) as outside, fetching(("outside.test", outside), names=names) as (fetcher, c):
            ports["outside"] = outside
            with pytest.raises(ReferenceImageError) as caught:
                await fetcher.fetch(1, "a.png", f"http://outside.test:{outside}/", tmp_path / "a")
    assert isinstance(caught.value, ReferenceAddressRefused | ReferenceRedirected)
    assert visits == []
    assert not any("Authorization" in headers for headers in asked)
    assert len(asked) <= 4
    assert c.slept == []
    assert "pw" not in str(caught.value)


async def test_a_link_with_credentials_is_not_followed(tmp_path: Path) -> None:
    async with fetching() as (fetcher, clock):
        for url in (f"https://mara:secret@{PUBLIC}/", f"https://mara@{PUBLIC}/", f"https://@{PUBLIC}/"):
            with pytest.raises(ReferenceAddressRefused) as caught:
                await fetcher.fetch(1, "a.png", url, tmp_path / "a")
            assert "mara" not in str(caught.value)
    assert clock.slept == []


@pytest.mark.parametrize("location", ["/a.png", "/other", "a.png?again", "//{host}/a.png", "http://{host}/a.png"])
async def test_a_circle_is_left_after_three_redirects(tmp_path: Path, location: str) -> None:
    visits = 0

    async def around(request: web.Request) -> web.StreamResponse:
        nonlocal visits
        visits += 1
        return web.Response(status=302, headers={"Location": location.format(host=request.host)})

    async with serving(around) as port, fetching((HOST, port)) as (fetcher, clock):
        with pytest.raises(ReferenceRedirected):
            await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/a.png", tmp_path / "a")
    assert (visits, clock.slept) == (4, [])


async def test_a_redirect_without_an_address_leads_nowhere(tmp_path: Path) -> None:
    answer = says("HTTP/1.1 302 Found", "Content-Length: 0")
    assert isinstance(await fetched(answer, tmp_path / "a", attempts=4), ReferenceGone)


class Rebinding(Names):
    """A name that is public when it is first asked for, and inside from then on."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.addresses = {host: [HOST if self.asked else PUBLIC]}
        return await super().resolve(host, port, family)


async def test_a_name_that_changes_its_mind_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = 0

    async def answer(_: web.Request) -> web.StreamResponse:
        nonlocal visits
        visits += 1
        return web.Response(body=b"secret")

    connected: list[str] = []
    real = asyncio.get_running_loop().sock_connect

    async def connect(sock: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        if address[0] != HOST:
            raise ConnectionRefusedError
        await real(sock, address)

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", connect)
    names = Rebinding({})
    async with serving(answer) as port:
        for expected in (ReferenceUnreachable, ReferenceAddressRefused):
            # A session of its own, as each remembers the addresses of a name for some seconds.
            async with fetching(names=names) as (fetcher, _):
                with pytest.raises(expected):
                    await fetcher.fetch(1, "a.png", f"http://rebinding.test:{port}/", tmp_path / "a")
    assert names.asked == ["rebinding.test"] * 2
    assert set(connected) == {PUBLIC}
    assert visits == 0


@pytest.mark.parametrize("addresses", [[HOST, PUBLIC], [PUBLIC, HOST], ["::1", HOST, PUBLIC], ["10.0.0.1", PUBLIC]])
async def test_of_a_name_with_both_kinds_only_the_public_addresses_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    connected: list[str] = []

    async def connect(_sock: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", connect)
    async with fetching(names=Names({"both.test": addresses}), attempts=1) as (fetcher, _):
        with pytest.raises(ReferenceUnreachable):
            await fetcher.fetch(1, "a.png", "http://both.test/", tmp_path / "a")
    assert set(connected) == {PUBLIC}


# Never ending ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1073741824\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
    ],
    ids=["announced", "not announced", "old", "chunked", "packed"],
)
async def test_a_gigabyte_is_not_read(tmp_path: Path, beginning: bytes) -> None:
    flood = Flood(beginning, b"x" * 65536)
    error = await fetched(flood, tmp_path / "a", attempts=4)
    assert isinstance(error, ImageFileTooLarge)
    assert flood.sent < CAP + IN_FLIGHT
    assert not (tmp_path / "a").exists() or (tmp_path / "a").stat().st_size <= CAP


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 500),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 10_000),
        (b"HTTP/1.1 200 ", b"O" * 10_000),
        (b"", b"\0" * 10_000),
        (b"HTTP/1.1 302 Found\r\nLocation: http://a.test/", b"a" * 100_000),
    ],
    ids=["headers", "one header", "reason", "zeros", "location"],
)
async def test_endless_beginnings_are_left(tmp_path: Path, beginning: bytes, piece: bytes) -> None:
    flood = Flood(beginning, piece)
    assert await fetched(flood, tmp_path / "a", total=5.0) is not None
    assert flood.sent < IN_FLIGHT


@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ],
)
async def test_what_drips_is_cut_off_once_and_for_all(tmp_path: Path, beginning: bytes) -> None:
    visits = 0

    async def drip(writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        writer.write(beginning)
        while True:
            writer.write(b"X")
            await writer.drain()
            await asyncio.sleep(0.01)

    error = await fetched(drip, tmp_path / "a", total=0.3, attempts=4)
    assert isinstance(error, ReferenceTooSlow)
    assert visits == 1


async def test_hints_without_an_answer_are_cut_off(tmp_path: Path) -> None:
    async def hints(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    assert isinstance(await fetched(hints, tmp_path / "a", total=0.3), ReferenceTooSlow)


# Swelling ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(bytes(50_000_000))),
        ("x-gzip", gzip.compress(bytes(50_000_000))),
        ("deflate", zlib.compress(bytes(50_000_000))),
        ("br", b"\x1b\x00\x00\x00"),
        ("zstd", b"\x28\xb5\x2f\xfd"),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(50_000_000)))),
        ("nonsense", b"whatever"),
    ],
)
async def test_what_comes_packed_stays_packed(tmp_path: Path, encoding: str, packed: bytes) -> None:
    answer = says(
        "HTTP/1.1 200 OK",
        "Content-Type: image/png",
        f"Content-Encoding: {encoding}",
        f"Content-Length: {len(packed)}",
        body=packed,
    )
    assert await fetched(answer, tmp_path / "a") is None
    assert await asyncio.to_thread((tmp_path / "a").read_bytes) == packed
    with pytest.raises(NotAnImage):
        inspect(tmp_path / "a", 1, "a.png")


async def test_a_small_picture_of_a_huge_size_is_refused_by_its_header(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("1", (8000, 8000)).save(buffer, "PNG", optimize=True)
    bomb = buffer.getvalue()
    assert len(bomb) < 20_000
    answer = says("HTTP/1.1 200 OK", f"Content-Length: {len(bomb)}", body=bomb)
    assert await fetched(answer, tmp_path / "a") is None
    with pytest.raises(ImageTooManyPixels) as caught:
        inspect(tmp_path / "a", 1, "a.png")
    assert caught.value.maximum == MAX_PIXELS
    assert len(bomb) < MAX_FILE_BYTES


# Lying -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Type: text/html; charset=utf-8"],
        ["Content-Type: application/x-msdownload", 'Content-Disposition: attachment; filename="../../a.exe"'],
        ["Content-Type: \x80\x81"],
        ["X-Content-Type-Options: nosniff", "Content-Type: "],
        ["Set-Cookie: session=1; Domain=.test; Path=/", "Refresh: 0; url=http://127.0.0.1/"],
        [],
    ],
)
async def test_the_bytes_decide_whatever_the_headers_say(tmp_path: Path, headers: list[str]) -> None:
    picture = encode("PNG")
    answer = says("HTTP/1.1 200 OK", *headers, f"Content-Length: {len(picture)}", body=picture)
    assert await fetched(answer, tmp_path / "a") is None
    assert inspect(tmp_path / "a", 1, "a.png").format == "PNG"
    assert await asyncio.to_thread(os.listdir, tmp_path) == ["a"]


@pytest.mark.parametrize("declared", ["image/png", "text/html"])
async def test_a_page_is_called_a_page(tmp_path: Path, declared: str) -> None:
    page = b"\n<!DOCTYPE html>\n<html><img src='a.png'></html>"
    answer = says("HTTP/1.1 200 OK", f"Content-Type: {declared}", f"Content-Length: {len(page)}", body=page)
    assert await fetched(answer, tmp_path / "a") is None
    with pytest.raises(ReferenceIsPage):
        inspect(tmp_path / "a", 1, "a.png")


@pytest.mark.parametrize(
    ("lines", "body", "kinds"),
    [
        (["HTTP/1.1 200 OK", "Content-Length: 1000"], b"short", {ReferenceUnreachable}),
        (["HTTP/1.1 200 OK", "Content-Length: -1"], b"x", {ReferenceUnreachable}),
        (["HTTP/1.1 200 OK", "Content-Length: 1e3"], b"x", {ReferenceUnreachable}),
        (["HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 7"], b"12345", {ReferenceUnreachable}),
        (
            ["HTTP/1.1 200 OK", "Content-Length: 99999999999999999999999"],
            b"x",
            {ReferenceUnreachable, ImageFileTooLarge},
        ),
        (["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], b"zz\r\nnonsense", {ReferenceUnreachable}),
        (["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], b"ffffffffffffffffff\r\nx", {ReferenceUnreachable}),
        (["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], b"-5\r\nhello\r\n0\r\n\r\n", {ReferenceUnreachable}),
        (["HTTP/1.1 204 No Content"], b"", {ReferenceGone}),
        (["HTTP/1.1 205 Reset Content", "Content-Length: 0"], b"", {ReferenceGone}),
        (["HTTP/1.1 206 Partial Content", "Content-Length: 3"], b"abc", {ReferenceGone}),
        (["HTTP/1.1 304 Not Modified"], b"", {ReferenceGone}),
        (["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket"], b"", {ReferenceUnreachable, ReferenceGone}),
        (["HTTP/1.1 999 Denied", "Content-Length: 0"], b"", {ReferenceUnreachable}),
        (["HTTP/1.1 42 Odd"], b"", {ReferenceUnreachable, ReferenceGone}),
        (["SSH-2.0-OpenSSH_9.6"], b"", {ReferenceUnreachable}),
        (["HTTP/9.9 200 OK", "Content-Length: 0"], b"", {ReferenceUnreachable}),
        ([""], b"", {ReferenceUnreachable}),
    ],
    ids=lambda value: value[0][:24] + "".join(value[1:2])[:40] if isinstance(value, list) else "",
)
async def test_nonsense_is_refused(
    tmp_path: Path, lines: list[str], body: bytes, kinds: Collection[type[ReferenceImageError]]
) -> None:
    error = await fetched(says(*lines, body=body), tmp_path / "a", total=5.0)
    assert type(error) in kinds


@pytest.mark.parametrize("length", [9_000, 100_000])
async def test_a_very_long_link_is_no_trouble(tmp_path: Path, length: int) -> None:
    answer = says("HTTP/1.1 414 URI Too Long", "Content-Length: 0")
    assert isinstance(
        await fetched(answer, tmp_path / "a", path="/" + "a" * length), ReferenceGone | ReferenceUnreachable
    )


@pytest.mark.parametrize("host", ["bücher.test", "BÜCHER.test", "xn--bcher-kva.test", "日本.test", "a" * 63 + ".test"])
async def test_names_of_every_script_are_asked_for_as_they_are_registered(tmp_path: Path, host: str) -> None:
    names = Names({})
    async with fetching(names=names, attempts=1) as (fetcher, _):
        with pytest.raises(ReferenceUnreachable):
            await fetcher.fetch(1, "a.png", f"https://{host}/a.png", tmp_path / "a")
    assert len(names.asked) == 1
    assert names.asked[0].isascii()


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a b.test", "a\x00b.test", "\u2026", "a/../b", "%00", "-"])
async def test_names_that_are_none_reach_nothing(tmp_path: Path, host: str) -> None:
    async with fetching(attempts=1) as (fetcher, _):
        with pytest.raises((ReferenceAddressRefused, ReferenceUnreachable)):
            await fetcher.fetch(1, "a.png", f"https://{host}/a.png", tmp_path / "a")
