"""Times in Discord's styles, and their ticking."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.workbench import workbench

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOMENT = 1_618_953_630
"""2021-04-20 21:20:30 UTC, a Tuesday."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """One page for all; what needs a clock of its own opens another."""
    async with workbench(browser) as found:
        yield found


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("t", "21:20"),
        ("T", "21:20:30"),
        ("d", "20/04/2021"),
        ("D", "20 April 2021"),
        ("f", "20 April 2021 at 21:20"),
        ("F", "Tuesday 20 April 2021 at 21:20"),
        ("s", "20/04/2021, 21:20"),
        ("S", "20/04/2021, 21:20:30"),
        ("x", "20 April 2021 at 21:20"),
    ],
)
async def test_styles(page: Page, style: str, text: str) -> None:
    """Each as https://discord.com/developers/docs/reference#message-formatting-timestamp-styles has it."""
    found = await page.evaluate(
        """async ([seconds, style]) => {
          const { timestamp } = await import("/static/js/markdown/timestamps.js");
          const { textContent, title, dateTime } = timestamp(seconds, style);
          return { textContent, title, dateTime };
        }""",
        [MOMENT, style],
    )
    assert found["textContent"].replace(",", "") == text.replace(",", "")
    assert found["title"].replace(",", "") == "Tuesday 20 April 2021 at 21:20"
    assert found["dateTime"] == "2021-04-20T21:20:30.000Z"


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (0, "now"),
        (-3, "3 seconds ago"),
        (59, "in 59 seconds"),
        (-60, "1 minute ago"),
        (-3599, "59 minutes ago"),
        (7200, "in 2 hours"),
        (-86_400, "1 day ago"),
        (-40 * 86_400, "1 month ago"),
        (800 * 86_400, "in 2 years"),
    ],
)
async def test_distances(page: Page, distance: int, text: str) -> None:
    found = await page.evaluate(
        '([at, now]) => import("/static/js/markdown/timestamps.js").then(({ ago }) => ago(at, now))',
        [MOMENT + distance, MOMENT],
    )
    assert found == text


async def test_relative_times_tick_within_the_same_text(browser: Browser) -> None:
    """A screen reader hears of new nodes; a time that grows older is no news."""
    async with workbench(browser) as page:
        await page.clock.install(time=MOMENT - 60)
        await page.goto(page.url)
        await page.clock.pause_at(MOMENT)
        await _watch_ticking(page)
        assert await page.locator("time").all_inner_texts() == ["55 seconds ago", "21:19"]
        await page.clock.run_for(6_000)
        assert await page.locator("time").all_inner_texts() == ["1 minute ago", "21:19"]
        assert await page.evaluate("[window.text.isConnected, window.added]") == [True, 0]


async def _watch_ticking(page: Page) -> None:
    await page.evaluate(
        """async (seconds) => {
          const { startTicking, timestamp } = await import("/static/js/markdown/timestamps.js");
          document.body.append(timestamp(seconds, "R"), timestamp(seconds, "t"));
          window.text = document.querySelector("time").firstChild;
          window.added = 0;
          new MutationObserver((all) => (window.added += all.length)).observe(document.body, {
            childList: true, subtree: true,
          });
          startTicking();
        }""",
        MOMENT - 55,
    )


@pytest.mark.parametrize("seconds", [1e13, -1e13])
async def test_moments_no_calendar_has(page: Page, seconds: float) -> None:
    found = await page.evaluate(
        '(at) => import("/static/js/markdown/timestamps.js").then(({ timestamp }) => timestamp(at, "R"))', seconds
    )
    assert found is None
