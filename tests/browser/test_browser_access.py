"""Both themes and the narrow width: what everybody can use, in every state one comes through."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from sandbox.discord import Channel
from tests.browser.accessibility import expect_accessible
from tests.browser.hands import message_menu, screenshot, start_command
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROMPT = "A lighthouse with a very long_and_unbroken_name_that_has_to_be_broken_somewhere_on_a_narrow_screen"
SCREENS = {"wide": (1280, 800), "middle": (800, 900), "narrow": (375, 740)}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with Stage.set(tmp_path_factory.mktemp("bot")) as found:
        mara, pictures = found.scene.member, found.scene.pictures
        await mara.slash(pictures, "seedream", prompt=PROMPT, max_images=4)
        await found.world.until(lambda: any(delivered(thread) for thread in pictures.threads), what="the pictures")
        yield found


def delivered(thread: Channel) -> bool:
    return sum(len(message.attachments) for message in thread.messages) == 4


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
async def test_the_thread_with_its_pictures(context: BrowserContext, stage: Stage, screen: str, theme: str) -> None:
    page = await opened(context, stage, screen, theme, stage.scene.pictures.threads[0])
    await expect(page.get_by_role("log").get_by_role("img")).to_have_count(4)
    await expect_usable(page, f"thread-{screen}-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["wide", "narrow"])
async def test_the_command_form(context: BrowserContext, stage: Stage, screen: str, theme: str) -> None:
    page = await opened(context, stage, screen, theme, stage.scene.pictures)
    form = await start_command(page, "seedream")
    await form.get_by_role("button", name="Add size").click()
    await page.get_by_role("option").first.wait_for()
    await expect_usable(page, f"form-{screen}-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_menu(context: BrowserContext, stage: Stage, theme: str) -> None:
    page = await opened(context, stage, "narrow", theme, stage.scene.pictures)
    await message_menu(page, page.get_by_role("article").filter(has_text="My lighthouse"))
    await expect_usable(page, f"menu-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_forum_and_a_direct_message(context: BrowserContext, stage: Stage, theme: str) -> None:
    page = await opened(context, stage, "wide", theme, stage.scene.ideas)
    await expect(page.get_by_role("main")).to_contain_text("Boats at dusk")
    await expect_usable(page, f"forum-{theme}")
    await page.get_by_role("navigation").get_by_role("link", name="Sandbox bot").click()
    await expect(page.get_by_role("main")).to_contain_text("Just the two of you")
    await expect_usable(page, f"direct-message-{theme}")


async def opened(context: BrowserContext, stage: Stage, screen: str, theme: str, channel: Channel) -> Page:
    page = await stage.open(context, channel, theme=theme)
    width, height = SCREENS[screen]
    await page.set_viewport_size({"width": width, "height": height})
    assert await page.locator("html").get_attribute("data-theme") == theme
    return page


async def expect_usable(page: Page, name: str) -> None:
    """Expect no violation that axe knows of, nothing to scroll sideways, and save what it looks like."""
    await expect_accessible(page)
    await screenshot(page, name)
    room = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert room[0] <= room[1]
