from collections.abc import AsyncIterator

import pytest

from tests.jobs.engine import Engine


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    """A process that has not begun to work yet."""
    made = Engine.build()
    yield made
    await made.crash()
