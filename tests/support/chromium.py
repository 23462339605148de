"""The browser of the browser tests: a Chromium that is installed already; none is downloaded."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

VARIABLE = "CHROMIUM"
HOW_TO_INSTALL = f"Debian and Ubuntu: sudo apt-get install chromium. Elsewhere set {VARIABLE} to a Chromium or Chrome."
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """Return where a Chromium is, or None."""
    named = os.environ.get(VARIABLE)
    if named:
        return shutil.which(named)
    return next((path for path in map(shutil.which, _NAMES) if path), None)


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    """Run a Chromium without a window for as long as the block lasts."""
    # Chromium's sandbox of its own cannot be had by root, which is who CI is.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
