"""Several processes on one PostgreSQL: whose shard hears what, workers without a gateway, and restarts in turn."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from sandbox.bot_process import BotProcess
from sandbox.discord import Channel, Guild, Interaction, Person
from sandbox.seedream import TaskPlan
from sandbox.world import SandboxWorld
from tests.acceptance.house import words
from tests.acceptance.test_gateway_end import unused_port
from tests.support.postgres import PostgresServer

QUICK = TaskPlan(pending_seconds=0, processing_seconds=0.1, drawn_size=(64, 64))
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "seedream": {"poll_first_seconds": 0.1, "poll_longest_seconds": 0.4, "requests_per_second": 200},
    "logging": {"format": "json"},
}
LONG = 60.0
"""A guard only: processes take their time to start on a busy machine."""


@dataclass
class Site:
    """Two servers, of which each is another shard's business, and the processes that work for them."""

    world: SandboxWorld
    folder: Path
    database: str
    url: str
    guilds: list[Guild]
    channels: list[Channel]
    person: Person
    processes: list[BotProcess] = field(default_factory=list)

    def add(self, name: str, command: str = "run", **more: Mapping[str, Any]) -> BotProcess:
        """Return a process that is not started yet."""
        own = self.folder / name
        own.mkdir()
        sections: dict[str, Mapping[str, Any]] = {**SETTINGS, "storage": {"url": self.url}, **more}
        process = BotProcess(own, self.world.settings(own, **sections), command)
        self.processes.append(process)
        return process

    def members(self, count: int = 2) -> list[BotProcess]:
        """Return the processes of a cluster, not started yet."""
        return [self.add(f"run-{number}", cluster={"id": number, "count": count}) for number in range(count)]

    async def all_connected(self) -> None:
        """Wait until every shard is there."""
        await self.world.discord.wait_ready(timeout=LONG)

    async def use(self, channel: Channel, prompt: str = "a calm harbour") -> Interaction:
        """Use the command and wait for the acknowledgement."""
        interaction = await self.person.slash(channel, "seedream", prompt=prompt)
        await interaction.acknowledged(timeout=LONG)
        return interaction

    def ended(self, interaction: Interaction) -> bool:
        """Whether the card tells the outcome."""
        return interaction.original is not None and "Outcome:" in words(interaction.original)

    def shown(self, interaction: Interaction) -> int:
        """Return how many pictures stand where a command was used."""
        card = interaction.original
        assert card is not None
        place = card.thread or interaction.channel
        return sum(len(message.attachments) for message in place.messages)

    async def until(self, *interactions: Interaction) -> None:
        """Wait until all of them have come to their end."""
        await self.world.until(lambda: all(map(self.ended, interactions)), what="every outcome", timeout=LONG)


@pytest.fixture
async def site(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Site]:
    name = await postgres.create()
    async with SandboxWorld() as world:
        world.seedream.plan = QUICK
        guilds = [world.discord.add_guild(name) for name in ("Atelier", "Bottega")]
        while (guilds[0].id ^ guilds[1].id) >> 22 & 1 == 0:
            # Ids tell the millisecond, and one for each of two shards is needed.
            guilds[1] = world.discord.add_guild("Bottega")
        channels = [guild.add_text_channel("pictures") for guild in guilds]
        site = Site(world, tmp_path, name, postgres.url(name), guilds, channels, world.discord.add_person("mara"))
        try:
            yield site
        finally:
            await asyncio.gather(*(process.kill() for process in site.processes))
    await postgres.drop(name)


def lines(process: BotProcess) -> list[dict[str, Any]]:
    text = process.log_path.read_text(encoding="utf-8") if process.log_path.exists() else ""
    # What follows the last line feed is half written.
    return [json.loads(line) for line in text.split("\n")[:-1]]


def logged(process: BotProcess, words: str) -> dict[str, Any] | None:
    return next((line for line in lines(process) if words in line["event"]), None)


def last_state(process: BotProcess) -> str | None:
    """Return which came last in the log, "ready" or "stopped"."""
    states = [line["event"] for line in lines(process) if line["event"].startswith(("ready", "stopped"))]
    return states[-1].partition(";")[0] if states else None


