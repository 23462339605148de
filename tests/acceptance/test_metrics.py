"""What Prometheus reads of a bot at work: figures of every kind, and nobody's name, prompt or secret."""

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, picture
from tests.acceptance.test_gateway_end import unused_port


async def test_a_job_is_counted_without_naming_anybody(empty_house: House) -> None:
    port = unused_port()
    await empty_house.start(health={"port": port})
    house, world = empty_house, empty_house.world
    world.seedream.faults.add(Fault(FaultKind.STATUS, path="/generate/", status=429, retry_after=1.0))
    world.discord.faults.add(Fault(FaultKind.STATUS, path="/threads$", status=502, times=1))
    interaction = await house.ask(prompt="a harbour nobody is to read of", image1=picture())
    await house.done(interaction)
    app = house.app
    assert app is not None
    await world.discord.until(lambda: app.discord.offline_seconds is None, what="the bot to know of its connection")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            text = await answer.text()
            assert answer.headers["Content-Type"].startswith("text/plain; version=")
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            assert (answer.status, (await answer.json())["status"]) == (200, "ready")
    samples = {
        (sample.name.removeprefix("seedream_bot_"), *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["api_requests_total", "ApiBusy", "generate"] == 1
    assert samples["api_requests_total", "generate", "ok"] == 1
    assert samples["api_requests_total", "ok", "tasks"] >= 2
    assert samples["api_requests_total", "ok", "upload"] == 1
    assert samples["retries_total", "ApiBusy", "submitting"] == 1
    assert samples["jobs_ended_total", "delivered"] == 1
    assert samples["jobs_ended_total", "failed"] == 0
    assert samples["steps_total", "ok", "waiting"] >= 2
    assert samples["step_seconds_count", "delivering"] >= 1
    assert samples["discord_requests_total", "502", "POST /channels/{id}/messages/{id}/threads"] == 1
    assert samples["discord_requests_total", "201", "POST /channels/{id}/messages/{id}/threads"] == 1
    assert any(key[-1] == "PATCH /webhooks/{id}/{token}/messages/{id}" for key in samples)
    assert samples["queue_oldest_seconds", "due"] >= 0
    assert samples["open_jobs", "waiting"] == 0
    assert (samples["discord_connected",], samples["database_up",]) == (1, 1)
    assert samples["event_loop_lag_seconds_count",] >= 0
    card = interaction.original
    assert card is not None
    for private in (
        "harbour",
        str(house.person.id),
        str(house.channel.id),
        str(house.guild.id),
        str(card.id),
        "mara",
        world.discord.token,
        world.seedream.api_token,
        interaction.token,
    ):
        assert private not in text
