"""Sizes: how they are read, what each version draws, and the recommended ones."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.request import RequestDraft, check_request
from bot.domain.sizes import SIZE_RULES, ExactSize, Size, Tier, Version, parse_size, recommended_sizes
from bot.errors import RequestRefused

# The rules once more, from the API's documents, independent of the code's own table.
LIMITS = {"4.0": (921_600, 16_777_216), "4.5": (3_686_400, 16_777_216), "5.0-lite": (3_686_400, 10_404_496)}
TIERS = {"4.0": {"2K", "4K"}, "4.5": {"2K", "4K"}, "5.0-lite": {"2K", "3K"}}

sides = st.one_of(st.integers(0, 99_999), st.sampled_from([720, 1280, 1440, 2560, 3072, 3387, 4096, 16_384]))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2K", Tier.K2),
        (" 3k ", Tier.K3),
        ("4K", Tier.K4),
        ("2560x1440", ExactSize(2560, 1440)),
        (" 2560 X 1440\n", ExactSize(2560, 1440)),
        ("2560×1440", ExactSize(2560, 1440)),
        ("2560*1440", ExactSize(2560, 1440)),
        ("3K · 16:9 · 4096x2304", ExactSize(4096, 2304)),
        ("1280x720 · not drawn by 4.5", ExactSize(1280, 720)),
        ("4K · the prompt decides the shape", Tier.K4),
        ("", None),
        ("1K", None),
        ("2", None),
        ("2 K", None),
        ("big", None),
        ("2560", None),
        ("2560x", None),
        ("x1440", None),
        ("-2560x1440", None),
        ("2560.5x1440", None),
        ("2560x1440.5", None),
        ("1x2x3", None),
        ("123456x5", None),
        ("5x123456", None),
        ("2560x1440 please", None),
        ("16:9", None),
    ],
)
def test_how_sizes_are_read(text: str, size: Size | None) -> None:
    assert parse_size(text) == size


@given(sides, sides, st.sampled_from(["x", "X", " x ", "×", "*"]))
def test_exact_sizes_survive_being_written_and_read(width: int, height: int, times: str) -> None:
    size = ExactSize(width, height)
    assert parse_size(str(size)) == size
    assert parse_size(f"{width}{times}{height}") == size


@given(st.text(max_size=40))
def test_reading_never_fails_and_is_stable(text: str) -> None:
    size = parse_size(text)
    if size is not None:
        assert parse_size(str(size)) == size


@example("5.0-lite", 2560, 1440)
@example("5.0-lite", 2560, 1439)
@example("5.0-lite", 3387, 3072)
@example("4.5", 4096, 4096)
@example("4.5", 4097, 4096)
@example("4.0", 1280, 720)
@example("4.0", 16_384, 1024)
@example("4.0", 16_385, 1024)
@given(st.sampled_from(sorted(LIMITS)), sides, sides)
def test_an_exact_size_is_accepted_iff_shape_and_pixels_are_within_the_versions_limits(
    version: str, width: int, height: int
) -> None:
    least, most = LIMITS[version]
    shaped = width <= 16 * height and height <= 16 * width
    fine = shaped and least <= width * height <= most
    try:
        accepted = check_request(RequestDraft("f", version, f"{width}x{height}")).size == ExactSize(width, height)
    except RequestRefused:
        accepted = False
    assert accepted is fine
    assert SIZE_RULES[Version(version)].draws(ExactSize(width, height)) is fine


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("tier", Tier)
def test_a_tier_is_accepted_iff_the_version_offers_it(version: Version, tier: Tier) -> None:
    try:
        accepted = check_request(RequestDraft("f", version.value, tier.value)).size is tier
    except RequestRefused:
        accepted = False
    assert accepted is (tier.value in TIERS[version.value])


@pytest.mark.parametrize("version", Version)
def test_recommended_sizes_keep_their_own_versions_limits(version: Version) -> None:
    sizes = recommended_sizes(version)
    for named in sizes:
        least, most = LIMITS[version.value]
        assert least <= named.size.pixels <= most, named
        assert named.tier in SIZE_RULES[version].tiers
        across, up = map(int, named.ratio.split(":"))
        assert named.size.width / named.size.height == pytest.approx(across / up, rel=0.02)
    assert len({str(named.size) for named in sizes}) == len(sizes)
    assert {named.ratio for named in sizes} == {"1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9"}


@pytest.mark.parametrize("version", Version)
def test_the_examples_given_to_people_are_drawn(version: Version) -> None:
    rules = SIZE_RULES[version]
    assert (rules.min_pixels, rules.max_pixels) == LIMITS[version.value]
    assert rules.draws(rules.smallest_example)
    assert rules.draws(rules.largest_example)


def test_the_default_comes_first() -> None:
    assert next(iter(Version)) is Version.V5_0_LITE