async def ready(url: str) -> tuple[int, list[str]]:
    def ask() -> tuple[int, list[str]]:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own
                return answer.status, []
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())["reasons"]
        except OSError:
            return 0, []

    return await asyncio.to_thread(ask)


async def until_ready(url: str) -> None:
    async with asyncio.timeout(LONG):
        while (await ready(url))[0] != 200:  # noqa: ASYNC110 - another process tells no event of ours
            await asyncio.sleep(0.05)


async def test_each_process_hears_of_its_own_servers_and_any_serves_them(site: Site) -> None:
    members = site.members()
    await asyncio.gather(*(process.start() for process in members))
    await site.all_connected()
    assert sorted(site.world.discord.world.gateway.identifies) == [0, 1]
    used = [await site.use(channel) for channel in [*site.channels, site.world.discord.dm(site.person)]]
    await site.until(*used)
    assert [site.shown(interaction) for interaction in used] == [1, 1, 1]
    assert len(site.world.seedream.ledger) == 3
    heard = [{line["guild"] for line in lines(process) if line["event"] == "job accepted"} for process in members]
    by_shard = {(guild.id >> 22) % 2: guild.id for guild in site.guilds}
    # Direct messages are shard 0's: https://discord.com/developers/docs/events/gateway#sharding
    assert heard == [{by_shard[0], None}, {by_shard[1]}]
    assert [await process.stop() for process in members] == [0, 0]


async def test_an_identify_that_is_refused_because_another_process_was_first_comes_through(site: Site) -> None:
    gateway = site.world.discord.world.gateway
    gateway.identify_window = 1e9
    members = site.members()
    await asyncio.gather(*(process.start() for process in members))
    await site.world.until(
        lambda: any(logged(process, "session has been invalidated") for process in members),
        what="an IDENTIFY to be refused",
        timeout=LONG,
    )
    assert len(gateway.identifies) == 1
    gateway.identify_window = 0
    await site.all_connected()
    assert sorted(gateway.identifies) == [0, 1]


async def test_only_a_processs_own_shards_count_for_its_readiness(site: Site) -> None:
    port = unused_port()
    second = site.add("run-1", cluster={"id": 1, "count": 2}, health={"port": port})
    await second.start()
    url = f"http://127.0.0.1:{port}/readyz"
    await until_ready(url)
    assert site.world.discord.world.gateway.identifies == [1]
    told = await site.world.until(lambda: logged(second, "ready"), what="its shards in the log", timeout=LONG)
    assert told["shards"] == "1 of 2"
    await site.world.discord.disconnect_gateway(4000)
    await site.world.until(lambda: site.world.discord.world.gateway.resumes, what="the resume", timeout=LONG)
    await until_ready(url)


async def test_discord_recommends_more_shards_than_the_processes_have(site: Site) -> None:
    site.world.discord.world.gateway.shards = 5
    members = site.members()
    await asyncio.gather(*(process.start() for process in members))
    await site.all_connected()
    for process in members:
        told = logged(process, "recommends more shards; set cluster.shards")
        assert told is not None
        assert (told["recommended"], told["shards"]) == (5, 2)


async def test_a_worker_delivers_what_a_killed_process_took_in(site: Site, postgres: PostgresServer) -> None:
    site.world.seedream.plan = TaskPlan(pending_seconds=1e9)
    front = site.add("front")
    await front.start()
    await site.all_connected()
    foreign = site.world.discord.add_guild("Elsewhere", with_bot=False)
    foreign.join(site.person)
    places = [*site.channels, site.world.discord.dm(site.person), foreign.add_text_channel("general")]
    used = [await site.use(channel) for channel in places]
    seedream = site.world.seedream

    def polled() -> bool:
        asked = {record.path.rpartition("/")[2] for record in seedream.requests if record.method == "GET"}
        return len(seedream.tasks) == 4 and asked.issuperset(seedream.tasks)

    await site.world.until(polled, what="every task to be asked for", timeout=LONG)
    await front.kill()
    for task in seedream.tasks.values():
        task.plan = QUICK
    connection = await postgres.connect(site.database)
    # The server's clock is nobody's to move, and a lease is long.
    await connection.execute("UPDATE jobs SET lease_until = now() - interval '1 second'")
    await connection.close()
    port = unused_port()
    worker = site.add("worker", "worker", health={"port": port})
    identified = len(site.world.discord.world.gateway.identifies)
    requests = len(site.world.discord.requests)
    await worker.start()
    await site.until(*used)
    assert [site.shown(interaction) for interaction in used] == [1, 1, 1, 1]
    assert len(site.world.seedream.ledger) == 4
    # No gateway, no commands registered, and it is ready all the same.
    assert len(site.world.discord.world.gateway.identifies) == identified
    assert not any("gateway" in r.path or r.path.endswith("/commands") for r in site.world.discord.requests[requests:])
    await until_ready(f"http://127.0.0.1:{port}/readyz")
    with await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/metrics") as answer:
        assert b"discord_connected" not in answer.read()
    assert logged(worker, "it works on jobs and takes no commands") is not None
    assert await worker.stop() == 0


