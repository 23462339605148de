"""The page's store by itself: whoever watches hears of what is new."""

import pytest
from playwright.async_api import Browser

from tests.browser.workbench import workbench

pytestmark = pytest.mark.asyncio(loop_scope="module")

WATCH = """async () => {
  const { Store } = await import("/static/js/core/store.js");
  const store = new Store();
  const heard = [], errors = [];
  window.reportError = (error) => errors.push(error.message);
  store.watch(["bot"], () => { throw new Error("a mistake"); });
  store.watch(["bot"], (keys) => heard.push(...keys));
  const apply = async (value) => {
    store.apply({ set: { bot: value } });
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  await apply(1);
  await apply(2);
  return { heard, errors };
}"""


async def test_a_mistake_in_one_part_keeps_nothing_from_the_others(browser: Browser) -> None:
    async with workbench(browser) as page:
        told = await page.evaluate(WATCH)
        assert told["heard"] == ["bot", "bot"]
        assert told["errors"] == ["a mistake"] * 2
