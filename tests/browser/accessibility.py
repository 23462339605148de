"""What axe finds wrong with a page."""

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it comes without types
from playwright.async_api import Page

from tests.browser.hands import stand_still


async def expect_accessible(page: Page) -> None:
    """Fail on any violation that axe knows of, in the state the page is in."""
    await stand_still(page)
    found = await Axe().run(page)
    told = [(item["impact"], item["id"], item["nodes"][0]["html"]) for item in found.response["violations"]]
    assert told == []
