"""Foreign programs at work in a sandbox: each is started once for a module's tests, and each test has a channel."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from sandbox.discord import Channel, DiscordSandbox
from tests.foreign.installing import CannotInstall
from tests.foreign.programs import PROGRAMS, Launch, Program
from tests.foreign.studio import Studio, furnish, refused
from tests.support.conformance.document import document_path, load
from tests.support.conformance.watching import Conformance
from tests.support.requirements import missing


@pytest.fixture(scope="session", params=PROGRAMS, ids=lambda program: program.name)
def program(request: pytest.FixtureRequest) -> Program:
    found: Program = request.param
    return found


@pytest.fixture(scope="session")
def launch(program: Program) -> Callable[[str], Launch]:
    """How to start the program; what it needs is installed."""
    try:
        return program.prepare()
    except CannotInstall as reason:
        missing("foreign", f"{program.name} is not here. {reason}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio(launch: Callable[[str], Launch], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    """The bot at work."""
    async with DiscordSandbox() as sandbox:
        path = document_path()
        conformance = Conformance(load(path), requests=False) if path is not None else None
        if conformance is not None:
            sandbox.observers.append(conformance)
        made = furnish(sandbox, launch, tmp_path_factory.mktemp("foreign"))
        async with made.bot:
            await made.bot.ready()
            yield made
            # What py-cord asks for a while after its start may fall between two tests.
            assert not refused(sandbox.requests)
            assert made.bot.log == ""
        # What other libraries make the sandbox say is as true to Discord's document as what ours does.
        assert conformance is None or conformance.report() == ""


@pytest_asyncio.fixture(loop_scope="module")
async def channel(studio: Studio) -> AsyncIterator[Channel]:
    """A channel of the test's own; afterwards nothing may have been refused, and the bot has nothing to complain of."""
    already = len(studio.sandbox.requests)
    yield studio.guild.add_text_channel(f"room-{len(studio.guild.channels)}")
    await studio.sandbox.until(lambda: not studio.sandbox.busy, what="quiet")
    assert not refused(studio.sandbox.requests[already:])
    assert studio.bot.log == ""
    studio.sandbox.limits.rules.clear()
    studio.sandbox.faults.clear()
