"""What hands do on the page: dropping files, running commands."""

import base64
import mimetypes
import os
import re
from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import Locator, Page, expect

_TRANSFER = """(files) => {
  const transfer = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  return transfer;
}"""


async def drop(page: Page, target: Locator, files: Mapping[str, bytes]) -> None:
    """Drag files over a place and let them go there, as a file manager's window does."""
    transfer = await page.evaluate_handle(_TRANSFER, _sent(files))
    for event in ("dragenter", "dragover", "drop"):
        await target.dispatch_event(event, {"dataTransfer": transfer})


async def start_command(page: Page, name: str) -> Locator:
    """Type a slash and the command's name, take it, and return the form that opens."""
    await page.get_by_role("textbox", name="Message ").press_sequentially(f"/{name}")
    await page.get_by_role("option", name=f"/{name}").first.wait_for()
    await page.keyboard.press("Enter")
    form = page.get_by_role("form", name=f"/{name}")
    await form.wait_for()
    return form


async def paste(page: Page, files: Mapping[str, bytes]) -> None:
    """Paste files where the caret is."""
    transfer = await page.evaluate_handle(_TRANSFER, _sent(files))
    await page.evaluate(
        """(transfer) => document.activeElement.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }))""",
        transfer,
    )


async def stand_still(page: Page) -> None:
    """Wait until drawers and dialogs have arrived: what they cover is half seen through before."""
    # Some signs never stand still.
    await page.evaluate(
        """Promise.allSettled(document.getAnimations()
          .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
          .map((one) => one.finished))"""
    )


async def screenshot(page: Page, name: str) -> None:
    """Save what a test has come to, to be looked at: into `test-screenshots/`, or where `SCREENSHOTS` says."""
    folder = Path(os.environ.get("SCREENSHOTS", "test-screenshots"))
    await page.screenshot(path=folder / f"{name}.png")


def _sent(files: Mapping[str, bytes]) -> list[list[str]]:
    return [
        [name, mimetypes.guess_type(name)[0] or "", base64.b64encode(data).decode("ascii")]
        for name, data in files.items()
    ]


async def run_command(page: Page, name: str) -> None:
    """Run a command that needs no options."""
    form = await start_command(page, name)
    await form.get_by_role("button", name="Send").click()
    await form.wait_for(state="hidden")


async def message_menu(page: Page, message: Locator) -> Locator:
    """Open a message's menu by a right click."""
    # On its words: over a picture the browser's own menu opens.
    await message.get_by_role("paragraph").first.click(button="right")
    menu = page.get_by_role("menu", name="Message")
    await menu.wait_for()
    return menu


async def fill_in(form: Locator, **options: str) -> None:
    """Fill options of a command in, adding those that are optional; what has choices is chosen."""
    for name, value in options.items():
        add = form.get_by_role("button", name=f"Add {name}", exact=True)
        if await add.count():
            await add.click()
        field = re.compile(rf"^{re.escape(name)}\b")
        await form.get_by_role("textbox", name=field).or_(form.get_by_role("combobox", name=field)).fill(value)


async def be(page: Page, name: str) -> None:
    """Become another person."""
    radio = page.get_by_role("group", name="You act as").get_by_role("radio", name=name)
    await radio.focus()
    await page.keyboard.press("Space")
    await expect(radio).to_be_checked()
