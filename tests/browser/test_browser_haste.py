"""What happens to what is on its way while a person has gone on to something else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, Route, expect

from sandbox.sketches import red_boat
from tests.browser.hands import be, drop, fill_in, start_command
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSAL = "This was not sent: you act as somebody else now."


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with Stage.set(tmp_path_factory.mktemp("bot")) as found:
        yield found


@asynccontextmanager
async def slow_uploads(page: Page) -> AsyncIterator[None]:
    """Let no file arrive before the block is left."""
    gate = asyncio.Event()

    async def wait(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await page.route("**/files?*", wait)
    try:
        yield
    finally:
        gate.set()


async def test_a_message_is_not_sent_by_whom_one_becomes_meanwhile(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    writing = page.get_by_role("textbox", name="Message ")
    async with slow_uploads(page):
        await drop(page, page.get_by_role("main"), {"boat.png": red_boat()})
        await writing.fill("From Mara alone")
        await page.keyboard.press("Enter")
        await expect(writing).to_have_value("")
        await be(page, "Theo")
    await expect(page.get_by_role("alert").filter(has_text=REFUSAL)).to_be_visible()
    await expect(writing).to_have_value("")
    await be(page, "Mara")
    await expect(writing).to_have_value("From Mara alone")
    await expect(page.get_by_role("listitem").filter(has_text="boat.png")).to_be_visible()
    await writing.press("Enter")
    await expect(page.get_by_role("article").filter(has_text="From Mara alone")).to_be_visible()
    [sent] = [message for message in stage.scene.pictures.history if message.content == "From Mara alone"]
    assert sent.author is stage.scene.member


async def test_a_command_is_not_used_by_whom_one_becomes_meanwhile(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    form = await start_command(page, "seedream")
    await fill_in(form, prompt="A boat of Mara's")
    async with slow_uploads(page):
        await drop(page, page.get_by_role("main"), {"boat.png": red_boat()})
        await form.get_by_role("button", name="Send").click()
        await be(page, "Theo")
    await be(page, "Mara")
    await expect(form).to_contain_text(REFUSAL)
    assert not stage.world.seedream.ledger


async def test_a_form_that_is_left_while_it_is_sent_takes_no_other_with_it(
    context: BrowserContext, stage: Stage
) -> None:
    page = await stage.open(context)
    form = await start_command(page, "seedream")
    await fill_in(form, prompt="A boat in haste")
    async with slow_uploads(page):
        await drop(page, page.get_by_role("main"), {"boat.png": red_boat()})
        await form.get_by_role("button", name="Send").click()
        await form.get_by_role("button", name="Leave").click()
        again = await start_command(page, "seedream")
        await fill_in(again, prompt="The next one")
    await expect(page.get_by_role("article").filter(has_text="A boat in haste").first).to_be_visible()
    await expect(again.get_by_role("textbox", name="prompt")).to_have_value("The next one")
