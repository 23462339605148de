"""The time interactions have to be acknowledged."""

import asyncio

from sandbox.discord.interactions import Interaction


class Timers:
    """The tasks that wait for interactions to run out; none outlives its interaction or the sandbox."""

    def __init__(self) -> None:
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, interaction: Interaction) -> None:
        """Start the time an interaction has to be acknowledged."""
        task = asyncio.get_running_loop().create_task(interaction.wait_out())
        self._tasks[interaction.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(interaction.id, None))

    def stop(self, interaction: Interaction) -> None:
        """Stop it: the interaction was acknowledged."""
        task = self._tasks.pop(interaction.id, None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """Stop all."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
