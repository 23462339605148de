"""Reading the page: what stays where it is, what is new, what one sees as whom, and on a narrow screen."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.accessibility import expect_accessible
from tests.browser.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

FROM_END = "(box) => box.scrollHeight - box.scrollTop - box.clientHeight"


async def test_the_list_keeps_its_end_until_one_reads_further_up(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        theo, channel = stage.scene.moderator, stage.scene.pictures
        for number in range(20):
            await theo.say(channel, f"Message {number}\nof two lines")
        page = await stage.open(context)
        box = page.locator("#messages")
        await expect(page.get_by_role("article").last).to_contain_text("Message 19")
        await theo.say(channel, "One more")
        await expect(page.get_by_role("article").last).to_contain_text("One more")
        assert await box.evaluate(FROM_END) < 2
        await expect(page.get_by_role("main").get_by_text("Theo: One more")).to_be_attached()

        await box.evaluate("(box) => box.scrollTo(0, 0)")
        await expect(page.get_by_role("button", name="Go to the newest messages")).to_be_visible()
        await theo.say(channel, "While away")
        button = page.get_by_role("button", name="1 new message")
        await expect(button).to_be_visible()
        assert await box.evaluate("(box) => box.scrollTop") == 0
        await button.click()
        await expect(button).to_be_hidden()
        assert await box.evaluate(FROM_END) < 2


async def test_an_edit_leaves_everything_else_alone(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        theo, channel = stage.scene.moderator, stage.scene.pictures
        first = await theo.say(channel, "Before the edit")
        await theo.say(channel, "Another one")
        page = await stage.open(context)
        await theo.react(first, "\N{WHITE HEAVY CHECK MARK}")
        article = page.get_by_role("article").filter(has_text="Before the edit")
        await page.evaluate("document.querySelectorAll('article').forEach((one) => (one.known = true))")
        reaction = article.get_by_role("button", name="1 reaction")
        await reaction.focus()
        await theo.edit(first, "After the edit, with ||a secret||")
        article = page.get_by_role("article").filter(has_text="After the edit")
        await expect(article).to_contain_text("(edited)")
        await expect(article.get_by_role("button", name="1 reaction")).to_be_focused()
        assert await page.evaluate("[...document.querySelectorAll('article')].every((one) => one.known)")
        await page.keyboard.press("Enter")
        await expect(article.get_by_role("button", name="2 reactions", pressed=True)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(article.get_by_role("button", name="1 reaction", pressed=False)).to_be_focused()


async def test_messages_by_arrow_keys(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        for text in ("One", "Two", "Three"):
            await stage.scene.moderator.say(stage.scene.quiet, text)
        page = await stage.open(context, stage.scene.quiet)
        await page.get_by_role("link", name="Skip to the messages").focus()
        await page.keyboard.press("Enter")
        for key, text in (("ArrowUp", "Two"), ("ArrowUp", "One"), ("End", "Three"), ("ArrowDown", "Three")):
            await page.keyboard.press(key)
            await expect(page.locator("article:focus")).to_contain_text(text)
        await page.keyboard.press("Tab")
        await expect(page.locator("article").last.get_by_role("toolbar").get_by_role("button").first).to_be_focused()


async def test_unread_channels_and_the_other_person(context: BrowserContext, tmp_path: Path) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context)
        channels = page.get_by_role("navigation", name="Channels")
        await stage.scene.moderator.say(stage.scene.quiet, "Psst")
        await expect(channels.get_by_role("link", name="quiet unread")).to_be_visible()
        await channels.get_by_role("link", name="quiet").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("quiet")
        await expect(channels.get_by_role("link", name="quiet", exact=True)).to_have_attribute("aria-current", "page")
        await expect(page.get_by_role("main")).to_contain_text("The bot may not open threads here.")

        await page.get_by_role("group", name="You act as").get_by_role("radio", name="Theo").check(force=True)
        await expect(page.get_by_role("radio", name="Theo")).to_be_checked()
        await page.reload()
        await expect(page.get_by_role("radio", name="Theo")).to_be_checked()
        await expect(page.get_by_role("heading", level=1)).to_have_text("quiet")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_drawers_on_a_narrow_screen(context: BrowserContext, tmp_path: Path, theme: str) -> None:
    async with Stage.set(tmp_path) as stage:
        page = await stage.open(context, theme=theme)
        await page.set_viewport_size({"width": 375, "height": 700})
        assert await page.evaluate("document.documentElement.scrollWidth") == 375
        await expect_accessible(page)
        for name in ("Show channels", "Behind the scenes"):
            opener = page.get_by_role("button", name=name)
            await opener.click()
            await expect(page.locator("button[aria-label^=Close]:focus")).to_be_visible()
            await expect_accessible(page)
            # Round and round, and never out of it.
            for _ in range(40):
                await page.keyboard.press("Tab")
                assert await page.evaluate("document.activeElement.closest('main') === null")
            await page.keyboard.press("Escape")
            await expect(opener).to_be_focused()
            await expect(opener).to_have_attribute("aria-expanded", "false")
        await page.get_by_role("button", name="Show channels").click()
        await page.get_by_role("link", name="ideas").click()
        await expect(page.get_by_role("link", name="Boats at dusk").last).to_be_visible()
        await expect_accessible(page)
