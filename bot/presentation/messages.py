"""The messages below the card: task id and status, the pictures, and how it ended."""

from bot.domain.job import LOST, Job, Status
from bot.presentation.i18n import _, ngettext
from bot.presentation.panel import CONTENT, Panel
from bot.presentation.status import changed_words, end_words, missing_words, task_line, tone
from bot.presentation.wording import abridged, code, one_line, plain, seconds, shortened

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
    lines = changed_words(job, images)
    if mention:
        lines.insert(0, ready_message(job))
    if job.place.direct_channel_id is not None and not _in_direct_messages(job):
        lines.insert(int(mention), shortened(_moved(job), CONTENT - len("\n".join(lines)) - 1))
    return "\n".join(lines)


def _in_direct_messages(job: Job) -> bool:
    direct = job.place.direct_channel_id
    return any(sent.images and sent.message_id and sent.channel_id == direct for sent in job.sent.values())


def ready_message(job: Job) -> str:
    """Return who is meant and that the pictures are ready, wherever they are."""
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


def end_message(job: Job, *, mention: bool) -> str:
    """Return how a job ended, where pictures did not come; addressed to who asked unless their pictures were."""
    lines = [f"<@{job.requester.user_id}>, {_headline(job)}"] if mention else []
    if job.place.direct_channel_id is not None:
        lines.append(_moved(job))
    elif not job.place.card_id:
        # There is no reply that shows it.
        lines.append(_("You asked for: “{prompt}”").format(prompt=plain(shortened(job.request.prompt, 200))))
    if job.task_id:
        lines.append(_("Task ID: {task}").format(task=code(job.task_id)))
    lines.append("-# " + _("Job {job}").format(job=job.id))
    why = "\n".join(missing_words(job)) if job.status is Status.DELIVERED else end_words(job)
    room = CONTENT - len("\n".join(lines)) - 1
    return "\n".join([*lines[:mention], abridged(why, room), *lines[mention:]])


def _headline(job: Job) -> str:
    match job.status:
        case Status.DELIVERED:
            return _("I cannot tell whether all of your pictures have come.")
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
