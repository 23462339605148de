"""What holds for the whole suite."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.postgres import PostgresServer, postgres_server

# A busy machine is no reason to fail: no test asserts on speed.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this worker's own, from the first test that wants one to the end."""
    with postgres_server() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the seeds and figures of the chaos runs, also where all went well and however quiet pytest is."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, line in getattr(report, "user_properties", ()):
                if name == "chaos" and report.when == "call":
                    terminalreporter.write_line(str(line))
