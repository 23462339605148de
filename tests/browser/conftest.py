"""A real browser for the tests of the sandbox's page.

One event loop and one Chromium per module; each test gets a context of its own, which is a browser with no memory.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.support.chromium import HOW_TO_INSTALL, chromium, chromium_path
from tests.support.requirements import missing

# Milliseconds for something to appear: on a busy machine a bot takes a while for what it does at once elsewhere.
expect.set_options(timeout=20_000)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    path = chromium_path()
    if path is None:
        missing("browser", f"There is no Chromium here. {HOW_TO_INSTALL}")
    async with chromium(path) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser window's worth of state; no test leaves anything to the next."""
    async with AsyncExitStack() as stack:
        made = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="UTC")
        stack.push_async_callback(made.close)
        yield made
