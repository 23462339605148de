"""The page's server as a browser meets it: files, headers, and who is let in."""

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSServerHandshakeError

from sandbox.discord import File
from sandbox.page.desk import Desk
from sandbox.page.guard import CSP
from sandbox.page.scene import Scene
from sandbox.page.server import STATIC, PageServer
from tests.page.tab import Browser, Tab


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/static/js/core/store.js", "text/javascript; charset=utf-8"),
        ("/static/css/base.css", "text/css; charset=utf-8"),
    ],
)
async def test_files_come_with_their_type_and_are_asked_for_again_each_time(
    browser: Browser, path: str, kind: str
) -> None:
    status, headers, body = await browser.get(path)
    assert status == 200
    assert body
    assert headers["Content-Type"] == kind
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    again, headers_again, nothing = await browser.get(path, If_None_Match=headers["ETag"])
    assert (again, nothing, headers_again["ETag"]) == (304, b"", headers["ETag"])


def test_every_file_that_the_page_names_is_there() -> None:
    """So that no request of the page is answered with 404."""
    for file in (STATIC / "index.html").read_text(encoding="utf-8").split('"'):
        if file.startswith("/static/"):
            assert (STATIC / file.removeprefix("/static/")).is_file(), file


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/static/..%2fserver.py",
        "/static//etc/passwd",
        "/static/%2fetc/passwd",
        "/static/js",
        "/static/js/%00.js",
        "/static/js/nothing.js",
        "/nothing",
        "/cdn/attachments/1/2/boat.png",
        "/results/files/nothing.png",
        "/results/nothing/1.png",
    ],
)
async def test_what_is_not_there_is_a_404_with_the_same_headers(server: PageServer, path: str) -> None:
    # Written out, for a client would tidy the path up.
    host, _, port = server.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith("HTTP/1.1 404"), answer
    assert f"Content-Security-Policy: {CSP}" in answer


async def test_a_link_out_of_the_folder_is_not_followed(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "static" / "link.txt").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr("sandbox.page.server.STATIC", tmp_path / "static")
    assert (await browser.get("/static/link.txt"))[0] == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[::1]:80", "127.0.0.1:x"]
)
@pytest.mark.parametrize("path", ["/", "/static/js/core/store.js", "/live", "/nothing"])
async def test_another_host_name_is_refused(browser: Browser, host: str, path: str) -> None:
    """A page from elsewhere whose name resolves to this machine sees nothing."""
    status, headers, _ = await browser.get(path, Host=host)
    assert status == 403
    assert headers["Content-Security-Policy"] == CSP


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "LOCALHOST:{port}", "localhost"])
async def test_names_of_this_machine_are_let_in(browser: Browser, host: str) -> None:
    port = browser.server.url.rpartition(":")[2]
    assert (await browser.get("/", Host=host.format(port=port)))[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"])
async def test_another_origin_can_neither_look_nor_act(browser: Browser, origin: str) -> None:
    sent = {"Origin": origin.format(port=browser.server.url.rpartition(":")[2])}
    with pytest.raises(WSServerHandshakeError) as refused:
        await browser.session.ws_connect(f"{browser.server.url}/live", headers=sent)
    assert refused.value.status == 403
    async with browser.session.post(f"{browser.server.url}/files?name=a", data=b"x", headers=sent) as response:
        assert response.status == 403
    assert browser.server.desk.files.total == 0


async def test_the_pages_own_origin_can(browser: Browser) -> None:
    headers = {"Origin": browser.server.url}
    async with browser.session.ws_connect(f"{browser.server.url}/live", headers=headers) as tab:
        assert (await tab.receive_json())["fresh"] is True


async def test_pictures_are_served_as_such_from_the_pages_own_address(browser: Browser, mara: Tab) -> None:
    attachment = mara.message("My lighthouse")["attachments"][0]
    assert attachment["url"].startswith("/cdn/attachments/")
    assert attachment["proxy_url"] == attachment["url"]
    status, headers, body = await browser.get(attachment["url"])
    assert (status, headers["Content-Type"], len(body)) == (200, "image/png", attachment["size"])
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "kind"), [("evil.html", None), ("evil.svg", None), ("fine.png", "text/html"), ("a.xml", "application/xml")]
)
async def test_a_file_that_could_act_in_the_pages_name_stays_a_file(
    browser: Browser, scene: Scene, mara: Tab, name: str, kind: str | None
) -> None:
    await scene.moderator.say(scene.pictures, "behold", files=[File(name, b"<script>alert(1)</script>", kind)])
    url = (await mara.until(lambda: mara.message("behold")))["attachments"][0]["url"]
    _, headers, _ = await browser.get(url)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")


async def test_a_name_with_strange_letters_can_be_fetched(browser: Browser, scene: Scene, mara: Tab) -> None:
    await scene.moderator.say(scene.pictures, "behold", files=[File("über %41 ?#&.png", b"\x89PNG")])
    url = (await mara.until(lambda: mara.message("behold")))["attachments"][0]["url"]
    assert (await browser.get(url))[0::2] == (200, b"\x89PNG")


async def test_it_listens_where_it_is_told_to(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    async with PageServer(desk, port=port) as server:
        assert server.url == f"http://127.0.0.1:{port}"


async def test_closing_tells_every_tab(server: PageServer) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.url}/live") as tab:
        await tab.receive_json()
        await server.close()
        await tab.receive()
        assert tab.close_code == aiohttp.WSCloseCode.GOING_AWAY
