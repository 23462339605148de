"""The request for a generation and its rules.

Source of the rules: https://docs.sinancode.com/en/api-reference/endpoint/seedream.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.sizes import MAX_ASPECT_RATIO, SIZE_RULES, ExactSize, Size, Tier, Version, parse_size
from bot.errors import (
    AspectRatioOutOfRange,
    ImageCountOutOfRange,
    PromptMissing,
    PromptTooLong,
    RequestError,
    RequestRefused,
    SizeNotUnderstood,
    TierNotOffered,
    TooFewPixels,
    TooManyImagesTogether,
    TooManyPixels,
    TooManyReferences,
    UnknownVersion,
)

MAX_PROMPT_LENGTH = 2000
MAX_REFERENCES = 14
MAX_IMAGES = 15
MAX_REFERENCES_AND_IMAGES = 15
DEFAULT_SIZE = Tier.K2


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A request that keeps every rule; made by `check_request`.

    Attributes:
        max_images: 1-15, or None for Auto: the field is left out and the model decides, up to 15 in all.
        reference_count: how many reference images go with it, 0-14.
    """

    prompt: str
    version: Version = Version.V5_0_LITE
    size: Size = DEFAULT_SIZE
    max_images: int | None = 1
    reference_count: int = 0

    @property
    def most_images(self) -> int:
        """The most pictures this request can bring, and so be charged for.

        The API's page contradicts itself on a missing `max_images` (one picture, or up to 15), so Auto is reckoned
        with the most.
        """
        return self.max_images if self.max_images is not None else MAX_REFERENCES_AND_IMAGES - self.reference_count


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What a person asked for, as it came; nothing is checked yet.

    Attributes:
        max_images: the number as given; None for Auto.
        reference_count: how many reference images it has, or has at least.
    """

    prompt: str
    version: str = Version.V5_0_LITE.value
    size: str = DEFAULT_SIZE.value
    max_images: int | None = 1
    reference_count: int = 0


def check_request(draft: RequestDraft, known: Sequence[RequestError] = ()) -> GenerationRequest:
    """Return the request a draft stands for.

    Args:
        draft: what was asked for.
        known: what is known to be wrong already; it is told with the rest.

    Raises:
        RequestRefused: with every broken rule, in the order of the options.
    """
    prompt = draft.prompt.strip()
    version = _version(draft.version)
    size = parse_size(draft.size)
    problems = [
        *_prompt_problems(prompt),
        *_version_problems(draft.version, version),
        *_size_problems(draft.size, size, version),
        *count_problems(draft.max_images, draft.reference_count),
        *known,
    ]
    if problems or version is None or size is None:
        raise RequestRefused(problems=tuple(problems))
    return GenerationRequest(prompt, version, size, draft.max_images, draft.reference_count)


def _version(text: str) -> Version | None:
    try:
        return Version(text.strip().lower())
    except ValueError:
        return None


def _prompt_problems(prompt: str) -> Iterator[RequestError]:
    if not prompt:
        yield PromptMissing()
    elif len(prompt) > MAX_PROMPT_LENGTH:
        yield PromptTooLong(length=len(prompt), limit=MAX_PROMPT_LENGTH)


def _version_problems(text: str, version: Version | None) -> Iterator[RequestError]:
    if version is None:
        yield UnknownVersion(text=text, offered=tuple(v.value for v in Version))


def _size_problems(text: str, size: Size | None, version: Version | None) -> Iterator[RequestError]:
    known = version or Version.V5_0_LITE
    rules = SIZE_RULES[known]
    tiers = tuple(tier.value for tier in rules.tiers)
    match size:
        case None:
            yield SizeNotUnderstood(text=text, tiers=tiers)
        case Tier() if version is not None and size not in rules.tiers:
            yield TierNotOffered(tier=size.value, version=version.value, offered=tiers)
        case ExactSize(width, height):
            longer, shorter = max(width, height), min(width, height)
            if longer > MAX_ASPECT_RATIO * shorter:
                yield AspectRatioOutOfRange(width=width, height=height, limit=MAX_ASPECT_RATIO)
            if version is None:
                return
            if size.pixels < rules.min_pixels:
                yield TooFewPixels(
                    width=width,
                    height=height,
                    version=version.value,
                    minimum=rules.min_pixels,
                    example=str(rules.smallest_example),
                )
            elif size.pixels > rules.max_pixels:
                yield TooManyPixels(
                    width=width,
                    height=height,
                    version=version.value,
                    maximum=rules.max_pixels,
                    example=str(rules.largest_example),
                )


def count_problems(images: int | None, references: int) -> Iterator[RequestError]:
    """Yield which rules some numbers of pictures and reference images break; None pictures is Auto."""
    if images is not None and not 1 <= images <= MAX_IMAGES:
        yield ImageCountOutOfRange(count=images, limit=MAX_IMAGES)
        images = None
    if references > MAX_REFERENCES:
        yield TooManyReferences(count=references, limit=MAX_REFERENCES)
    elif images is not None and references + images > MAX_REFERENCES_AND_IMAGES:
        yield TooManyImagesTogether(references=references, images=images, limit=MAX_REFERENCES_AND_IMAGES)
