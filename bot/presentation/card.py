"""The card: the command's own reply, with who asked for what, and the outcome."""

from bot.domain.job import ENDS, SHEET_PART, Job, Status
from bot.domain.place import NoThread, Venue
from bot.domain.references import SHEET_FILENAME
from bot.domain.request import GenerationRequest
from bot.presentation.i18n import _
from bot.presentation.panel import Panel
from bot.presentation.references import reference_names, remark_lines
from bot.presentation.rights import right_names
from bot.presentation.status import stand, task_line, tone
from bot.presentation.wording import code, listing, one_line, plain, quote, shortened

MAX_THREAD_NAME = 100
"""Source: https://discord.com/developers/docs/resources/channel#start-thread-from-message"""


MOST_TAKEN = 6
"""Wishes that the small print repeats."""


def thread_name(job: Job) -> str:
    """Return the name of a job's thread: its prompt, at most 100 characters."""
    return shortened(one_line(job.request.prompt), MAX_THREAD_NAME)


def images_wanted(request: GenerationRequest) -> str:
    """Return how many pictures were asked for."""
    if request.max_images is None:
        return _("Auto (up to {most})").format(most=request.most_images)
    return str(request.max_images)


def card(job: Job, typical: float | None = None, cost: str | None = None) -> Panel:
    """Return the card of a job; in place of a thread it also carries task id and status.

    Args:
        job: as it stands.
        typical: seconds a job like it usually takes, where that is known.
        cost: what it costs at most, where prices are known, with the currency.
    """
    request = job.request
    wide: list[tuple[str, str]] = []
    about = [reference_names(job), *remark_lines(job.remarks)] if job.references else remark_lines(job.remarks)
    if about:
        wide.append((_("Reference images"), "\n".join(about)))
    if job.place.venue is not Venue.THREAD:
        if job.task_id is not None:
            wide.append((_("Task ID"), code(job.task_id)))
        if job.task_id is not None or job.status is Status.SUBMITTING:
            wide.append((_("Status"), task_line(job, typical)))
    wide.append((_("Outcome") if job.status in ENDS else _("Progress"), stand(job)))
    if not _shows_progress(job):
        wide.pop()
    return Panel(
        tone=tone(job),
        body=quote(request.prompt, 1000),
        fields=(
            (_("Version"), request.version.value),
            (_("Size"), str(request.size)),
            (_("Pictures"), images_wanted(request)),
            *(((_("Costs at most"), cost),) if cost is not None else ()),
        ),
        wide_fields=tuple(wide),
        small=small_print(job),
        image=SHEET_FILENAME if job.message_id(SHEET_PART) else "",
    )


def _shows_progress(job: Job) -> bool:
    # In place, the status line says it already while the task is at the API.
    return job.place.venue is Venue.THREAD or job.status not in {Status.SUBMITTING, Status.WAITING}


def small_print(job: Job) -> tuple[str, ...]:
    """Return what was taken from a message's words, why there is no thread where one is expected, and the job's id."""
    lines = []
    if job.place.ask is not None and job.place.ask.taken:
        taken = listing(f"“{plain(shortened(words, 40))}”" for words in job.place.ask.taken[:MOST_TAKEN])
        lines.append(_("Taken from your words: {taken}.").format(taken=taken))
    match job.place.no_thread:
        case NoThread.PERMISSION:
            missing = right_names(job.place.missing)
            lines.append(_("No thread: I need the permission {missing} here.").format(missing=missing))
        case NoThread.REFUSED:
            lines.append(_("No thread: Discord did not let me open one here just now."))
        case NoThread.THREAD_GONE:
            lines.append(_("The thread is no longer open to me, so I go on here."))
        case NoThread.NOT_A_MEMBER:
            lines.append(_("No thread: I am not a member of this server, so I answer right here."))
        case _:
            pass
    lines.append(_("Job {job}").format(job=job.id))
    return tuple(lines)
