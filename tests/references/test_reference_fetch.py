import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientConnectorError, web

from bot.domain.retry import RetryPolicy
from bot.errors import (
    ImageFileTooLarge,
    ReferenceAddressRefused,
    ReferenceGone,
    ReferenceImageError,
    ReferenceRedirected,
    ReferenceTooSlow,
    ReferenceUnreachable,
)
from bot.errors.network import AddressNotPublicError, refused_host
from bot.references import Fetcher, open_guarded_session
from bot.references.guard import AddressGuard
from tests.references.servers import Names, QuickClock, serving, serving_raw

CAP = 600_000
HOST = "127.0.0.1"


@asynccontextmanager
async def fetching(
    *allowed: tuple[str, int], names: Names | None = None, attempts: int = 3, total: float = 20.0
) -> AsyncIterator[tuple[Fetcher, QuickClock]]:
    clock = QuickClock()
    async with open_guarded_session(
        user_agent="seedream-bot/test",
        allowed_origins=allowed,
        connect_timeout=10,
        read_timeout=10,
        total_timeout=total,
        resolver=names or Names({}),
    ) as session:
        policy = RetryPolicy(attempts=attempts, first=1.0)
        yield Fetcher(session, policy=policy, clock=clock, jitter=lambda: 0.0, max_bytes=CAP), clock


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


@pytest.mark.parametrize("size", [0, 1, CAP - 1, CAP])
async def test_a_file_arrives_whole(tmp_path: Path, size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    asked: dict[str, str] = {}

    async def send(request: web.Request) -> web.StreamResponse:
        asked.update(request.headers)
        return web.Response(body=data, content_type="text/plain")

    async with serving(send) as port, fetching((HOST, port)) as (fetcher, _):
        await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/a.png?ex=1&is=2&hm=3%2F", tmp_path / "a")
    assert bytes_of(tmp_path / "a") == data
    assert asked["User-Agent"] == "seedream-bot/test"
    assert asked["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [204, 206, 300, 304, 400, 401, 403, 404, 405, 410, 418, 451])
async def test_a_file_that_is_gone_is_not_asked_for_again(tmp_path: Path, status: int) -> None:
    visits = 0

    async def gone(_: web.Request) -> web.StreamResponse:
        nonlocal visits
        visits += 1
        return web.Response(status=status)

    async with serving(gone) as port, fetching((HOST, port)) as (fetcher, _):
        with pytest.raises(ReferenceGone) as caught:
            await fetcher.fetch(4, "a.png", f"http://{HOST}:{port}/", tmp_path / "a")
    assert (caught.value.number, caught.value.filename, visits) == (4, "a.png", 1)


@pytest.mark.parametrize("trouble", ["500", "429", "reset", "short"])
async def test_passing_trouble_is_waited_out(tmp_path: Path, trouble: str) -> None:
    visits = 0
    # aiohttp itself sends an idempotent request once more after a reset, so a failure is two visits then.
    failing = 4 if trouble == "reset" else 2

    async def flaky(request: web.Request) -> web.StreamResponse:
        nonlocal visits
        visits += 1
        if visits > failing:
            return web.Response(body=b"picture")
        if trouble.isdigit():
            return web.Response(status=int(trouble))
        assert request.transport is not None
        if trouble == "short":
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b"pic")
            request.transport.close()
            return response
        request.transport.abort()
        raise asyncio.CancelledError

    async with serving(flaky) as port, fetching((HOST, port)) as (fetcher, clock):
        await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/", tmp_path / "a")
    assert bytes_of(tmp_path / "a") == b"picture"
    assert clock.slept == [0.5, 1.0]


async def test_lasting_trouble_is_given_up(tmp_path: Path) -> None:
    async def down(_: web.Request) -> web.StreamResponse:
        return web.Response(status=502)

    async with serving(down) as port, fetching((HOST, port), attempts=4) as (fetcher, clock):
        with pytest.raises(ReferenceUnreachable, match="HTTP 502"):
            await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/", tmp_path / "a")
    assert len(clock.slept) == 3


async def test_nobody_listening_and_unknown_names_are_unreachable(tmp_path: Path, unused_tcp_port: int) -> None:
    async with fetching((HOST, unused_tcp_port)) as (fetcher, _):
        for url in (f"http://{HOST}:{unused_tcp_port}/", "http://nowhere.test/"):
            with pytest.raises(ReferenceUnreachable):
                await fetcher.fetch(1, "a.png", url, tmp_path / "a")


async def test_what_drips_is_cut_off(tmp_path: Path) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "90000"})
        await response.prepare(request)
        for _ in range(90_000):
            await response.write(b".")
            await asyncio.sleep(0.001)
        return response

    async with serving(drip) as port, fetching((HOST, port), total=0.1) as (fetcher, clock):
        with pytest.raises(ReferenceTooSlow):
            await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/", tmp_path / "a")
    assert clock.slept == []


