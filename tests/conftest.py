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
