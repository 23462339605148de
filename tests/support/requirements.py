"""Tests that need more than Python: they skip with a reason, unless whoever runs them says that it must be there."""

import os
from typing import NoReturn

import pytest

REQUIRED = "TESTS_REQUIRE"
"""Names of what must not be missing, separated by blanks: `browser`, `foreign`, `openapi`, `postgres`."""


def missing(name: str, reason: str) -> NoReturn:
    """Skip a test for want of something, or fail it where that is required.

    Args:
        name: what is missing, one of the names of `REQUIRED`.
        reason: a sentence, with the command that would change it.
    """
    if name in os.environ.get(REQUIRED, "").split():
        pytest.fail(f"{reason} ({REQUIRED} names {name!r}.)", pytrace=False)
    pytest.skip(reason)
