"""Pictures of messages: the grid, what is covered, and what is not loaded."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.workbench import ORIGIN, workbench

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOW = """async (attachments) => {
  const { attachmentsView } = await import("/static/js/messages/attachments.js");
  document.body.replaceChildren(attachmentsView(attachments));
}"""
LAYOUT = """async (components) => {
  const { layout } = await import("/static/js/messages/component_layout.js");
  document.body.replaceChildren(...layout({}, {}, components, {}, new Set()));
}"""
BOXES = """(cells) => cells.map((cell) => {
  const { x, y, width, height } = cell.getBoundingClientRect();
  return [x, y, width, height];
})"""
DOT = "/static/icon.svg"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """One page for all: pictures are shown in place of those before."""
    async with workbench(browser) as found:
        yield found


def picture(filename: str = "boat.png", **more: object) -> dict[str, object]:
    """Return Discord's attachment object of a picture."""
    about = {"filename": filename, "url": DOT, "content_type": "image/png", "width": 1600, "height": 1200, "size": 2048}
    return about | more


@pytest.mark.parametrize("number", range(2, 11))
async def test_grids_have_no_holes(page: Page, number: int) -> None:
    await page.evaluate(SHOW, [picture(f"{n}.png") for n in range(number)])
    boxes = await page.locator(".gallery-cell").evaluate_all(BOXES)
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(x + width for x, _, width, _ in boxes), max(y + height for _, y, _, height in boxes)
    gap = 6
    covered = sum((width + gap) * (height + gap) for _, _, width, height in boxes)
    assert len(boxes) == number
    assert covered == pytest.approx((right - left + gap) * (bottom - top + gap), rel=0.03)


@pytest.mark.parametrize(
    ("width", "height", "shown"), [(1600, 1200, (460, 345)), (400, 4000, (38, 380)), (30, 20, (30, 20))]
)
async def test_a_single_picture_is_whole_and_its_room_reserved(
    page: Page, width: int, height: int, shown: tuple[int, int]
) -> None:
    # An address that answers with nothing: the room is there before any picture is.
    await page.evaluate(SHOW, [picture(width=width, height=height, description="A boat")])
    image = page.get_by_role("img", name="A boat")
    assert (await image.get_attribute("width"), await image.get_attribute("height")) == tuple(map(str, shown))
    assert await image.get_attribute("loading") == "lazy"


async def test_pictures_elsewhere_are_named_and_left_alone(page: Page) -> None:
    await page.evaluate(SHOW, [picture(url="https://example.org/a.png"), picture(url="javascript:alert(1)")])
    links = page.get_by_role("link")
    await expect(links).to_have_text(["Picture at example.org"])
    await expect(links).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(page.locator("img")).to_have_count(0)


@pytest.mark.parametrize("url", ["https://example.org/100%.png", "https://example.org/%E0%A4%A.png"])
async def test_addresses_may_hold_lone_percent_signs(page: Page, url: str) -> None:
    await page.evaluate(LAYOUT, [{"type": 12, "items": [{"media": {"url": url}}]}, {"type": 10, "content": "below"}])
    await expect(page.get_by_role("link")).to_have_text("Picture at example.org")
    await expect(page.get_by_text("below")).to_be_visible()


async def test_other_files_are_cards(page: Page) -> None:
    await page.evaluate(
        SHOW, [{"filename": "<b>.txt", "url": "/cdn/x", "content_type": "text/plain", "size": 5 * 1024}]
    )
    await expect(page.get_by_role("link", name="<b>.txt")).to_have_attribute("href", "/cdn/x")
    await expect(page.locator(".file-card")).to_contain_text("5 KB")


@pytest.mark.parametrize(("filename", "flags"), [("boat.png", 8), ("SPOILER_boat.png", 0)])
async def test_spoilers_are_covered(page: Page, filename: str, flags: int) -> None:
    await page.evaluate(SHOW, [picture(filename, description="The end", flags=flags)])
    covered = page.get_by_role("button", name="The end")
    # Neither the keyboard nor a screen reader gets to it.
    await expect(covered).to_have_attribute("inert", "")
    await page.get_by_role("button", name="Spoiler").click()
    await expect(covered).to_be_focused()
    await expect(page.get_by_role("button", name="Spoiler")).to_have_count(0)


async def test_the_enlarged_picture_tells_everything(page: Page) -> None:
    await page.evaluate(SHOW, [picture("one.png", description="A boat"), picture("two.png", size=3 * 1024 * 1024)])
    await page.get_by_role("button", name="A boat").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Picture 1 of 2")
    for fact in ("A boat", "one.png", "2 KB", "1600 × 1200 pixels"):
        await expect(dialog).to_contain_text(fact)
    await expect(dialog.get_by_role("link", name="Open original")).to_have_attribute("href", DOT)
    await page.keyboard.press("ArrowLeft")
    dialog = page.get_by_role("dialog", name="Picture 2 of 2")
    for fact in ("No alt text was given.", "two.png", "3 MB"):
        await expect(dialog).to_contain_text(fact)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="A boat")).to_be_focused()
    assert page.url.rstrip("/") == ORIGIN