async def test_an_honestly_announced_excess_is_not_read(tmp_path: Path) -> None:
    async def announce(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (CAP + 1))
        await writer.drain()

    async with serving_raw(announce) as port, fetching((HOST, port)) as (fetcher, clock):
        with pytest.raises(ImageFileTooLarge) as caught:
            await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/", tmp_path / "a")
    assert caught.value.limit == CAP
    assert clock.slept == []
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("header", [b"Connection: close", b"Transfer-Encoding: chunked"])
async def test_an_excess_that_nobody_announced_is_cut_off(tmp_path: Path, header: bytes) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n")
        piece = b"x" * 65536
        if b"chunked" in header:
            piece = b"10000\r\n" + piece + b"\r\n"
        while sent < 100 * CAP:
            writer.write(piece)
            sent += len(piece)
            await writer.drain()

    async with serving_raw(flood) as port, fetching((HOST, port)) as (fetcher, clock):
        with pytest.raises(ImageFileTooLarge):
            await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/", tmp_path / "a")
    assert sent < 100 * CAP
    assert clock.slept == []
    assert len(bytes_of(tmp_path / "a")) <= CAP


async def test_a_compressed_answer_does_not_swell(tmp_path: Path) -> None:
    async def squeezed(request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b"\0" * 5_000_000)
        response.enable_compression(web.ContentCoding.gzip)
        response._zlib_executor_size = 100_000_000
        del request
        return response

    async with serving(squeezed) as port, fetching((HOST, port)) as (fetcher, _):
        await fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/", tmp_path / "a")
    assert len(bytes_of(tmp_path / "a")) < 10_000


ABSOLUTE = (
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1:1/",
    "http://localhost.test:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://2130706433:{port}/",
    "http://127.1:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://mixed-private.test/",
    "ftp://cdn.test/a.png",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://[bad",
    "http://a:99999/",
)
RELATIVE = ("//cdn.test/a.png", "a.png", "", "http://")
"""No addresses at all; in a redirect they lead to the very server that redirects."""


@pytest.mark.parametrize(
    ("url", "redirected"),
    [*((url, False) for url in ABSOLUTE + RELATIVE), *((url, True) for url in ABSOLUTE)],
)
async def test_nothing_but_the_public_internet_is_connected_to(tmp_path: Path, url: str, *, redirected: bool) -> None:
    visits: list[str] = []

    async def inside(request: web.Request) -> web.StreamResponse:
        visits.append(request.path)
        return web.Response(body=b"secret")

    names = Names(
        {
            "localhost.test": [HOST],
            "0x7f.0.0.1": [HOST],
            "mixed-private.test": ["192.168.1.1", "fd00::1"],
            "cdn.test": [HOST],
        }
    )
    async with serving(inside) as port:
        target = url.format(port=port)

        async def outside(_: web.Request) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": target})

        async with serving(outside) as cdn, fetching(("cdn.test", cdn), names=names) as (fetcher, clock):
            start = f"http://cdn.test:{cdn}/" if redirected else target
            with pytest.raises(ReferenceAddressRefused):
                await fetcher.fetch(1, "a.png", start, tmp_path / "a")
    assert visits == []
    assert clock.slept == []


