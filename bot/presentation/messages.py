"""The messages below the card: task id and status, the pictures, and how it ended."""

from bot.domain.job import LOST, Job, PictureNote, Status
from bot.presentation.i18n import _, ngettext
from bot.presentation.links import CHANGED, link_pages
from bot.presentation.panel import CONTENT, Panel
from bot.presentation.status import end_words, missing_words, task_line, tone
from bot.presentation.wording import abridged, clock_time, code, one_line, plain, seconds, shortened

MAX_ALT_TEXT = 1024
"""Source: https://discord.com/developers/docs/resources/message#attachment-object (`description`)."""


def task_message(job: Job, typical: float | None = None) -> Panel:
    """Return the message with task id and status."""
    return Panel(
        tone=tone(job),
        wide_fields=((_("Task ID"), code(job.task_id or "?")), (_("Status"), task_line(job, typical))),
    )


def alt_text(job: Job, number: int) -> str:
    """Return what a picture shows, for people who do not see it: the prompt and "image n of m"."""
    place = _("image {number} of {total}").format(number=number, total=len(job.results))
    return f"{shortened(one_line(job.request.prompt), MAX_ALT_TEXT - len(place) - 3)} ({place})"


def images_message(job: Job, images: tuple[int, ...], *, mention: bool) -> str:
    """Return the words above pictures: who is meant, what was done to the files, and where the originals are."""
    changed = [number for number in images if job.notes.get(str(number)) in CHANGED]
    apart = bool(link_pages(job))
    lines = [_changed(job, number, apart=apart) for number in changed]
    if mention:
        lines.insert(0, _ready(job))
        if job.place.direct_channel_id is not None:
            lines.insert(1, shortened(_moved(job), CONTENT - len("\n".join(lines)) - 1))
    return "\n".join(lines)


def _ready(job: Job) -> str:
    count = len(job.results) - len(job.noted(*LOST))
    words = ngettext("your picture is ready", "your {count} pictures are ready", count).format(count=count)
    if job.completed_at and job.submitted_at:
        took = seconds((job.completed_at - job.submitted_at).total_seconds())
        words += " " + _("after {took}").format(took=took)
    return f"<@{job.requester.user_id}>, {words}."


def _moved(job: Job) -> str:
    prompt = plain(shortened(job.request.prompt, 200))
    return _(
        "The place you asked in is no longer open to me, so I write to you here. You asked for: “{prompt}”"
    ).format(prompt=prompt)


def _changed(job: Job, number: int, *, apart: bool) -> str:
    done = _("saved as JPEG") if job.notes[str(number)] is PictureNote.REENCODED else _("scaled down")
    line = "-# " + _("Image {number} was {done} so that Discord takes it here.").format(number=number, done=done)
    if apart:
        return line + " " + _("The original is linked below.")
    if job.results_expire_at is None:
        return line
    return (
        line
        + " "
        + _("[The original]({url}) can be had until {until}.").format(
            url=f"<{job.results[number - 1]}>", until=clock_time(job.results_expire_at)
        )
    )


def end_message(job: Job, *, mention: bool) -> str:
    """Return how a job ended, where pictures did not come; addressed to who asked unless their pictures were."""
    lines = [f"<@{job.requester.user_id}>, {_headline(job)}"] if mention else []
    if job.place.direct_channel_id is not None:
        lines.append(_moved(job))
    if job.task_id:
        lines.append(_("Task ID: {task}").format(task=code(job.task_id)))
    lines.append("-# " + _("Job {job}").format(job=job.id))
    why = "\n".join(missing_words(job)) if job.status is Status.DELIVERED else end_words(job)
    room = CONTENT - len("\n".join(lines)) - 1
    return "\n".join([*lines[:mention], abridged(why, room), *lines[mention:]])


def _headline(job: Job) -> str:
    match job.status:
        case Status.UNKNOWN:
            return _("I do not know what became of this one.")
        case Status.EXPIRED:
            return _("this one takes too long.")
        case Status.CANCELLED:
            return _("this one was cancelled.")
        case Status.REFUSED:
            return _("this one was turned down.")
        case _:
            return _("this one did not work out.")
