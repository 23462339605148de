"""The API's rules for a generation, stated a second time and on purpose: nothing here is shared with the bot.

Source: https://docs.sinancode.com/en/api-reference/endpoint/seedream. The documents are silent on unknown fields and
on nulls; the sandbox refuses both, so that nothing undocumented is ever sent unnoticed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.seedream.answers import ApiError
from sandbox.seedream.sizes import DEFAULT_SIZE, DEFAULT_VERSION, VERSIONS, size_problem

MOST_CHARACTERS = 2000
MOST_REFERENCES = 14
MOST_IMAGES = 15
FIELDS = frozenset({"prompt", "images", "max_images", "size", "version"})


@dataclass(frozen=True)
class Order:
    """A body that keeps all rules.

    Attributes:
        images: the URLs of the reference images, in order.
        max_images: 1 to 15; None where the field was left out, which lets the model decide.
        size: a tier or `WIDTHxHEIGHT`.
        payload: the body as received.
    """

    prompt: str
    images: tuple[str, ...]
    max_images: int | None
    size: str
    version: str
    payload: dict[str, object]

    @property
    def room(self) -> int:
        """Pictures that the limit of fifteen leaves beside the references."""
        return MOST_IMAGES - len(self.images)


def read_order(body: Mapping[str, object]) -> Order:
    """Return the order that a body places.

    Raises:
        ApiError: 400, naming every rule that is broken.
    """
    problems = [f"unknown field {name!r}" for name in body if name not in FIELDS]
    prompt = _prompt(body, problems)
    images = _images(body, problems)
    max_images = _max_images(body, len(images), problems)
    version, size = _version_and_size(body, problems)
    if problems:
        code = "MissingParameter" if "prompt" not in body else "InvalidParameter"
        raise ApiError(400, code, "; ".join(problems))
    return Order(prompt, images, max_images, size, version, dict(body))


def _prompt(body: Mapping[str, object], problems: list[str]) -> str:
    prompt = body.get("prompt")
    if isinstance(prompt, str) and 1 <= len(prompt) <= MOST_CHARACTERS:
        return prompt
    problems.append(f"prompt is required: a string of 1 to {MOST_CHARACTERS} characters")
    return ""


def _images(body: Mapping[str, object], problems: list[str]) -> tuple[str, ...]:
    images = body.get("images", [])
    if not isinstance(images, list):
        problems.append("images must be an array of URLs")
        return ()
    if len(images) > MOST_REFERENCES:
        problems.append(f"images takes at most {MOST_REFERENCES} URLs, not {len(images)}")
    problems.extend(
        f"images[{index}] is not an http or https URL" for index, url in enumerate(images) if not _is_web_url(url)
    )
    return tuple(map(str, images))


def _is_web_url(url: object) -> bool:
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _max_images(body: Mapping[str, object], references: int, problems: list[str]) -> int | None:
    if "max_images" not in body:
        return None
    wanted = body["max_images"]
    if not isinstance(wanted, int) or isinstance(wanted, bool) or not 1 <= wanted <= MOST_IMAGES:
        problems.append(f"max_images must be an integer from 1 to {MOST_IMAGES}")
        return None
    if references + wanted > MOST_IMAGES:
        problems.append(f"images and max_images together must not exceed {MOST_IMAGES}: {references} + {wanted}")
    return wanted


def _version_and_size(body: Mapping[str, object], problems: list[str]) -> tuple[str, str]:
    version = body.get("version", DEFAULT_VERSION)
    size = body.get("size", DEFAULT_SIZE)
    if not isinstance(version, str) or version not in VERSIONS:
        problems.append(f"version must be one of {', '.join(VERSIONS)}")
        version = ""
    if not isinstance(size, str):
        problems.append("size must be a string")
    elif version and (problem := size_problem(version, size)):
        problems.append(problem)
    return version, str(size)
