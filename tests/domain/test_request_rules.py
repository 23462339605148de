"""Each rule of a request, its error and its data; several broken rules at once; the 15 rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.request import GenerationRequest, RequestDraft, check_request
from bot.domain.sizes import ExactSize, Tier, Version
from bot.errors import (
    AspectRatioOutOfRange,
    BotError,
    ImageCountOutOfRange,
    PromptMissing,
    PromptTooLong,
    RequestRefused,
    SizeNotUnderstood,
    TierNotOffered,
    TooFewPixels,
    TooManyImagesTogether,
    TooManyPixels,
    TooManyReferences,
    UnknownVersion,
)

VERSIONS = ("5.0-lite", "4.5", "4.0")


def _problems(draft: RequestDraft) -> list[BotError]:
    with pytest.raises(RequestRefused) as refused:
        check_request(draft)
    return list(refused.value.problems)


@pytest.mark.parametrize(
    ("draft", "request_"),
    [
        (RequestDraft("a fox"), GenerationRequest("a fox", Version.V5_0_LITE, Tier.K2, 1, 0)),
        (RequestDraft("  a fox\n"), GenerationRequest("a fox")),
        (RequestDraft("x" * 2000), GenerationRequest("x" * 2000)),
        (RequestDraft(" " * 50 + "x" * 2000 + " " * 50), GenerationRequest("x" * 2000)),
        (RequestDraft("狐", version=" 4.5 ", size="4k"), GenerationRequest("狐", Version.V4_5, Tier.K4)),
        (RequestDraft("f", version="5.0-LITE", size="3K"), GenerationRequest("f", Version.V5_0_LITE, Tier.K3)),
        (RequestDraft("f", size="2560x1440"), GenerationRequest("f", size=ExactSize(2560, 1440))),
        (
            RequestDraft("f", version="4.0", size="1280x720"),
            GenerationRequest("f", Version.V4_0, ExactSize(1280, 720)),
        ),
        (RequestDraft("f", max_images=15), GenerationRequest("f", max_images=15)),
        (RequestDraft("f", max_images=None), GenerationRequest("f", max_images=None)),
        (RequestDraft("f", max_images=1, reference_count=14), GenerationRequest("f", reference_count=14)),
        (
            RequestDraft("f", max_images=None, reference_count=14),
            GenerationRequest("f", max_images=None, reference_count=14),
        ),
        (RequestDraft("f", max_images=12, reference_count=3), GenerationRequest("f", max_images=12, reference_count=3)),
    ],
)
def test_a_sound_draft_becomes_a_request(draft: RequestDraft, request_: GenerationRequest) -> None:
    assert check_request(draft) == request_


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (RequestDraft(""), PromptMissing()),
        (RequestDraft(" \n\t\u3000"), PromptMissing()),
        (RequestDraft("x" * 2001), PromptTooLong(length=2001, limit=2000)),
        (RequestDraft("f", version="6"), UnknownVersion(text="6", offered=VERSIONS)),
        (RequestDraft("f", version=""), UnknownVersion(text="", offered=VERSIONS)),
        (RequestDraft("f", size="huge"), SizeNotUnderstood(text="huge", tiers=("2K", "3K"))),
        (RequestDraft("f", size=""), SizeNotUnderstood(text="", tiers=("2K", "3K"))),
        (RequestDraft("f", version="4.0", size="5K"), SizeNotUnderstood(text="5K", tiers=("2K", "4K"))),
        (RequestDraft("f", size="4K"), TierNotOffered(tier="4K", version="5.0-lite", offered=("2K", "3K"))),
        (RequestDraft("f", version="4.5", size="3K"), TierNotOffered(tier="3K", version="4.5", offered=("2K", "4K"))),
        (RequestDraft("f", version="4.0", size="3k"), TierNotOffered(tier="3K", version="4.0", offered=("2K", "4K"))),
        (
            RequestDraft("f", version="4.5", size="16001x1000"),
            AspectRatioOutOfRange(width=16001, height=1000, limit=16),
        ),
        (
            RequestDraft("f", version="4.5", size="1000x16001"),
            AspectRatioOutOfRange(width=1000, height=16001, limit=16),
        ),
        (
            RequestDraft("f", size="2560x1439"),
            TooFewPixels(width=2560, height=1439, version="5.0-lite", minimum=3_686_400, example="2560x1440"),
        ),
        (
            RequestDraft("f", version="4.5", size="1280x720"),
            TooFewPixels(width=1280, height=720, version="4.5", minimum=3_686_400, example="2560x1440"),
        ),
        (
            RequestDraft("f", version="4.0", size="1279x720"),
            TooFewPixels(width=1279, height=720, version="4.0", minimum=921_600, example="1280x720"),
        ),
        (
            RequestDraft("f", size="4096x4096"),
            TooManyPixels(width=4096, height=4096, version="5.0-lite", maximum=10_404_496, example="3072x3072"),
        ),
        (
            RequestDraft("f", version="4.0", size="4096x4097"),
            TooManyPixels(width=4096, height=4097, version="4.0", maximum=16_777_216, example="4096x4096"),
        ),
        (RequestDraft("f", max_images=0), ImageCountOutOfRange(count=0, limit=15)),
        (RequestDraft("f", max_images=-3), ImageCountOutOfRange(count=-3, limit=15)),
        (RequestDraft("f", max_images=16), ImageCountOutOfRange(count=16, limit=15)),
        (RequestDraft("f", reference_count=15), TooManyReferences(count=15, limit=14)),
        (RequestDraft("f", max_images=None, reference_count=15), TooManyReferences(count=15, limit=14)),
        (
            RequestDraft("f", max_images=2, reference_count=14),
            TooManyImagesTogether(references=14, images=2, limit=15),
        ),
        (
            RequestDraft("f", max_images=15, reference_count=1),
            TooManyImagesTogether(references=1, images=15, limit=15),
        ),
    ],
)
def test_each_rule_has_its_error_and_its_data(draft: RequestDraft, error: BotError) -> None:
    assert [problem.to_record() for problem in _problems(draft)] == [error.to_record()]


@pytest.mark.parametrize(
    ("draft", "kinds"),
    [
        (
            RequestDraft("", version="9", size="big", max_images=99, reference_count=15),
            [PromptMissing, UnknownVersion, SizeNotUnderstood, ImageCountOutOfRange, TooManyReferences],
        ),
        (
            RequestDraft("x" * 3000, size="10x1", max_images=10, reference_count=10),
            [PromptTooLong, TooFewPixels, TooManyImagesTogether],
        ),
        (RequestDraft("f", size="1x17"), [AspectRatioOutOfRange, TooFewPixels]),
        (RequestDraft("f", size="99999x1000"), [AspectRatioOutOfRange, TooManyPixels]),
        (RequestDraft("f", size="0x0"), [TooFewPixels]),
        # Which tiers and pixels there are depends on the version; without one, only the shape can be judged.
        (RequestDraft("f", version="9", size="4K"), [UnknownVersion]),
        (RequestDraft("f", version="9", size="100x1"), [UnknownVersion, AspectRatioOutOfRange]),
        (RequestDraft("f", version="9", size="100x100"), [UnknownVersion]),
    ],
)
def test_several_broken_rules_are_told_at_once_in_the_order_of_the_options(
    draft: RequestDraft, kinds: list[type[BotError]]
) -> None:
    assert [type(problem) for problem in _problems(draft)] == kinds


@given(st.one_of(st.none(), st.integers(-2, 20)), st.integers(0, 20))
def test_the_fifteen_rule(images: int | None, references: int) -> None:
    draft = RequestDraft("f", max_images=images, reference_count=references)
    counts = images is None or 1 <= images <= 15
    together = images is None or images + references <= 15
    if counts and references <= 14 and together:
        request = check_request(draft)
        assert (request.max_images, request.reference_count) == (images, references)
        assert 1 <= request.most_images <= 15
        assert request.most_images + references <= 15
    else:
        assert _problems(draft)


@pytest.mark.parametrize(("references", "most"), [(0, 15), (1, 14), (14, 1)])
def test_auto_is_reckoned_with_the_most_it_may_bring(references: int, most: int) -> None:
    assert check_request(RequestDraft("f", max_images=None, reference_count=references)).most_images == most


@given(st.text(max_size=30), st.text(max_size=12), st.text(max_size=20), st.integers(), st.integers(0, 100))
def test_whatever_comes_is_a_request_or_refused_with_reasons(
    prompt: str, version: str, size: str, images: int, references: int
) -> None:
    draft = RequestDraft(prompt, version, size, images, references)
    try:
        check_request(draft)
    except RequestRefused:
        assert _problems(draft)
