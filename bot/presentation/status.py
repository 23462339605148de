"""The sentence that says where a job stands."""

from bot.domain.job import ENDS, Job, PictureNote, Status
from bot.domain.place import Venue
from bot.domain.shelves import shelved_images
from bot.errors import BotError, Cost, JobRestored, UnknownError
from bot.presentation.errors import explain
from bot.presentation.i18n import _, ngettext
from bot.presentation.links import CHANGED, link_pages, links, wanted_links
from bot.presentation.panel import Tone
from bot.presentation.wording import clock_time, code, relative, seconds


def tone(job: Job) -> Tone:
    """Return the colour that goes with where a job stands."""
    if job.status is Status.DELIVERED:
        return Tone.DONE
    if job.status in {Status.UNKNOWN, Status.EXPIRED}:
        return Tone.UNSURE
    return Tone.TROUBLE if job.status in ENDS else Tone.WORKING


def task_line(job: Job, typical: float | None = None) -> str:
    """Return the API's status of the task, as it calls it, with since when and how long it usually takes."""
    if job.status is Status.DELIVERED and job.completed_at and job.submitted_at:
        took = seconds((job.completed_at - job.submitted_at).total_seconds())
        return _("{status} in {took}").format(status=code("completed"), took=took)
    if job.status in {Status.FAILED, Status.EXPIRED, Status.UNKNOWN, Status.CANCELLED, Status.REFUSED}:
        return code(job.status.value)
    if job.task_status is None or job.task_since is None:
        return code("submitting")
    line = _("{status} since {since}").format(status=code(job.task_status.value), since=relative(job.task_since))
    if job.status is Status.WAITING and typical is not None:
        line += " · " + _("usually ready in about {typical}").format(typical=seconds(typical))
    return line


def stand(job: Job) -> str:
    """Return one or two sentences on where a job stands, for its card."""
    match job.status:
        case Status.ACCEPTED | Status.PREPARING:
            return _coming(job)
        case Status.SUBMITTING:
            return _("Being sent to Seedream.")
        case Status.WAITING if job.place.venue is Venue.THREAD:
            return _("In the works; task ID and status are in the thread.")
        case Status.WAITING:
            return _("In the works.")
        case Status.DELIVERING:
            return _("Finished; bringing the pictures.")
        case Status.DELIVERED:
            return _delivered(job)
        case _:
            return end_words(job)


def _coming(job: Job) -> str:
    threaded = job.place.venue is Venue.THREAD
    if job.place.ask is not None:
        # Edits of this card count toward the bot's limit, so it says what stays true.
        if threaded:
            return _("Got it; task ID, status and pictures come in the thread.")
        return _("Got it; task ID and status come here.")
    if job.status is Status.ACCEPTED:
        return _("Got it.")
    if not all(reference.api_url for reference in job.references):
        return ngettext(
            "Checking {count} reference image.", "Checking {count} reference images.", len(job.references)
        ).format(count=len(job.references))
    if threaded and job.thread_id is None:
        return _("On its way; task ID and status come in the thread.")
    return _("In line for a free place at Seedream.")


def end_words(job: Job) -> str:
    """Return why a job ended without its pictures, what it cost, and what to do next."""
    error = job.failure or UnknownError(reference="")
    words = explain(error, cost_of(job, error))
    numbers = wanted_links(job)
    if job.status is not Status.FAILED or not numbers:
        return words
    kept = _("The originals, for as long as their links work: {links}.").format(links=links(job, numbers))
    return f"{words}\n{kept}"


def cost_of(job: Job, error: BotError) -> Cost:
    """Return what a job that ended with an error has cost: how far it got says more than the error's class."""
    if job.results:
        return Cost.PAID
    if isinstance(error, JobRestored):
        # How far it got is just what is not known.
        return error.cost
    return Cost.NOTHING if job.submitted_at is None else error.cost


def _delivered(job: Job) -> str:
    arrived = len(job.delivered_images)
    words = ngettext("Done: {count} picture", "Done: {count} pictures", arrived).format(count=arrived)
    if job.completed_at and job.submitted_at:
        took = seconds((job.completed_at - job.submitted_at).total_seconds())
        words += " " + _("in {took}").format(took=took)
    words += _(", by direct message.") if job.place.direct_channel_id is not None else "."
    # What was put on messages by editing has no words of its own.
    return "\n".join([words, *missing_words(job), *shelved_words(job)])


def missing_words(job: Job) -> list[str]:
    """Return a sentence, with links, for each way in which pictures of a finished task did not come."""
    sentences = {
        PictureNote.GONE: _("Could not be fetched: {links}."),
        PictureNote.UNUSABLE: _("Not posted, because the bot cannot handle the file: {links}."),
        PictureNote.UNCONFIRMED: _("Discord did not confirm these, so should they be missing: {links}."),
    }
    noted = {note: job.noted(note) for note in sentences}
    return [sentences[note].format(links=links(job, numbers)) for note, numbers in noted.items() if numbers]


def shelved_words(job: Job) -> list[str]:
    """Return a sentence, with links, for each change to pictures that were put on messages without words about it."""
    sentences = {
        PictureNote.REENCODED: _("Saved as JPEG so that Discord takes them here; the originals: {links}."),
        PictureNote.SCALED: _("Scaled down so that Discord takes them here; the originals: {links}."),
    }
    shelved = set(shelved_images(job))
    noted = {note: [number for number in job.noted(note) if number in shelved] for note in sentences}
    return [sentences[note].format(links=links(job, numbers)) for note, numbers in noted.items() if numbers]


def changed_words(job: Job, images: tuple[int, ...]) -> list[str]:
    """Return a line for each picture that was changed on its way: what was done, and where the original is."""
    apart = bool(link_pages(job))
    return [_changed(job, number, apart=apart) for number in images if job.notes.get(str(number)) in CHANGED]


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
