"""Discord's markdown as the page shows it; whatever a person writes, it stays text."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.workbench import workbench

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = {"users": {"1": "Mara"}, "roles": {"2": "Moderators"}, "channels": {"3": "pictures"}, "me": "1"}
LINK = 'target="_blank" rel="noopener noreferrer nofollow"'
AT_EXAMPLE = f'{LINK} title="example.org"'
SHOWN = [
    ("plain & <b>simple</b>", "<p>plain &amp; &lt;b&gt;simple&lt;/b&gt;</p>"),
    ("two\nlines", "<p>two\nlines</p>"),
    ("**bold** *it* _it_", "<p><strong>bold</strong> <em>it</em> <em>it</em></p>"),
    ("__under__ ~~gone~~", "<p><u>under</u> <s>gone</s></p>"),
    ("***both***", "<p><strong><em>both</em></strong></p>"),
    ("___both___", "<p><u><em>both</em></u></p>"),
    ("**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"),
    ("*a **b***", "<p><em>a <strong>b</strong></em></p>"),
    ("**a *b** c*", "<p><strong>a *b</strong> c*</p>"),
    ("*a *b*", "<p>*a <em>b</em></p>"),
    ("snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"),
    ("__init__ at once", "<p><u>init</u> at once</p>"),
    ("**** and ~~~~", "<p>**** and ~~~~</p>"),
    (r"\*not\* \_this\_ \\ \a", r"<p>*not* _this_ \ \a</p>"),
    ("`**code**` ``a ` b``", "<p><code>**code**</code> <code>a ` b</code></p>"),
    ("`open", "<p>`open</p>"),
    ("# One\ntwo", '<p class="md-heading level-1" role="heading" aria-level="3">One</p><p>two</p>'),
    ("## Two", '<p class="md-heading level-2" role="heading" aria-level="3">Two</p>'),
    ("### Three", '<p class="md-heading level-3" role="heading" aria-level="3">Three</p>'),
    ("#### Four", "<p>#### Four</p>"),
    ("#no heading\n-# small", '<p>#no heading</p><p class="md-small">small</p>'),
    ("> a\n> **b**\nc", "<blockquote><p>a\n<strong>b</strong></p></blockquote><p>c</p>"),
    (">>> a\nb", "<blockquote><p>a\nb</p></blockquote>"),
    (">a", "<p>&gt;a</p>"),
    ("- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
    ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
    ("x\n```a = 1\n# b\n```y", '<p>x</p><pre tabindex="0"><code>a = 1\n# b</code></pre><p>y</p>'),
    ("```py\n**x**```", '<pre tabindex="0" aria-label="py" role="group"><code>**x**</code></pre>'),
    ("```open", "<p>```open</p>"),
    ("[**a**](https://example.org)", f'<p><a href="https://example.org" {AT_EXAMPLE}><strong>a</strong></a></p>'),
    ("https://example.org.", f'<p><a href="https://example.org" {AT_EXAMPLE}>https://example.org</a>.</p>'),
    (
        "(https://example.org/(a))",
        f'<p>(<a href="https://example.org/(a)" {AT_EXAMPLE}>https://example.org/(a)</a>)</p>',
    ),
    (
        "**https://example.org**",
        f'<p><strong><a href="https://example.org" {AT_EXAMPLE}>https://example.org</a></strong></p>',
    ),
    ("<https://example.org>", f'<p><a href="https://example.org" {AT_EXAMPLE}>https://example.org</a></p>'),
    ("[a](</results/1.png>)", f'<p><a href="/results/1.png" {LINK}>a</a></p>'),
    ("<@1>", '<p><span class="mention me">@Mara</span></p>'),
    ("<@!9>", '<p><span class="mention">@unknown person</span></p>'),
    ("<@&2> @everyone", '<p><span class="mention">@Moderators</span> <span class="mention">@everyone</span></p>'),
    ("<#3>", '<p><a class="mention" href="#/channels/3">#pictures</a></p>'),
    ("<#4>", '<p><span class="mention">#unknown channel</span></p>'),
    ("</seedream:5>", '<p><span class="mention">/seedream</span></p>'),
    ("<:smile:123> :smile:", '<p><span class="md-emoji">:smile:</span> :smile:</p>'),
    ("<t:99999999999999999> <t:x>", "<p>&lt;t:99999999999999999&gt; &lt;t:x&gt;</p>"),
]

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](<javascript:alert(1)>)",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    '[a](https://example.org" onmouseover="alert(1))',
    "[a](//example.org/x)",
    "[a](/cdn)",
    "<javascript:alert(1)>",
    '<a:"><script>:1>',
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "||<img src=x onerror=alert(1)>||",
    '<t:1:R" onclick="alert(1)>',
    '</x" onclick="alert(1):1>',
    '```"onclick=alert(1)\ncode\n```',
]

LONG = [
    "*" * 10_000,
    "_" * 10_000,
    "* a" * 10_000,
    "*a **b __c ~~d ||e " * 5_000,
    "*a" * 10_000,
    "[" * 50_000,
    "[a](" * 20_000,
    "[a](https://example.org/" * 5_000,
    "](https://" * 10_000,
    "[" * 20_000 + "a" + "](https://example.org)" * 20_000,
    "".join("`" * (n % 50 + 1) + "a" for n in range(20_000)),
    "```a" * 20_000,
    "\\```" * 20_000,
    "> " * 20_000,
    "> > > >\n" * 20_000,
    "\n".join(" " * (n % 40) + "- a" for n in range(20_000)),
    "- " * 20_000,
    "https://" * 20_000,
    "https://example.org/" + ")" * 100_000,
    "<@" * 50_000,
    "||" * 50_001,
    "\\" * 100_000,
    "\n" * 100_000,
]

# Which elements and attributes there are, how deep they stand, and what links lead to.
SURVEY = """(root) => {
  const names = new Set(), attributes = new Set(), links = new Set();
  let deepest = 0;
  const stack = [[root, 0]];
  while (stack.length) {
    const [element, depth] = stack.pop();
    deepest = Math.max(deepest, depth);
    names.add(element.localName);
    for (const { name } of element.attributes) attributes.add(name);
    // A link without `rel` leads to a channel of this page.
    if (element.rel) links.add(new URL(element.href).protocol);
    else if (element.hasAttribute("href")) links.add(element.hash.slice(0, 2));
    for (const child of element.children) stack.push([child, depth + 1]);
  }
  return { names: [...names], attributes: [...attributes], links: [...links], deepest };
}"""
ELEMENTS = {"div", "p", "strong", "em", "u", "s", "span", "code", "pre", "blockquote", "ul", "ol", "li", "a", "time"}
ATTRIBUTES = {"class", "href", "target", "rel", "title", "role", "tabindex", "start", "datetime", "data-relative"} | {
    "aria-level",
    "aria-label",
    "aria-hidden",
}
LINKS = {"https:", "http:", "#/"}
DEEPEST = 40


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """One page for all: a text is shown in place of the one before."""
    async with workbench(browser) as found:
        yield found


async def shown(page: Page, text: str) -> None:
    """Show a text, and nothing else."""
    await page.evaluate(
        """async ([text, names]) => {
          const { markdown } = await import("/static/js/markdown/markdown.js");
          document.body.replaceChildren(markdown(text, names));
        }""",
        [text, NAMES],
    )


@pytest.mark.parametrize(("text", "html"), SHOWN)
async def test_becomes_elements(page: Page, text: str, html: str) -> None:
    await shown(page, text)
    assert await page.locator(".markdown").evaluate("(element) => element.innerHTML") == html


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_stays_text(page: Page, text: str) -> None:
    await shown(page, text)
    await _expect_harmless(page)
    seen = await page.locator(".markdown").inner_text()
    assert ("alert(1)" in seen) == ("alert(1)" in text)
    assert await page.get_by_role("link").count() == text.count("https://")


@pytest.mark.parametrize("text", LONG, ids=lambda text: repr(text[:24]))
async def test_long_hostile_text_nests_flat(page: Page, text: str) -> None:
    """What takes quadratic time, or an element within an element for each sign, would not end within the suite."""
    survey = await page.evaluate(
        f"""async ([text, names]) => {{
          const {{ markdown, plainText }} = await import("/static/js/markdown/markdown.js");
          plainText(text, names);
          return ({SURVEY})(markdown(text, names));
        }}""",
        [text, NAMES],
    )
    _check(survey)


async def test_any_mixture_of_signs_is_harmless(page: Page) -> None:
    surveys = await page.evaluate(
        f"""async (names) => {{
          const {{ markdown, plainText }} = await import("/static/js/markdown/markdown.js");
          const pieces = ["*", "**", "_", "__", "~~", "||", "`", "```", "[", "](", "](https://a.example)", ")", "<@1>",
            "<", ">", "> ", ">>> ", "- ", "  - ", "1. ", "# ", "-# ", "\\\\", "\\n", " ", "a", "https://b.example/",
            "<t:0:R>", "javascript:", "<script>", "\\u0000", "\\u{{1F600}}", "\\uD83D",
            "@everyone", "<#3>", "<:x_y:1>"];
          let seed = 7;
          const next = (most) => (seed = (seed * 48271) % 2147483647) % most;
          const survey = {SURVEY};
          return Array.from({{ length: 1000 }}, () => {{
            const text = Array.from({{ length: next(40) }}, () => pieces[next(pieces.length)]).join("");
            plainText(text, names);
            return survey(markdown(text, names));
          }});
        }}""",
        NAMES,
    )
    for survey in surveys:
        _check(survey)


async def _expect_harmless(page: Page) -> None:
    _check(await page.locator(".markdown").evaluate(SURVEY))


def _check(survey: dict[str, list[str] | int]) -> None:
    names, attributes, links, deepest = (survey[key] for key in ("names", "attributes", "links", "deepest"))
    assert isinstance(names, list)
    assert isinstance(attributes, list)
    assert isinstance(links, list)
    assert isinstance(deepest, int)
    assert set(names) <= ELEMENTS
    assert set(attributes) <= ATTRIBUTES
    assert set(links) <= LINKS
    assert deepest <= DEEPEST


@pytest.mark.parametrize("how", ["click", "Enter", "Space"])
async def test_spoilers_are_revealed(page: Page, how: str) -> None:
    await shown(page, "||the [end](https://example.org)|| of it")
    spoiler = page.get_by_role("button", name="Spoiler")
    await expect(page.get_by_role("link")).to_have_count(0)
    if how == "click":
        await spoiler.click()
    else:
        await page.keyboard.press("Tab")
        await page.keyboard.press(how)
    await expect(spoiler).to_have_count(0)
    await expect(page.get_by_role("link", name="end")).to_be_visible()
    assert await page.evaluate("document.activeElement.textContent") == "the end"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# A\n> **b** `c`\n- d\n  - e", "A b c d e"),
        ("the ||murderer|| did it", "the ▒▒▒ did it"),
        ("<@1> in <#3>, [see](https://example.org)", "@Mara in #pictures, see"),
        ("```js\nx\n```", "x"),
    ],
)
async def test_plain_words_for_previews(page: Page, text: str, plain: str) -> None:
    found = await page.evaluate(
        '([text, names]) => import("/static/js/markdown/markdown.js").then(({ plainText }) => plainText(text, names))',
        [text, NAMES],
    )
    assert found == plain
