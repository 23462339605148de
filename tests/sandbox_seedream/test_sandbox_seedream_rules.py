from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.clock import ManualClock
from sandbox.seedream import SeedreamSandbox, TaskPlan
from sandbox.seedream.rules import read_order
from sandbox.seedream.sizes import TIERS, picture_size, size_problem

LINK = "https://example.com/a.png"


@pytest.fixture
async def sandbox() -> AsyncIterator[SeedreamSandbox]:
    async with SeedreamSandbox(clock=ManualClock(), plan=TaskPlan(drawn_size=(64, 64))) as sandbox:
        yield sandbox


@pytest.fixture
async def api(sandbox: SeedreamSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {sandbox.api_token}"}) as session:
        yield session


async def generate(api: aiohttp.ClientSession, sandbox: SeedreamSandbox, body: object) -> tuple[int, dict[str, Any]]:
    async with api.post(f"{sandbox.api_base_url}/generate/vol/seedream", json=body) as response:
        return response.status, await response.json()


ACCEPTED: dict[str, dict[str, Any]] = {
    "only a prompt": {"prompt": "a"},
    "longest prompt": {"prompt": "ü" * 2000},
    "astral characters count once": {"prompt": "\U0001f98a" * 2000},
    "no references": {"prompt": "a", "images": []},
    "fourteen references": {"prompt": "a", "images": [LINK] * 14},
    "fourteen references and one image": {"prompt": "a", "images": [LINK] * 14, "max_images": 1},
    "fifteen images": {"prompt": "a", "max_images": 15},
    "five and ten": {"prompt": "a", "images": [LINK] * 5, "max_images": 10},
    "3K for 5.0-lite, the default": {"prompt": "a", "size": "3K"},
    "4K for 4.5": {"prompt": "a", "size": "4K", "version": "4.5"},
    "4K for 4.0": {"prompt": "a", "size": "4K", "version": "4.0"},
    "smallest of 4.0": {"prompt": "a", "size": "1280x720", "version": "4.0"},
    "smallest of 4.5": {"prompt": "a", "size": "2560x1440", "version": "4.5"},
    "largest of 4.0": {"prompt": "a", "size": "4096x4096", "version": "4.0"},
    "3072x3072x1.1025": {"prompt": "a", "size": "4616x2254"},
    "ratio of sixteen": {"prompt": "a", "size": "7680x480", "version": "4.5"},
    "ratio of a sixteenth": {"prompt": "a", "size": "480x7680", "version": "4.5"},
    "plain http": {"prompt": "a", "images": ["http://127.0.0.1:9/x.png"]},
}
REFUSED: dict[str, tuple[object, str]] = {
    "no prompt": ({}, "prompt"),
    "empty prompt": ({"prompt": ""}, "prompt"),
    "null prompt": ({"prompt": None}, "prompt"),
    "number as prompt": ({"prompt": 3}, "prompt"),
    "prompt too long": ({"prompt": "a" * 2001}, "2000"),
    "images no array": ({"prompt": "a", "images": LINK}, "array"),
    "null images": ({"prompt": "a", "images": None}, "array"),
    "fifteen references": ({"prompt": "a", "images": [LINK] * 15}, "at most 14"),
    "number as URL": ({"prompt": "a", "images": [LINK, 3]}, "images[1]"),
    "data URL": ({"prompt": "a", "images": ["data:image/png;base64,AA=="]}, "images[0]"),
    "file URL": ({"prompt": "a", "images": ["file:///etc/passwd"]}, "images[0]"),
    "URL without host": ({"prompt": "a", "images": ["https:///x.png"]}, "images[0]"),
    "broken URL": ({"prompt": "a", "images": ["https://[::1/x.png"]}, "images[0]"),
    "zero images": ({"prompt": "a", "max_images": 0}, "max_images"),
    "sixteen images": ({"prompt": "a", "max_images": 16}, "max_images"),
    "text as max_images": ({"prompt": "a", "max_images": "2"}, "max_images"),
    "true as max_images": ({"prompt": "a", "max_images": True}, "max_images"),
    "fraction as max_images": ({"prompt": "a", "max_images": 1.0}, "max_images"),
    "null max_images": ({"prompt": "a", "max_images": None}, "max_images"),
    "the 15 rule": ({"prompt": "a", "images": [LINK] * 14, "max_images": 2}, "together"),
    "unknown version": ({"prompt": "a", "version": "5.0"}, "version"),
    "null version": ({"prompt": "a", "version": None}, "version"),
    "list as version": ({"prompt": "a", "version": ["4.0"]}, "version"),
    "4K for 5.0-lite": ({"prompt": "a", "size": "4K"}, "2K or 3K"),
    "3K for 4.5": ({"prompt": "a", "size": "3K", "version": "4.5"}, "2K or 4K"),
    "3K for 4.0": ({"prompt": "a", "size": "3K", "version": "4.0"}, "2K or 4K"),
    "1K": ({"prompt": "a", "size": "1K", "version": "4.0"}, "2K or 4K"),
    "tier in small letters": ({"prompt": "a", "size": "2k"}, "2K or 3K"),
    "null size": ({"prompt": "a", "size": None}, "size"),
    "size with spaces": ({"prompt": "a", "size": "2560 x 1440"}, "WIDTHxHEIGHT"),
    "size with a sign": ({"prompt": "a", "size": "+2560x1440"}, "WIDTHxHEIGHT"),
    "size with other digits": ({"prompt": "a", "size": "٢٥٦٠x1440"}, "WIDTHxHEIGHT"),
    "one pixel row too few for 4.0": ({"prompt": "a", "size": "1280x719", "version": "4.0"}, "pixels"),
    "too small for 5.0-lite": ({"prompt": "a", "size": "2560x1439"}, "pixels"),
    "too large for 5.0-lite": ({"prompt": "a", "size": "4617x2254"}, "pixels"),
    "too large for 4.5": ({"prompt": "a", "size": "4097x4096", "version": "4.5"}, "pixels"),
    "too flat": ({"prompt": "a", "size": "7696x480", "version": "4.5"}, "width / height"),
    "too steep": ({"prompt": "a", "size": "480x7696", "version": "4.5"}, "width / height"),
    "unknown field": ({"prompt": "a", "seed": 7}, "'seed'"),
    "no object": (["a"], "JSON object"),
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
async def test_accepts_what_the_documents_allow(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, body: dict[str, Any]
) -> None:
    status, answer = await generate(api, sandbox, body)

    assert (status, list(answer)) == (200, ["task_id"])
    assert [(entry.task_id, entry.payload) for entry in sandbox.ledger] == [(answer["task_id"], body)]
    assert sandbox.ledger[0].references == body.get("images", [])


@pytest.mark.parametrize(("body", "named"), REFUSED.values(), ids=REFUSED)
async def test_refuses_each_broken_rule_and_takes_no_money(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, body: object, named: str
) -> None:
    status, answer = await generate(api, sandbox, body)

    assert status == 400
    assert named in answer["message"]
    assert answer["message"] == answer["error_msg"]
    assert answer["error_code"] in {"InvalidParameter", "MissingParameter"}
    assert (sandbox.ledger, sandbox.tasks) == ([], {})


async def test_names_every_broken_rule_at_once(api: aiohttp.ClientSession, sandbox: SeedreamSandbox) -> None:
    _, answer = await generate(api, sandbox, {"prompt": "", "size": "9K", "max_images": 99, "style": "x"})

    assert answer["message"].count(";") == 3


@pytest.mark.parametrize(
    ("data", "content_type"), [(b"{", "application/json"), (b"\xff", "application/json"), (b"{}", "text/plain")]
)
async def test_refuses_what_is_not_json(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, data: bytes, content_type: str
) -> None:
    url = f"{sandbox.api_base_url}/generate/vol/seedream"
    async with api.post(url, data=data, headers={"Content-Type": content_type}) as response:
        assert response.status == 400
        assert set(await response.json()) == {"message", "error_code", "error_msg"}


LEAST = {"4.0": 921_600, "4.5": 3_686_400, "5.0-lite": 3_686_400}
MOST = {"4.0": 16_777_216, "4.5": 16_777_216, "5.0-lite": 10_404_496}


@given(
    width=st.integers(1, 20_000) | st.integers(1000, 4200),
    height=st.integers(1, 20_000) | st.integers(1000, 4200),
    version=st.sampled_from(list(LEAST)),
)
def test_judges_exact_sizes_by_pixels_and_ratio(width: int, height: int, version: str) -> None:
    right = Fraction(1, 16) <= Fraction(width, height) <= 16 and LEAST[version] <= width * height <= MOST[version]

    assert (size_problem(version, f"{width}x{height}") is None) == right
    if right:
        assert picture_size(version, f"{width}x{height}", "16:9") == (width, height)


@given(references=st.integers(0, 16), images=st.integers(-1, 17))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
async def test_holds_the_rule_of_fifteen_over_the_socket(
    api: aiohttp.ClientSession, sandbox: SeedreamSandbox, references: int, images: int
) -> None:
    before = len(sandbox.ledger)
    body = {"prompt": "a", "images": [LINK] * references, "max_images": images}

    status, _ = await generate(api, sandbox, body)

    right = references <= 14 and 1 <= images <= 15 and references + images <= 15
    assert (status, len(sandbox.ledger) - before) == ((200, 1) if right else (400, 0))


@pytest.mark.parametrize("version", TIERS)
def test_every_size_of_the_tier_tables_keeps_the_rules_of_exact_sizes(version: str) -> None:
    for table in TIERS[version].values():
        for ratio, (width, height) in table.items():
            across, down = map(int, ratio.split(":"))
            assert size_problem(version, f"{width}x{height}") is None
            assert width / height == pytest.approx(across / down, rel=0.03)


@pytest.mark.parametrize(
    ("version", "size", "prompt", "expected"),
    [
        ("5.0-lite", "2K", "a cat", (2048, 2048)),
        ("5.0-lite", "3K", "a cat, 16:9", (4096, 2304)),
        ("5.0-lite", "3K", "9:16 poster", (2304, 4096)),
        ("5.0-lite", "2K", "21:9", (3136, 1344)),
        ("4.0", "2K", "21:9", (3024, 1296)),
        ("4.0", "2K", "in 16:9", (2560, 1440)),
        ("4.5", "2K", "in 16:9", (2848, 1600)),
        ("4.5", "4K", "an ultrawide panorama", (6240, 2656)),
        ("4.5", "4K", "A Portrait of a fox", (3520, 4704)),
        ("4.0", "4K", "landscape", (4704, 3520)),
        ("4.0", "4K", "square or portrait", (4096, 4096)),
        ("4.0", "4K", "portrait or square", (3520, 4704)),
        ("4.0", "4K", "landscaped gardens", (4096, 4096)),
        ("4.0", "4K", "at 12:30, as 3:2", (4992, 3328)),
        ("4.0", "4K", "116:9", (4096, 4096)),
        ("4.0", "4K", "2:3 or 3:2", (3328, 4992)),
        ("4.0", "1600x900", "9:16", (1600, 900)),
    ],
)
def test_picks_a_tiers_size_by_the_ratio_the_prompt_names(
    version: str, size: str, prompt: str, expected: tuple[int, int]
) -> None:
    assert picture_size(version, size, prompt) == expected


def test_keeps_the_body_as_it_came() -> None:
    order = read_order({"prompt": "a"})

    assert order.payload == {"prompt": "a"}
    assert (order.size, order.version, order.max_images, order.room) == ("2K", "5.0-lite", None, 15)
