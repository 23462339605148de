"""What the options of `/seedream` offer: versions, sizes by version, numbers of pictures."""

from collections.abc import Sequence
from datetime import UTC

from bot.domain.history import PastTask
from bot.domain.request import MAX_IMAGES
from bot.domain.sizes import SIZE_RULES, ExactSize, Version, parse_size, recommended_sizes
from bot.presentation.i18n import _
from bot.presentation.wording import one_line, shortened

MAX_CHOICES = 25
"""Source: https://discord.com/developers/docs/interactions/application-commands#application-command-object"""

MAX_CHOICE = 100
"""Characters. Source: the same, application command option choice structure"""

AUTO = 0
"""The value of the choice "Auto"; the API's field is left out then."""


def version_choices() -> list[tuple[str, str]]:
    """Return (label, value) of each version, newest first."""
    notes = {
        Version.V5_0_LITE: _("5.0-lite (2K, 3K; default)"),
        Version.V4_5: _("4.5 (2K, 4K)"),
        Version.V4_0: _("4.0 (2K, 4K, and small sizes from 1280x720)"),
    }
    return [(notes[version], version.value) for version in Version]


def image_count_choices() -> list[tuple[str, int]]:
    """Return (label, value) of each number of pictures, Auto last."""
    return [(str(count), count) for count in range(1, MAX_IMAGES + 1)] + [
        (_("Auto (up to {most})").format(most=MAX_IMAGES), AUTO)
    ]


def size_choices(version: str | None, typed: str) -> list[tuple[str, str]]:
    """Return (label, value) of sizes that go with a version and what was typed so far; at most 25.

    Tiers come first, then exact sizes by aspect ratio, then the pixels being typed, where the version draws them.
    """
    try:
        known = Version(version or Version.V5_0_LITE)
    except ValueError:
        known = Version.V5_0_LITE
    rules = SIZE_RULES[known]
    tiers = [(_("{tier} · the prompt decides the shape").format(tier=tier.value), tier.value) for tier in rules.tiers]
    exact = [(f"{s.tier.value} · {s.ratio} · {s.size}", str(s.size)) for s in recommended_sizes(known)]
    offered = tiers + exact
    wanted = typed.lower().replace("×", "x").replace("*", "x").split()
    fitting = [choice for choice in offered if all(word in choice[0].lower() for word in wanted)]
    size = parse_size(typed)
    if isinstance(size, ExactSize) and str(size) not in {value for _label, value in offered}:
        draws = rules.draws(size)
        label = str(size) if draws else _("{size} · not drawn by {version}").format(size=size, version=known.value)
        fitting.append((label, str(size)))
    return fitting[:MAX_CHOICES]


def task_choices(tasks: Sequence[PastTask], typed: str) -> list[tuple[str, str]]:
    """Return (label, task id) of earlier tasks that go with what was typed, in the order given; at most 25.

    What is typed may be words of the prompt or the beginning of the id. Times are in UTC, as Discord does not say
    where people are, and a choice is plain text.
    """
    words = typed.casefold().split()
    fitting = [task for task in tasks if len(task.task_id) <= MAX_CHOICE and _fits(task, words)]
    return [(_task_label(task), task.task_id) for task in fitting[:MAX_CHOICES]]


def _fits(task: PastTask, words: Sequence[str]) -> bool:
    prompt = task.prompt.casefold()
    return all(word in prompt for word in words) or (len(words) == 1 and task.task_id.casefold().startswith(words[0]))


def _task_label(task: PastTask) -> str:
    moment = f"{task.created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{shortened(one_line(task.prompt), MAX_CHOICE - len(moment) - 3)} · {moment}"
