"""Links to the originals of pictures that did not come, or did not come as they were.

A signed link can have hundreds of characters, so that not all of them may find room beside other words; then they
come in messages of their own, and none is left out.
"""

from bot.domain.job import Job, PictureNote, Status
from bot.presentation.i18n import _
from bot.presentation.panel import CONTENT
from bot.presentation.wording import clock_time, code, listing

ROOM = 800
"""Characters that links may take among other words."""

CHANGED = (PictureNote.REENCODED, PictureNote.SCALED)
MISSING = (PictureNote.GONE, PictureNote.UNUSABLE, PictureNote.UNCONFIRMED)


def wanted_links(job: Job) -> list[int]:
    """Return the numbers of the pictures whose originals people should be able to get, in order."""
    noted = set(job.noted(*CHANGED, *MISSING))
    if job.status is Status.FAILED:
        noted |= set(range(1, len(job.results) + 1)) - job.delivered_images
    return sorted(noted)


def link(job: Job, number: int) -> str:
    """Return one link as "image 3", without a preview."""
    return f"[{_('image {number}').format(number=number)}](<{job.results[number - 1]}>)"


def links(job: Job, numbers: list[int]) -> str:
    """Return links as "image 1 and image 2"; only the names where all links come in messages of their own."""
    if link_pages(job):
        names = [_("image {number}").format(number=number) for number in numbers]
        return listing(names, _("and")) + " " + _("(links below)")
    return listing([link(job, number) for number in numbers], _("and"))


def link_pages(job: Job) -> list[str]:
    """Return the messages that hold the wanted links; none where they have room among other words."""
    rows = [link(job, number) for number in wanted_links(job)]
    if len(listing(rows, _("and"))) <= ROOM:
        return []
    pages = [_until(job)]
    for number, row in zip(wanted_links(job), rows, strict=True):
        line = f"- {row}" if len(row) < CONTENT - 100 else _too_long(job, number)
        if len(pages[-1]) + 1 + len(line) > CONTENT:
            pages.append(line)
        else:
            pages[-1] += f"\n{line}"
    return pages


def _until(job: Job) -> str:
    if job.results_expire_at is None:
        return _("The originals:")
    return _("The originals, which can be had until {until}:").format(until=clock_time(job.results_expire_at))


def _too_long(job: Job, number: int) -> str:
    return _(
        "- image {number}: its link is too long for a message; whoever runs the bot finds it by task ID {task}"
    ).format(number=number, task=code(job.task_id or "?"))
