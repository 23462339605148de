"""The judge: what must hold after every run, whatever was done to the bot.

It looks at what people see and what the API reckons, never at the bot's own records.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.history import JOB, LINKED, Ask, Charge, History, Picture, Words

DONE = "Done: "
NOT_AGAIN = "not sent again by itself"
FREE = "Nothing was spent."


class Wrong(StrEnum):
    """What can be wrong with a run."""

    LOST = "acknowledged, and then no end"
    PAID_TWICE = "POSTed twice"
    PAID_UNASKED = "paid for, although nobody was promised anything"
    SHOWN_TWICE = "a picture shown twice"
    MISSING = "a picture neither shown nor linked"
    WRONG_PICTURE = "a picture that is not the one paid for"
    MISPLACED = "a picture where nobody asked for it"
    GIVEN_UP = "paid for and finished, but told as failed"
    SAID_FREE = "paid for, but said to have cost nothing"
    ORPHAN = "a thread without an explanation"
    TOLD_TWICE = "the same words twice"
    PINGED_TWICE = "pinged twice for one job"


class End(StrEnum):
    """How a command ended for the person."""

    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    FAILED = "failed"
    REFUSED = "refused"
    """Turned down at once, with words."""
    NO_ANSWER = "no answer"
    """"The application did not respond": nothing was promised."""
    NONE = "none"


@dataclass(frozen=True)
class Finding:
    """Something wrong; `mark` names the command it is about."""

    wrong: Wrong
    mark: str | None
    detail: str = ""

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.mark or 'nobody'}: {self.wrong.value}{f' ({self.detail})' if self.detail else ''}"


@dataclass(frozen=True)
class Case:
    """Everything about one command."""

    ask: Ask
    charges: tuple[Charge, ...]
    pictures: tuple[Picture, ...]
    words: tuple[Words, ...]

    @property
    def said(self) -> str:
        """All that was said about it."""
        return "\n".join([self.ask.reply, *(words.text for words in self.words)])

    @property
    def end(self) -> End:
        """How it ended."""
        if not self.ask.acknowledged:
            return End.NO_ANSWER
        told = self.ask.reply if self.ask.ended else "\n".join(w.text for w in self.words if JOB.search(w.text))
        if DONE in told or self._all_shown:
            return End.DELIVERED
        if NOT_AGAIN in told:
            return End.UNKNOWN
        if told:
            return End.FAILED
        refused = bool(self.ask.reply.strip()) and not self.ask.thinking and self.ask.job is None
        return End.REFUSED if refused else End.NONE

    @property
    def _all_shown(self) -> bool:
        # Where the reply cannot be edited any more, the pictures speak for themselves.
        wanted = {number for charge in self.charges for number in range(1, len(charge.pictures) + 1)}
        return bool(wanted) and wanted <= {picture.number for picture in self.pictures}


def cases(history: History) -> list[Case]:
    """Return the commands of a run, each with all that belongs to it."""
    return [
        Case(
            ask,
            tuple(charge for charge in history.charges if charge.mark == ask.mark),
            tuple(picture for picture in history.pictures if picture.mark == ask.mark),
            tuple(words for words in history.words if _about(words, ask)),
        )
        for ask in history.asks
    ]


def _about(words: Words, ask: Ask) -> bool:
    return words.mark == ask.mark if words.mark else ask.job is not None and ask.job in words.text


def judge(history: History) -> list[Finding]:
    """Return everything that is wrong with a run."""
    marks = {ask.mark for ask in history.asks}
    findings = [finding for case in cases(history) for rule in _RULES for finding in rule(case)]
    findings += [Finding(Wrong.PAID_UNASKED, c.mark, c.task) for c in history.charges if c.mark not in marks]
    findings += [Finding(Wrong.MISPLACED, p.mark, "of no job") for p in history.pictures if p.mark not in marks]
    return findings + list(_orphans(history))


def _orphans(history: History) -> Iterator[Finding]:
    """Find threads in which nobody said anything, under a reply that does not explain them."""
    ended = {case.ask.mark for case in cases(history) if case.end is not End.NONE and case.ask.ended}
    answered = {words.channel for words in history.words} | {picture.channel for picture in history.pictures}
    for thread in history.threads:
        if thread.id not in answered and thread.mark not in ended:
            yield Finding(Wrong.ORPHAN, thread.mark, str(thread.id))


def _lost(case: Case) -> Iterator[Finding]:
    if case.end is End.NONE:
        detail = "still thinking" if case.ask.thinking else f"the reply says: {case.ask.reply!r}"
        yield Finding(Wrong.LOST, case.ask.mark, detail)


def _paid(case: Case) -> Iterator[Finding]:
    if len(case.charges) > 1:
        yield Finding(Wrong.PAID_TWICE, case.ask.mark, ", ".join(charge.task for charge in case.charges))
    if case.charges and case.end in {End.NO_ANSWER, End.REFUSED}:
        yield Finding(Wrong.PAID_UNASKED, case.ask.mark, case.end.value)
    if any(charge.pictures for charge in case.charges):
        if FREE in case.said:
            yield Finding(Wrong.SAID_FREE, case.ask.mark)
        if case.end is End.FAILED:
            yield Finding(Wrong.GIVEN_UP, case.ask.mark, case.said)


def _pictures(case: Case) -> Iterator[Finding]:
    mark, ask = case.ask.mark, case.ask
    for number, times in Counter(picture.number for picture in case.pictures).items():
        if times > 1:
            yield Finding(Wrong.SHOWN_TWICE, mark, f"picture {number}, {times} times")
    for picture in case.pictures:
        if not any(picture.digest in charge.pictures[picture.number - 1 : picture.number] for charge in case.charges):
            yield Finding(Wrong.WRONG_PICTURE, mark, f"picture {picture.number}")
        if not picture.direct and ask.channel not in {picture.channel, picture.under}:
            yield Finding(Wrong.MISPLACED, mark, f"picture {picture.number} in {picture.channel}")
    if case.end is End.DELIVERED:
        had = {picture.number for picture in case.pictures} | {int(n) for n in LINKED.findall(case.said)}
        wanted = {number for charge in case.charges for number in range(1, len(charge.pictures) + 1)}
        if wanted - had or not wanted:
            yield Finding(Wrong.MISSING, mark, f"of {len(wanted)}: {sorted(wanted - had)}")


def _words(case: Case) -> Iterator[Finding]:
    mark = case.ask.mark
    if sum(words.task is not None for words in case.words) > 1:
        yield Finding(Wrong.TOLD_TWICE, mark, "task id and status")
    if sum(bool(JOB.search(words.text)) for words in case.words) > 1:
        yield Finding(Wrong.TOLD_TWICE, mark, "the end")
    if sum(words.pings for words in case.words) > 1:
        yield Finding(Wrong.PINGED_TWICE, mark, f"{sum(words.pings for words in case.words)} times")


_RULES = (_lost, _paid, _pictures, _words)
