"""The page's modules by themselves: no server, no bot, an empty page to try them on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Request, Route

from sandbox.page.guard import CSP
from sandbox.page.server import STATIC

ORIGIN = "http://workbench.test"
_EMPTY = """<!doctype html><html lang="en"><head><title>Workbench</title>{styles}</head><body></body></html>"""
_STYLES = ("base", "layout", "messages", "components", "panel")


@asynccontextmanager
async def workbench(browser: Browser) -> AsyncIterator[Page]:
    """Open an empty page under the real page's policy; nothing on it may go wrong or ask for another address."""
    trouble: list[str] = []
    page = await browser.new_page(viewport={"width": 800, "height": 600}, locale="en-GB", timezone_id="UTC")
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append(f"a dialog: {dialog.message}"))

    def note(request: Request) -> None:
        if not request.url.startswith(f"{ORIGIN}/"):
            trouble.append(f"a request to {request.url}")

    page.on("request", note)
    await page.route("**/*", _serve)
    await page.goto(ORIGIN)
    yield page
    await page.close()
    assert not trouble


async def _serve(route: Route) -> None:
    address = urlsplit(route.request.url)
    if address.path.startswith("/static/"):
        await route.fulfill(path=STATIC / address.path.removeprefix("/static/"))
    elif address.path == "/":
        styles = "".join(f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in _STYLES)
        policy = {"Content-Security-Policy": CSP}
        await route.fulfill(body=_EMPTY.format(styles=styles), content_type="text/html", headers=policy)
    else:
        await route.fulfill(status=404)