async def test_a_worker_on_sqlite_is_refused_with_words(tmp_path: Path) -> None:
    async with SandboxWorld() as world:
        worker = BotProcess(tmp_path, world.settings(tmp_path), "worker")
        async with worker:
            await worker.ended()
            assert await worker.stop() == 1
        assert "PostgreSQL" in worker.log_tail()
        assert "Traceback" not in worker.log_tail()
    assert not (tmp_path / "seedream-bot.db").exists()


@pytest.mark.timeout(180)
async def test_a_rolling_restart_loses_nothing_and_pays_nothing_twice(site: Site) -> None:
    site.world.seedream.plan = TaskPlan(pending_seconds=0.2, processing_seconds=1.0, drawn_size=(64, 64))
    fleet = [*site.members(), site.add("worker", "worker")]
    await asyncio.gather(*(process.start() for process in fleet))
    await site.all_connected()
    used: list[Interaction] = []
    done = asyncio.Event()

    async def people() -> None:
        for channel in cycle(site.channels):
            if done.is_set():
                return
            used.append(await site.person.slash(channel, "seedream", prompt=f"picture {len(used)}"))
            await site.world.discord.until(lambda: used[-1].acknowledgement or used[-1].failed, timeout=LONG)
            await asyncio.sleep(0.15)

    async def restart(process: BotProcess) -> None:
        taken = len(site.world.seedream.ledger)
        await site.world.until(lambda: len(site.world.seedream.ledger) > taken + 1, what="new jobs", timeout=LONG)
        assert await process.stop() == 0
        await process.start()
        await site.all_connected()
        await site.world.until(lambda: last_state(process) == "ready", what="it to be back", timeout=LONG)

    using = asyncio.create_task(people())
    for process in fleet:
        await restart(process)
    done.set()
    await using
    promised = [i for i in used if i.acknowledgement is not None and not i.acknowledgement.ephemeral]
    await site.until(*promised)
    assert all("Done" in words(i.original) for i in promised if i.original is not None)
    assert [site.shown(interaction) for interaction in promised] == [1] * len(promised)
    assert len(site.world.seedream.ledger) == len(promised)
    for interaction in used:
        if interaction in promised:
            continue
        if interaction.acknowledgement is not None:
            assert interaction.original is not None
            assert "restarted" in interaction.original.content
        else:
            # Nobody was connected for that server: Discord itself says so.
            assert not interaction.told


async def test_a_command_that_two_processes_hear_of_is_taken_in_once(site: Site) -> None:
    # As when shards are dealt out anew, or one cluster.id was given to two.
    pair = [site.add(name) for name in ("one", "two")]
    await asyncio.gather(*(process.start() for process in pair))
    await site.world.until(lambda: all(last_state(process) for process in pair), what="both", timeout=LONG)
    used = [await site.use(channel) for channel in (*site.channels, *site.channels)]
    await site.until(*used)
    assert all(len(interaction.told) == 2 for interaction in used)
    assert len(site.world.seedream.ledger) == 4
    assert [site.shown(interaction) for interaction in used] == [1] * 4
    assert all("Done" in words(i.original) for i in used if i.original is not None)
    told = [line for process in pair for line in lines(process) if "took this command in" in line["event"]]
    assert len(told) == 4
