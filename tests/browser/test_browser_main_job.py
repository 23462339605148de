"""The main job as a person does it: by mouse and by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from sandbox.seedream import Upload
from sandbox.sketches import lighthouse, red_boat
from tests.acceptance.house import picture
from tests.browser.accessibility import expect_accessible
from tests.browser.hands import drop, fill_in, paste, screenshot, start_command
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROMPT = "The boat of image 2 below the lighthouse of image 1, at dusk"


async def test_by_mouse_with_two_dropped_pictures(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        form = await start_command(page, "seedream")
        await form.get_by_role("textbox", name="prompt").fill(PROMPT)
        await drop(page, page.get_by_role("main"), {"lighthouse.png": lighthouse(), "boat.png": red_boat()})
        await expect(form.get_by_role("listitem").filter(has_text="image2")).to_contain_text("boat.png")
        await form.get_by_role("button", name="Add max_images").click()
        await page.get_by_role("option", name="2", exact=True).click()
        await screenshot(page, "command-form")
        await form.get_by_role("button", name="Send").click()

        reply = page.get_by_role("article").filter(has_text="used /seedream")
        await expect(reply).to_contain_text(PROMPT)
        await page.get_by_role("navigation").get_by_role("link", name=PROMPT).click()
        await expect_two_pictures(page, stage)
        await screenshot(page, "main-job-by-mouse")
        await page.get_by_role("log").get_by_role("button", name=PROMPT).first.click()
        box = page.get_by_role("dialog", name="Picture 1 of 2")
        await expect(box).to_contain_text("2048 × 2048 pixels")
        await expect_accessible(page)
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("dialog", name="Picture 2 of 2")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_by_keyboard_with_two_pasted_pictures(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        await start_command(page, "seedream")
        await page.keyboard.type(PROMPT)
        await paste(page, {"lighthouse.png": lighthouse(), "boat.png": red_boat()})
        await page.get_by_role("button", name="Add size").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.type("3K")
        await page.get_by_role("option", name="3K").first.wait_for()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Add max_images").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.type("2")
        await page.get_by_role("option", name="2", exact=True).wait_for()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")

        await page.get_by_role("article").filter(has_text="used /seedream").wait_for()
        await page.get_by_role("navigation").get_by_role("link", name=PROMPT).focus()
        await page.keyboard.press("Enter")
        await expect_two_pictures(page, stage)
        assert stage.world.seedream.ledger[0].payload["size"] == "3K"


async def test_pictures_that_were_there_first_go_along_with_the_command(
    context: BrowserContext, tmp_path: Path
) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        await drop(page, page.get_by_role("main"), {"lighthouse.png": lighthouse(), "boat.png": red_boat()})
        waiting = page.get_by_role("list", name="Files to send").get_by_role("listitem")
        await expect(waiting).to_have_text([re.compile("lighthouse.png"), re.compile("boat.png")])
        form = await start_command(page, "seedream")
        slots = form.get_by_role("list", name="Pictures and files").get_by_role("listitem")
        both = [re.compile("image1.*lighthouse.png"), re.compile("image2.*boat.png")]
        await expect(slots).to_have_text(both)
        await form.get_by_role("textbox", name="prompt").press("Escape")
        await expect(waiting).to_have_text([re.compile("lighthouse.png"), re.compile("boat.png")])
        form = await start_command(page, "seedream")
        await expect(slots).to_have_text(both)
        await fill_in(form, prompt=PROMPT, max_images="2")
        await page.keyboard.press("Enter")
        await form.get_by_role("button", name="Send").click()
        await page.get_by_role("navigation").get_by_role("link", name=PROMPT).click()
        await expect_two_pictures(page, stage)
        await page.get_by_role("navigation").get_by_role("link", name="pictures").first.click()
        await page.get_by_role("textbox", name="Message pictures").wait_for()
        await expect(waiting).to_have_count(0)


async def test_enter_closes_open_suggestions_before_it_sends(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        form = await start_command(page, "seedream")
        await fill_in(form, prompt="A boat", size="2")
        await page.get_by_role("option").first.wait_for()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("option")).to_have_count(0)
        await expect(form).not_to_have_attribute("aria-busy", "true")
        await expect(form.get_by_role("combobox", name="size")).to_have_value("2")
        await fill_in(form, size="2048x2048")
        await page.get_by_role("option").first.wait_for()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(form).to_be_hidden()
        await stage.world.until(lambda: stage.world.seedream.ledger, what="the paid request")
        assert stage.world.seedream.ledger[0].payload["size"] == "2048x2048"


async def test_fourteen_pictures_at_once_and_one_too_many(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        form = await start_command(page, "seedream")
        await fill_in(form, prompt="Fourteen boats")
        await drop(
            page, page.get_by_role("main"), {f"boat{number}.png": picture(number).data for number in range(1, 16)}
        )
        await expect(form.get_by_role("list", name="Pictures and files").get_by_role("listitem")).to_have_count(14)
        await expect(form).to_contain_text("14 files fit; the others were left out.")
        await expect_accessible(page)
        await form.get_by_role("button", name="Send").click()
        ledger = stage.world.seedream.ledger
        await stage.world.until(lambda: ledger, what="the paid request")
        names = [item.filename for item in ledger[0].references if isinstance(item, Upload)]
        assert names == [f"boat{number}.png" for number in range(1, 15)]


async def test_a_message_that_mentions_the_bot_with_a_picture(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        box = page.get_by_role("textbox", name="Message pictures")
        await box.press_sequentially("@Sand")
        await page.get_by_role("option", name="Sandbox bot").wait_for()
        await page.keyboard.press("Enter")
        await page.keyboard.type("look at this")
        await drop(page, page.get_by_role("main"), {"boat.png": red_boat()})
        await page.get_by_role("button", name="Remove boat.png").wait_for()
        await expect_accessible(page)
        await box.press("Enter")
        said = page.get_by_role("article").filter(has_text="look at this").first
        await expect(said).to_contain_text("@Sandbox bot")
        await expect(said.get_by_role("img")).to_have_count(1)
        message = next(message for message in stage.scene.pictures.messages if "look at this" in message.content)
        assert message.mentions == [stage.world.discord.bot]
        assert [item.data for item in message.attachments] == [red_boat()]


async def expect_two_pictures(page: Page, stage: Stage) -> None:
    """Expect what the issue of the matter is: task id and status in the thread, then the pictures, paid once."""
    thread = page.get_by_role("log")
    await expect(thread).to_contain_text("Task ID")
    await expect(thread).to_contain_text("completed")
    await expect(thread.get_by_role("img", name=PROMPT)).to_have_count(2)
    (task,) = stage.world.seedream.tasks
    await expect(thread).to_contain_text(task)
    await expect(page.get_by_role("complementary")).to_contain_text("1 request accepted · 2 pictures paid")
    (entry,) = stage.world.seedream.ledger
    uploads = [item for item in entry.references if isinstance(item, Upload)]
    assert [item.data for item in uploads] == [lighthouse(), red_boat()]
