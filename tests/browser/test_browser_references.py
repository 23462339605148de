"""Pictures from wherever they are, by mouse: right-click, the form, the button under results, the tray."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from sandbox.discord import File
from sandbox.seedream import Upload
from sandbox.sketches import red_boat
from tests.browser.accessibility import expect_accessible
from tests.browser.hands import drop, message_menu, screenshot
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def use_on(page: Page, message: Locator, command: str) -> None:
    """Right-click a message and choose one of the apps' commands."""
    menu = await message_menu(page, message)
    await menu.get_by_role("group", name="Apps", exact=True).get_by_role("menuitem", name=command).click()


def boat(name: str) -> File:
    return File(name, red_boat())


def references(stage: Stage, place: int = -1) -> list[bytes]:
    return [item.data for item in stage.world.seedream.ledger[place].references if isinstance(item, Upload)]


async def test_a_form_that_is_open_while_the_bot_is_killed(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        message = page.get_by_role("article").filter(has_text="My lighthouse")
        await use_on(page, message, "Edit with Seedream")
        form = page.get_by_role("dialog", name="Edit a picture")
        await form.get_by_role("textbox", name="What should be made of it?").fill("In clay, at dusk")
        await form.get_by_role("button", name="How many pictures").click()
        await page.get_by_role("option", name="2", exact=True).click()
        await drop(page, form.get_by_role("group", name="More pictures, of your own"), {"boat.png": red_boat()})
        await expect(form).to_contain_text("boat.png")
        await screenshot(page, "edit-form")
        await expect_accessible(page)

        await stage.bot.do("kill")
        await stage.bot.do("start")
        await stage.world.discord.wait_ready(timeout=30)
        await form.get_by_role("button", name="Submit").click()

        await expect(form).to_be_hidden()
        await page.get_by_role("navigation").get_by_role("link", name="In clay, at dusk").click()
        pictures = page.get_by_role("log").get_by_role("button", name="In clay, at dusk")
        await expect(pictures).to_have_count(2)
        assert len(references(stage)) == 2
        assert references(stage)[1] == red_boat()

        results = page.get_by_role("article").filter(has=page.get_by_role("button", name="Use as reference"))
        await screenshot(page, "use-as-reference")
        await results.get_by_role("button", name="Use as reference").click()
        form = page.get_by_role("dialog", name="Edit 2 pictures")
        await form.get_by_role("textbox", name="What should be made of it?").fill("In bronze")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_be_hidden()
        await stage.world.until(lambda: len(stage.world.seedream.ledger) == 2, what="the second paid request")
        assert len(references(stage)) == 2


async def test_a_tray_is_filled_emptied_a_little_and_used(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        message = page.get_by_role("article").filter(has_text="My lighthouse")
        await stage.scene.member.say(stage.scene.pictures, "A boat and one more", files=[boat("b.png"), boat("c.png")])
        await use_on(page, message, "Add to references")
        await use_on(page, page.get_by_role("article").filter(has_text="A boat and one more"), "Add to references")
        tray = page.get_by_role("article").filter(has_text="3 pictures in your tray here")
        await expect(tray).to_contain_text("Only you can see this")
        await screenshot(page, "tray")
        await expect_accessible(page)
        await tray.get_by_role("button", name="Take pictures out").click()
        await page.get_by_role("option", name="2 · b.png").click()
        await page.get_by_role("button", name="Done").click()
        tray = page.get_by_role("article").filter(has_text="2 pictures in your tray here")
        await tray.get_by_role("button", name="Generate").click()
        form = page.get_by_role("dialog", name="Edit 2 pictures")
        await form.get_by_role("textbox", name="What should be made of it?").fill("A boat below it")
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_be_hidden()
        await stage.world.until(lambda: stage.world.seedream.ledger, what="the paid request")
        assert references(stage)[1] == red_boat()
