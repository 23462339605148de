"""The floor: the smallest honest discord.py bot that defers, posts, polls every two seconds and sends the pictures.

It stores nothing, checks nothing, and forgets everything when it ends; less than this cannot be done. With
`session_per_job` it has the field's habit of opening an HTTP session for each job.

Run as `python -m benchmarks.floor_bot SETTINGS.json`, whose keys are those of `FloorSettings`.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import aiohttp
import discord
import yarl
from discord import app_commands

POLL_SECONDS = 2.0


@dataclass(frozen=True)
class FloorSettings:
    """Where its two servers are, and whether each job gets a session of its own."""

    token: str
    discord_url: str
    gateway_url: str
    api_token: str
    api_url: str
    session_per_job: bool = False


class FloorBot(discord.Client):
    """Knows one command and no state."""

    def __init__(self, settings: FloorSettings) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(intents=intents, max_messages=None, chunk_guilds_at_startup=False)
        self.settings = settings
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="seedream", description="Make a picture.")(_seedream)
        self.shared: aiohttp.ClientSession

    async def setup_hook(self) -> None:
        """Open the shared session and register the command."""
        self.shared = _session(self.settings)
        await self.tree.sync()

    async def close(self) -> None:
        """Close the shared session too."""
        if hasattr(self, "shared"):
            await self.shared.close()
        await super().close()


async def _seedream(
    interaction: discord.Interaction[FloorBot],
    prompt: str,
    version: str = "5.0-lite",
    size: str = "2K",
    max_images: int = 1,
) -> None:
    await interaction.response.defer(thinking=True)
    bot = interaction.client
    body = {"prompt": prompt, "version": version, "size": size, "max_images": max_images}
    async with AsyncExitStack() as stack:
        session = bot.shared
        if bot.settings.session_per_job:
            session = await stack.enter_async_context(_session(bot.settings))
        async with session.post(f"{bot.settings.api_url}/generate/vol/seedream", json=body) as answer:
            task_id = (await answer.json())["task_id"]
        while True:
            await asyncio.sleep(POLL_SECONDS)
            async with session.get(f"{bot.settings.api_url}/tasks/{task_id}") as answer:
                task = await answer.json()
            if task["status"] in {"completed", "failed"}:
                break
        if task["status"] == "failed":
            await interaction.followup.send(f"It failed: {task.get('error_msg')}")
            return
        links = [result if isinstance(result, str) else result["url"] for result in task["result"]]
        pictures = [await _download(session, link) for link in links]
    for start in range(0, len(pictures), 10):
        await interaction.followup.send(files=pictures[start : start + 10])


async def _download(session: aiohttp.ClientSession, link: str) -> discord.File:
    async with session.get(link) as answer:
        return discord.File(BytesIO(await answer.read()), filename=yarl.URL(link).name)


def _session(settings: FloorSettings) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {settings.api_token}"})


def main(path: Path) -> None:
    """Run until stopped."""
    settings = FloorSettings(**json.loads(path.read_text(encoding="utf-8")))
    discord.http.Route.BASE = settings.discord_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
    FloorBot(settings).run(settings.token)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
