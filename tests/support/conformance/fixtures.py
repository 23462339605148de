"""Fixtures' common part: every `DiscordSandbox` made during a test is watched, and what does not conform fails it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.discord import DiscordSandbox
from tests.support.conformance.document import document_path, load
from tests.support.conformance.watching import Conformance


@contextmanager
def watched_sandboxes(monkeypatch: pytest.MonkeyPatch, *, refused_requests: bool = True) -> Iterator[None]:
    """Hold every sandbox that is made meanwhile to Discord's document; do nothing where there is none.

    Args:
        monkeypatch: pytest's.
        refused_requests: whether requests count that the sandbox refuses.

    Raises:
        Failed: at the end, with everything that does not conform.
    """
    path = document_path()
    if path is None:
        yield
        return
    conformance = Conformance(load(path), refused_requests=refused_requests)
    make = DiscordSandbox.__init__

    def make_watched(sandbox: DiscordSandbox, *arguments: Any, **options: Any) -> None:
        make(sandbox, *arguments, **options)
        sandbox.observers.append(conformance)

    monkeypatch.setattr(DiscordSandbox, "__init__", make_watched)
    yield
    if report := conformance.report():
        pytest.fail(f"Discord's document does not allow this:\n{report}", pytrace=False)
