"""The messages below the card: task id and status, the pictures, and how it ended."""

from bot.domain.job import Job, Status
from bot.domain.place import NoThread
from bot.presentation.i18n import _, ngettext
from bot.presentation.panel import CONTENT, Panel
from bot.presentation.status import end_words, task_line, tone
from bot.presentation.wording import abridged, clock_time, code, file_size, one_line, plain, seconds, shortened

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
    lines = [_ready(job)] if mention else []
    changed = [number for number in images if job.notes.get(str(number)) in {"reencoded", "scaled"}]
    lines += [_changed(job, number) for number in changed]
    room = CONTENT - len("\n".join(lines))
    for place, number in enumerate(changed, start=len(lines) - len(changed)):
        link = _original(job, number)
        if len(link) < room:
            lines[place] += f" {link}"
            room -= len(link) + 1
    return "\n".join(lines)


def _ready(job: Job) -> str:
    words = ngettext("your picture is ready", "your {count} pictures are ready", len(job.results)).format(
        count=len(job.results)
    )
    if job.completed_at and job.submitted_at:
        took = seconds((job.completed_at - job.submitted_at).total_seconds())
        words += " " + _("after {took}").format(took=took)
    line = f"<@{job.requester.user_id}>, {words}."
    if job.place.no_thread is NoThread.DIRECT_MESSAGE and not job.place.card_id:
        prompt = plain(shortened(job.request.prompt, 200))
        line += "\n" + _("The place you asked in is no longer open to me, so here they are: “{prompt}”").format(
            prompt=prompt
        )
    return line


def _changed(job: Job, number: int) -> str:
    done = _("saved as JPEG") if job.notes[str(number)] == "reencoded" else _("scaled down")
    return "-# " + _("Image {number} was {done} to fit Discord's limit of {limit} here.").format(
        number=number, done=done, limit=file_size(job.place.upload_limit)
    )


def _original(job: Job, number: int) -> str:
    if job.results_expire_at is None:
        return ""
    return _("[The original]({url}) can be had until {until}.").format(
        url=f"<{job.results[number - 1]}>", until=clock_time(job.results_expire_at)
    )


def end_message(job: Job) -> str:
    """Return how a job ended without its pictures, addressed to who asked."""
    lines = [f"<@{job.requester.user_id}>, {_headline(job)}", end_words(job)]
    if job.task_id:
        lines.append(_("Task ID: {task}").format(task=code(job.task_id)))
    if job.place.no_thread is NoThread.DIRECT_MESSAGE and not job.place.card_id:
        lines.append(_("You had asked for: “{prompt}”").format(prompt=plain(shortened(job.request.prompt, 200))))
    small = "-# " + _("Job {job}").format(job=job.id)
    rest = "\n".join([*lines[2:], small])
    return "\n".join([lines[0], abridged(lines[1], CONTENT - len(lines[0]) - len(rest) - 2), rest])


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
