"""The observer that holds a sandbox to Discord's document, and what it has to say at the end of a test."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.discord import SeenAnswer, SeenRequest
from sandbox.faults import FaultKind
from tests.support.conformance.answers import check_answer, described
from tests.support.conformance.document import Document
from tests.support.conformance.events import check_dispatch
from tests.support.conformance.requests import check_request
from tests.support.conformance.violations import Violation

_PLANNED = (FaultKind.STATUS, FaultKind.STATUS_AFTER)
_GARBLED = (FaultKind.MALFORMED, FaultKind.HALF, FaultKind.SHORT)


class Conformance:
    """Checks every exchange and every dispatch, and collects what does not conform.

    Args:
        document: Discord's.
        refused_requests: False: a request counts only if it was answered with success, for tests that send wrong ones
            on purpose.
        requests: False: only answers and dispatches count, for programs that are not ours.

    Attributes:
        checked: how many requests, answers and dispatches were checked, and how many answers the document does not
            describe.
        violations: what was found, and how often.
    """

    def __init__(self, document: Document, *, refused_requests: bool = True, requests: bool = True) -> None:
        self._document = document
        self._refused_requests = refused_requests
        self._requests = requests
        self.checked: Counter[str] = Counter()
        self.violations: Counter[Violation] = Counter()

    def exchange(self, request: SeenRequest, answer: SeenAnswer | None) -> None:
        """Check a request and its answer."""
        succeeded = answer is not None and answer.status < 400
        judged = self._requests and (succeeded or self._refused_requests)
        operation = self._document.operation(request.method, request.path)
        if operation is None:
            if judged:
                self.violations[Violation(f"{request.method} {request.path}", "$", "Discord has no such route")] += 1
            return
        if judged:
            self.checked["requests"] += 1
            self.violations.update(check_request(self._document, operation, request, cut=answer is None))
        if answer is None:
            return
        if answer.status >= 500 and answer.fault not in _PLANNED:
            where = f"{operation.name}, answer {answer.status}"
            self.violations[Violation(where, "$", "the sandbox broke; its log tells why")] += 1
            return
        if answer.fault in _GARBLED or not described(answer):
            # Garbled on purpose, or beyond what the document speaks of.
            self.checked["answers not described"] += 1
            return
        self.checked["answers"] += 1
        self.violations.update(check_answer(self._document, operation, answer))

    def dispatch(self, event: str, payload: Mapping[str, Any]) -> None:
        """Check a gateway event."""
        self.checked["dispatches"] += 1
        self.violations.update(check_dispatch(self._document, event, payload))

    def report(self) -> str:
        """Return all violations in words; the empty text if there is none."""
        return "\n".join(
            f"{violation}{f' ({times} times)' if times > 1 else ''}" for violation, times in self.violations.items()
        )
