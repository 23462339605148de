"""What is said of reference images that can be used: their names and numbers, and what was done to them."""

from collections.abc import Iterator, Sequence

from bot.domain.job import Job
from bot.domain.references import Remark, RemarkKind
from bot.presentation.i18n import _
from bot.presentation.messages import MAX_ALT_TEXT
from bot.presentation.wording import file_size, listing, one_line, plain, shortened

_LONGEST_NAME = 60


def reference_names(job: Job) -> str:
    """Return the numbers and names of a job's references, in the order they are sent."""
    longest = 40 if len(job.references) <= 7 else 24
    return " · ".join(f"{r.number} {plain(shortened(r.filename, longest))}" for r in job.references)


def sheet_alt_text(job: Job) -> str:
    """Return what the contact sheet shows, for people who do not see it."""
    names = ", ".join(f"{r.number} {one_line(r.filename)}" for r in job.references)
    return shortened(_("Reference images by their numbers: {names}").format(names=names), MAX_ALT_TEXT)


def remark_lines(remarks: Sequence[Remark]) -> list[str]:
    """Return a sentence for each thing that was done to reference images."""
    return [*_same(remarks), *_scaled(remarks), *_left_out(remarks)]


def _same(remarks: Sequence[Remark]) -> Iterator[str]:
    same = [remark for remark in remarks if remark.kind is RemarkKind.SAME]
    for number in sorted({remark.of for remark in same}):
        names = [_name(remark) for remark in same if remark.of == number]
        sentence = (
            _("{names} is the same picture as image {number}, which goes along once.")
            if len(names) == 1
            else _("{names} are the same picture as image {number}, which goes along once.")
        )
        yield sentence.format(names=listing(names), number=number)


def _scaled(remarks: Sequence[Remark]) -> Iterator[str]:
    for remark in remarks:
        was, now = remark.was, remark.now
        if remark.kind is not RemarkKind.SCALED or was is None or now is None:
            continue
        measures = f"{was.width}x{was.height}, {file_size(was.size)}"
        if {was.width, was.height} == {now.width, now.height}:
            yield _("Image {number}, {name}, was too big for Seedream ({was}) and is sent as a file of {size}.").format(
                number=remark.number, name=_name(remark), was=measures, size=file_size(now.size)
            )
        else:
            yield _("Image {number}, {name}, was too big for Seedream ({was}) and was scaled down to {now}.").format(
                number=remark.number,
                name=_name(remark),
                was=measures,
                now=f"{now.width}x{now.height}, {file_size(now.size)}",
            )


def _left_out(remarks: Sequence[Remark]) -> Iterator[str]:
    for remark in remarks:
        if remark.kind is RemarkKind.LEFT_OUT:
            why = f" ({plain(shortened(remark.why, _LONGEST_NAME))})" if remark.why else ""
            yield _("{name} cannot be a reference image{why} and was left out.").format(name=_name(remark), why=why)


def _name(remark: Remark) -> str:
    return plain(shortened(remark.filename, _LONGEST_NAME))
