"""What a person can watch the bot do when it is refused something, disturbed, or killed."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, expect

from tests.browser.hands import be, fill_in, screenshot, start_command
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with Stage.set(tmp_path_factory.mktemp("bot")) as found:
        yield found


async def test_a_refusal_is_for_the_person_alone(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    form = await start_command(page, "seedream")
    await fill_in(form, prompt="A lighthouse", size="17x17")
    await form.get_by_role("button", name="Send").click()
    refusal = page.get_by_role("article").filter(has_text="17x17")
    await expect(refusal).to_contain_text("Only you can see this")
    await screenshot(page, "refusal")
    await be(page, "Theo")
    await expect(page.get_by_role("article").filter(has_text="My lighthouse")).to_be_visible()
    await expect(refusal).to_have_count(0)
    assert not stage.world.seedream.ledger


async def test_a_connection_cut_after_the_post_is_told_in_words(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    before = len(stage.world.seedream.ledger)
    switch = page.get_by_role("complementary").get_by_role("switch", name="Connection cut after the POST")
    await switch.click()
    await expect(switch).to_be_checked()
    form = await start_command(page, "seedream")
    await fill_in(form, prompt="A boat in a storm")
    await form.get_by_role("button", name="Send").click()
    card = page.get_by_role("article").filter(has_text="A boat in a storm")
    await expect(card).to_contain_text("is not sent again by itself", timeout=20_000)
    await switch.click()
    await expect(switch).not_to_be_checked()
    await screenshot(page, "unknown-outcome")
    assert len(stage.world.seedream.ledger) == before + 1


async def test_a_job_survives_kill_9(context: BrowserContext, stage: Stage) -> None:
    plan = stage.world.seedream.plan
    stage.world.seedream.plan = replace(plan, pending_seconds=1.0, processing_seconds=4.0)
    page = await stage.open(context)
    before = len(stage.world.seedream.ledger)
    form = await start_command(page, "seedream")
    await fill_in(form, prompt="A harbour that outlives its painter")
    await form.get_by_role("button", name="Send").click()
    await page.get_by_role("navigation").get_by_role("link", name="A harbour").click()
    thread = page.get_by_role("log")
    await expect(thread).to_contain_text("processing")
    panel = page.get_by_role("complementary")
    await panel.get_by_role("button", name="kill -9").click()
    await expect(panel).to_contain_text("Killed")
    await panel.get_by_role("button", name="Start", exact=True).click()
    await expect(thread).to_contain_text("your picture is ready", timeout=30_000)
    await expect(thread.get_by_role("img")).to_have_count(1)
    stage.world.seedream.plan = plan
    assert len(stage.world.seedream.ledger) == before + 1


async def test_a_command_that_a_stopped_bot_cannot_hear_gets_no_answer(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    panel = page.get_by_role("complementary")
    await panel.get_by_role("button", name="Stop").click()
    await expect(panel).to_contain_text("Stopped")
    form = await start_command(page, "seedream")
    await fill_in(form, prompt="Is anybody there?")
    await form.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("/seedream: the application did not respond")).to_be_visible()
    await panel.get_by_role("button", name="Start", exact=True).click()
    await expect(panel).to_contain_text("Running · connected to the gateway", timeout=30_000)


async def test_what_discord_refuses_the_page_refuses_with_its_reason(context: BrowserContext, stage: Stage) -> None:
    page = await stage.open(context)
    form = await start_command(page, "seedream")
    await form.get_by_role("button", name="Send").click()
    await expect(form).to_contain_text("This option is required. Specify a value.")
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    box = page.get_by_role("textbox", name="Message pictures")
    await box.fill("x" * 2001)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("A message has at most 2000 characters")).to_be_visible()
    await expect(box).to_have_value("x" * 2001)


async def test_two_windows_are_two_people(context: BrowserContext, stage: Stage) -> None:
    mara = await stage.open(context)
    theo = await stage.open(context)
    await be(theo, "Theo")
    await theo.get_by_role("textbox", name="Message pictures").fill("Has **anyone** seen `boat.png`?")
    await theo.keyboard.press("Enter")
    # By what is bold: the reply quotes the words.
    said = mara.get_by_role("article").filter(has=mara.get_by_role("strong"))
    await expect(said.get_by_role("strong")).to_have_text("anyone")
    await said.hover()
    await said.get_by_role("button", name="Reply").click()
    await mara.keyboard.type("Yes, just now.")
    await mara.keyboard.press("Enter")
    reply = theo.get_by_role("article").filter(has_text="Yes, just now.")
    await expect(reply).to_contain_text("Has anyone seen")
    # Once the own reply has moved everything, so that the pointer comes to where the message is now.
    await expect(mara.get_by_role("article").filter(has_text="Yes, just now.")).to_be_visible()
    await mara.mouse.move(0, 0)
    await said.hover()
    await said.get_by_role("button", name="Add reaction").click()
    await mara.get_by_role("dialog").get_by_role("button").first.click()
    reactions = (
        theo.get_by_role("article").filter(has=theo.get_by_role("strong")).get_by_role("group", name="Reactions")
    )
    await expect(reactions).to_contain_text("1")
