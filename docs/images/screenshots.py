"""Make the screenshots of the sandbox's page anew: `make screenshots`. Needs a Chromium, as the browser tests do."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, expect
from ways import take_ways

from sandbox.sketches import lighthouse, red_boat
from tests.browser.hands import drop, fill_in, stand_still, start_command
from tests.browser.stage import Stage
from tests.support.chromium import HOW_TO_INSTALL, chromium, chromium_path

HERE = Path(__file__).resolve().parent
PROMPT = "The boat of image 2 below the lighthouse of image 1, at dusk, in watercolour"
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=375, height=740)


async def take(browser: Browser) -> None:
    """Do the main job by mouse and keyboard, and take its picture in both themes."""
    with tempfile.TemporaryDirectory() as folder:
        async with Stage.set(Path(folder)) as stage:
            context = await browser.new_context(viewport=WIDE, locale="en-US", reduced_motion="reduce")
            page = await stage.open(context)
            form = await start_command(page, "seedream")
            await fill_in(form, prompt=PROMPT)
            await drop(page, page.get_by_role("main"), {"lighthouse.png": lighthouse(), "boat.png": red_boat()})
            await form.get_by_role("listitem").filter(has_text="boat.png").wait_for()
            await fill_in(form, max_images="2")
            await page.keyboard.press("Enter")
            await page.screenshot(path=HERE / "page-command.png")
            await form.get_by_role("button", name="Send").click()
            await page.get_by_role("navigation").get_by_role("link", name="The boat").click()
            await expect(page.get_by_role("log").get_by_role("img", name=PROMPT)).to_have_count(2)
            await save(page, "page-light.png")
            await page.get_by_role("radio", name="Dark").focus()
            await page.keyboard.press("Space")
            await save(page, "page-dark.png")
            await page.set_viewport_size(NARROW)
            await save(page, "page-narrow.png")
            await context.close()


async def save(page: Page, name: str) -> None:
    """Save the page once everything on it is drawn, with the pointer out of the way."""
    await page.mouse.move(0, 0)
    await page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => {})))")
    await page.evaluate("document.activeElement.blur()")
    # After the next frame, with which a window of another size begins to move its drawers.
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await stand_still(page)
    await page.screenshot(path=HERE / name)


async def main() -> int:
    """Take them all; return the exit code."""
    path = chromium_path()
    if path is None:
        sys.stderr.write(f"There is no Chromium here. {HOW_TO_INSTALL}\n")
        return 1
    async with chromium(path) as browser:
        await take(browser)
        await take_ways(browser)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