async def test_an_allowed_origin_is_allowed_with_its_port_only(tmp_path: Path) -> None:
    async def send(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"picture")

    names = Names({"cdn.test": [HOST], "other.test": [HOST]})
    async with (
        serving(send) as port,
        serving(send) as other,
        fetching(("CDN.test", port), names=names) as (fetcher, _),
    ):
        await fetcher.fetch(1, "a.png", f"http://cdn.test:{port}/", tmp_path / "a")
        with pytest.raises(ReferenceAddressRefused) as caught:
            await fetcher.fetch(1, "a.png", f"http://cdn.test:{other}/", tmp_path / "b")
        assert caught.value.host == "cdn.test"
        with pytest.raises(ReferenceAddressRefused):
            await fetcher.fetch(1, "a.png", f"http://other.test:{port}/", tmp_path / "b")
    assert not (tmp_path / "b").exists()


async def test_whoever_uses_the_session_can_tell_why_it_did_not_connect() -> None:
    names = Names({"inside.test": ["10.0.0.1"]})
    async with open_guarded_session(
        user_agent="test", connect_timeout=10, read_timeout=10, total_timeout=10, resolver=names
    ) as session:
        for url, host in (
            ("http://inside.test/", "inside.test"),
            ("http://127.0.0.1:9/", HOST),
            ("http://unknown.test/", None),
        ):
            with pytest.raises(ClientConnectorError) as caught:
                await session.get(url)
            assert refused_host(caught.value) == host
    assert refused_host(AddressNotPublicError("a.test")) == "a.test"
    assert refused_host(TimeoutError()) is None


async def test_a_name_keeps_its_public_addresses() -> None:
    guard = AddressGuard(Names({"mixed.test": ["10.0.0.1", "93.184.215.14", "::1", "2606:2800:21f:cb07::1"]}))
    found = await guard.resolve("mixed.test", 443)
    assert [result["host"] for result in found] == ["93.184.215.14", "2606:2800:21f:cb07::1"]


async def test_the_last_gate_stands_at_the_socket() -> None:
    """Whatever a resolver said before, the address that is connected to decides."""
    import socket

    guard = AddressGuard(Names({}), [("127.0.0.1", 8000)])
    for host, port in ((HOST, 8001), ("::1", 8000), ("2130706433", 8000), ("fe80::1%1", 80)):
        with pytest.raises(AddressNotPublicError):
            guard.make_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port)))
    for host, port in ((HOST, 8000), ("93.184.215.14", 443)):
        guard.make_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))).close()


@pytest.mark.parametrize(("hops", "arrives"), [(0, True), (3, True), (4, False)])
async def test_redirects_are_followed_three_times(tmp_path: Path, *, hops: int, arrives: bool) -> None:
    async def hop(request: web.Request) -> web.StreamResponse:
        left = int(request.path.strip("/"))
        if left:
            return web.Response(status=307, headers={"Location": f"../{left - 1}"})
        return web.Response(body=b"picture")

    async with serving(hop) as port, fetching((HOST, port)) as (fetcher, _):
        fetched = fetcher.fetch(1, "a.png", f"http://{HOST}:{port}/{hops}", tmp_path / "a")
        if arrives:
            await fetched
            assert bytes_of(tmp_path / "a") == b"picture"
        else:
            with pytest.raises(ReferenceRedirected):
                await fetched


async def test_no_error_names_another_reference(tmp_path: Path) -> None:
    async with fetching() as (fetcher, _):
        with pytest.raises(ReferenceImageError) as caught:
            await fetcher.fetch(9, "nine.png", "http://127.0.0.1/", tmp_path / "a")
    assert (caught.value.number, caught.value.filename) == (9, "nine.png")
