"""Pictures of the ways in which reference pictures are given, for the README; made by `make screenshots`."""

import tempfile
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from sandbox.discord import File, Message
from sandbox.sketches import lighthouse, red_boat
from tests.browser.hands import fill_in, message_menu, stand_still, start_command
from tests.browser.stage import Stage

HERE = Path(__file__).resolve().parent
ROOM = ViewportSize(width=1280, height=760)
ASKED = "What should be made of it?"


async def take_ways(browser: Browser) -> None:
    """Go each way once, one after another in the same channel, and take a picture of what one sees."""
    with tempfile.TemporaryDirectory() as folder:
        async with Stage.set(Path(folder)) as stage:
            context = await browser.new_context(viewport=ROOM, locale="en-US", reduced_motion="reduce")
            page = await stage.open(context)
            said = await stage.scene.member.say(
                stage.scene.pictures,
                "Two sketches from the harbour",
                files=[File("lighthouse.png", lighthouse()), File("boat.png", red_boat())],
            )
            await _right_click(page)
            await _tray(page)
            result = await _mention(page, stage)
            await _button(page)
            await _reaction(page, stage, result)
            await _links(page, said)
            await context.close()


async def _right_click(page: Page) -> None:
    form = await _chosen(page, "Edit with Seedream", "Edit 2 pictures")
    await form.get_by_role("textbox", name=ASKED).fill("Put the boat of image 2 below the lighthouse of image 1")
    await _save(page, form, "way-right-click.png")
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()


async def _tray(page: Page) -> None:
    menu = await message_menu(page, page.get_by_role("article").filter(has_text="Two sketches"))
    await menu.get_by_role("menuitem", name="Add to references").click()
    tray = page.get_by_role("article").filter(has_text="in your tray here")
    await _save(page, tray, "way-tray.png")


async def _mention(page: Page, stage: Stage) -> Message:
    bot = stage.world.discord.bot
    asked = await stage.scene.member.say(
        stage.scene.pictures,
        f"<@{bot.id}> turn this into clay, 3K, 2 images",
        files=[File("boat.png", red_boat())],
    )
    thread = await stage.world.until(
        lambda: next((m.thread for m in stage.scene.pictures.messages if m.thread and m.id > asked.id), None),
        what="the thread",
    )
    result = await stage.world.until(
        lambda: next((m for m in thread.messages if m.attachments and m.author is bot), None), what="the pictures"
    )
    await expect(page.get_by_role("article").filter(has_text="turn this into clay").last).to_be_visible()
    await page.get_by_role("article").last.scroll_into_view_if_needed()
    await _save(page, page.get_by_role("main"), "way-mention.png")
    await page.goto(f"{stage.server.url}/#/channels/{thread.id}")
    return result


async def _reaction(page: Page, stage: Stage, result: Message) -> None:
    await stage.scene.member.react(result, "\N{ARTIST PALETTE}")
    offer = page.get_by_role("article").filter(has=page.get_by_role("button", name="Describe the edit"))
    await offer.scroll_into_view_if_needed()
    await _save(page, offer, "way-reaction.png")
    await page.goto(f"{stage.server.url}/#/channels/{stage.scene.pictures.id}")
    await page.get_by_role("heading", name=stage.scene.pictures.name, level=1).wait_for()


async def _button(page: Page) -> None:
    shown = page.get_by_role("article").filter(has=page.get_by_role("button", name="Use as reference"))
    await _save(page, shown.last, "way-use-as-reference.png")


async def _links(page: Page, said: Message) -> None:
    form = await start_command(page, "seedream")
    guild = said.channel.guild.id if said.channel.guild else "@me"
    link = f"https://discord.com/channels/{guild}/{said.channel.id}/{said.id}"
    await fill_in(form, prompt="The same harbour at night", image_urls=link)
    await fill_in(form, from_task="")
    await page.get_by_role("option").first.wait_for()
    await _save(page, page.get_by_role("main"), "way-links.png")


async def _chosen(page: Page, command: str, title: str) -> Locator:
    menu = await message_menu(page, page.get_by_role("article").filter(has_text="Two sketches"))
    await menu.get_by_role("menuitem", name=command).click()
    form = page.get_by_role("dialog", name=title)
    await form.wait_for()
    return form


async def _save(page: Page, part: Locator, name: str) -> None:
    await part.first.wait_for()
    await page.mouse.move(0, 0)
    await page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => {})))")
    await stand_still(page)
    await part.first.screenshot(path=HERE / name)
