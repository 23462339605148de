"""What another bot shows: modals of every kind of field, menus, buttons that outlive a restart."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, expect

from sandbox.sketches import red_boat
from tests.browser.accessibility import expect_accessible
from tests.browser.hands import drop, message_menu, run_command, screenshot, start_command
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLE_BOT = Path(__file__).with_name("example_bot.py")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("bot")
    async with Stage.set(folder, program=[sys.executable, str(EXAMPLE_BOT)]) as found:
        yield found


async def test_a_modal_with_text_a_choice_and_a_file(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    message = page.get_by_role("article").filter(has_text="My lighthouse")
    menu = await message_menu(page, message)
    await menu.get_by_role("group", name="Apps", exact=True).get_by_role("menuitem", name="Report").click()
    form = page.get_by_role("dialog", name="Report a picture")
    await form.get_by_role("textbox", name="What is wrong?").fill("too dark")
    await form.get_by_role("button", name="Submit").click()
    # What Discord refuses, the page refuses, and keeps what was written.
    await expect(form).to_contain_text("Write at least 10 characters.")
    await form.get_by_role("textbox", name="What is wrong?").fill("The lighthouse is much too dark.")
    await form.get_by_role("button", name="What kind of thing is it?").click()
    await page.get_by_role("option", name="Not theirs").click()
    await drop(page, form.get_by_role("group", name="Pictures"), {"boat.png": red_boat()})
    await expect(form).to_contain_text("boat.png")
    await form.get_by_role("checkbox", name="It is urgent").check()
    await screenshot(page, "modal")
    await expect_accessible(page)
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    answer = page.get_by_role("article").filter(has_text="Reported")
    await expect(answer).to_contain_text("The lighthouse is much too dark.")
    await expect(answer).to_contain_text("Kind: copy")
    await expect(answer).to_contain_text("Files: boat.png")
    await expect(answer).to_contain_text("Urgent: yes")
    await expect(answer).to_contain_text("Only you can see this")


async def test_a_button_works_after_the_bot_was_killed_and_started_again(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    await run_command(page, "board")
    board = page.get_by_role("article").filter(has_text="A board with buttons.").last
    await board.get_by_role("button", name="Press me").click()
    await board.get_by_role("button", name="Pressed 1 time").wait_for()
    panel = page.get_by_role("complementary")
    await panel.get_by_role("button", name="kill -9").click()
    await expect(panel).to_contain_text("Killed")
    await board.get_by_role("button", name="Pressed 1 time").click()
    await expect(board).to_contain_text("The application did not respond")
    await panel.get_by_role("button", name="Start", exact=True).click()
    await expect(panel).to_contain_text("Running · connected to the gateway")
    await board.get_by_role("button", name="Pressed 1 time").click()
    await expect(board.get_by_role("button", name="Pressed 2 times")).to_be_visible()
    await expect(board).not_to_contain_text("The application did not respond")


async def test_what_a_command_has_no_room_for_stays_in_the_message(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    names = ["one.png", "two.png"]
    await drop(page, page.get_by_role("main"), {name: red_boat() for name in names})
    waiting = page.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(waiting).to_have_count(2)
    form = await start_command(page, "notes add")
    slot = form.get_by_role("list", name="Pictures and files").get_by_role("listitem")
    await expect(slot).to_contain_text(["one.png"])
    await expect(
        page.get_by_text("One file does not fit into /notes add; it stays for your next message.")
    ).to_be_visible()
    await form.get_by_role("button", name="Leave").click()
    await expect(waiting).to_contain_text(names)
    form = await start_command(page, "board")
    await expect(page.get_by_text("2 files do not fit into /board; they stay for your next message.")).to_be_visible()
    await form.get_by_role("button", name="Send").click()
    await expect(waiting).to_contain_text(names)


async def test_the_log_opens_when_the_bot_ends_by_itself(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    panel = page.get_by_role("complementary")
    log = panel.get_by_role("region", name="Log")
    await expect(panel).to_contain_text("Running")
    await expect(log).to_be_hidden()
    await stage.bot.process.kill()
    await expect(log).to_be_visible()
    await panel.get_by_role("button", name="Start", exact=True).click()
    await expect(panel).to_contain_text("Running · connected to the gateway")


async def test_a_command_without_an_answer_is_told_of(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    await run_command(page, "silent")
    failed = page.get_by_text("/silent: the application did not respond")
    await expect(failed).to_be_visible()
    await screenshot(page, "no-answer")
    await failed.locator("..").get_by_role("button", name="Dismiss").click()
    await expect(failed).to_be_hidden()


async def test_a_select_offers_what_the_bot_offers(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    await run_command(page, "menus")
    menus = page.get_by_role("article").filter(has_text="Menus of every kind.").last
    await menus.get_by_role("button", name="Choose colours").click()
    for colour in ("Coral", "Teal"):
        await page.get_by_role("option", name=colour).click()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("article").last).to_contain_text("You chose coral, teal.")


@pytest.mark.parametrize("way", ["Escape", "Cancel"])
async def test_one_writes_on_where_one_was_when_a_modal_came(context: BrowserContext, stage: Stage, way: str) -> None:
    page = await stage.open(context)
    await run_command(page, "board")
    await page.get_by_role("article").filter(has_text="A board with buttons.").last.wait_for()
    board = next(item for item in reversed(stage.scene.pictures.history) if item.author is stage.world.discord.bot)
    writing = page.get_by_role("textbox", name="Message ")
    await writing.click()
    await page.keyboard.type("one ")
    await stage.scene.member.click(board, label="Open a form")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox").first.wait_for()
    if way == "Escape":
        await page.keyboard.press("Escape")
    else:
        await form.get_by_role("button", name="Cancel").click()
    await expect(form).to_have_count(0)
    await page.keyboard.type("two")
    await expect(writing).to_have_value("one two")
