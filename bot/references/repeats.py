"""Telling pictures that were sent twice, and closing up the numbers of those that remain."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.domain.references import Reference, Remark, RemarkKind


def without_repeats(
    references: Sequence[Reference], same: Callable[[Reference], str]
) -> tuple[list[Reference], dict[int, Reference]]:
    """Return the first of each, in order, and the others by their number with the one that goes along for them.

    Args:
        references: in the order they are sent.
        same: returns what is equal for references that are the same picture.
    """
    first: dict[str, Reference] = {}
    repeats: dict[int, Reference] = {}
    for reference in references:
        kept = first.setdefault(same(reference), reference)
        if kept is not reference:
            repeats[reference.number] = kept
    return list(first.values()), repeats


def closed_up(references: Sequence[Reference]) -> tuple[tuple[Reference, ...], dict[int, int]]:
    """Return references numbered from 1, and the new numbers by the old ones."""
    numbers = {reference.number: number for number, reference in enumerate(references, start=1)}
    return tuple(replace(reference, number=numbers[reference.number]) for reference in references), numbers


def same_remark(reference: Reference, kept_as: int) -> Remark:
    """Return the remark of a picture that goes along once, as number `kept_as`."""
    return Remark(RemarkKind.SAME, reference.filename, of=kept_as)
