"""What is to happen to a job after one of its steps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Again:
    """Take the next step after `seconds`; `at_api` while the job holds a place at the API."""

    seconds: float = 0.0
    at_api: bool = False


@dataclass(frozen=True, slots=True)
class InLine:
    """Wait for a place at the API."""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do."""


Turn = Again | InLine | Done
