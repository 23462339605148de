"""The metrics of a running bot, as Prometheus reads them: counts and times, no person, no prompt, no secret.

Labels are bounded: states, routes without their ids, and names of error classes. Conventions:
https://prometheus.io/docs/practices/naming/ and https://prometheus.io/docs/instrumenting/exposition_formats/.
"""

import platform
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.domain.job import ENDS, Status

CONTENT_TYPE = CONTENT_TYPE_LATEST
QUEUES = ("due", "in_line", "unclaimed")
"""Jobs whose step is due and has not begun; that wait for a place at the API; that no process holds."""

_STEPS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180)
_CALLS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """Everything that is counted, in a registry of its own; may be written and read from any thread.

    Args:
        version: the bot's.
        libraries: versions of what it stands on, by name.
    """

    def __init__(self, version: str, libraries: Mapping[str, str]) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        build = Info("seedream_bot_build", "What is running.", registry=registry)
        build.info({"version": version, "python": platform.python_version(), **libraries})
        self._open = Gauge("seedream_bot_open_jobs", "Jobs not ended, or not told.", ["status"], registry=registry)
        self._ended = Counter("seedream_bot_jobs_ended", "Jobs that came to their end.", ["end"], registry=registry)
        self._steps = Counter(
            "seedream_bot_steps", "Steps taken, by how they came out.", ["step", "outcome"], registry=registry
        )
        self._step_seconds = Histogram(
            "seedream_bot_step_seconds", "How long steps took.", ["step"], buckets=_STEPS, registry=registry
        )
        self._retries = Counter(
            "seedream_bot_retries", "Steps that are to be tried again.", ["step", "error"], registry=registry
        )
        self._api = Counter(
            "seedream_bot_api_requests", "Requests to Seedream.", ["route", "outcome"], registry=registry
        )
        self._api_seconds = Histogram(
            "seedream_bot_api_request_seconds",
            "How long Seedream took to answer.",
            ["route"],
            buckets=_CALLS,
            registry=registry,
        )
        self._discord = Counter(
            "seedream_bot_discord_requests", "Requests to Discord.", ["route", "outcome"], registry=registry
        )
        self._discord_seconds = Histogram(
            "seedream_bot_discord_request_seconds",
            "How long Discord took to answer.",
            ["route"],
            buckets=_CALLS,
            registry=registry,
        )
        self._queue = Gauge("seedream_bot_queue_jobs", "Jobs that wait for the bot.", ["queue"], registry=registry)
        self._queue_age = Gauge(
            "seedream_bot_queue_oldest_seconds",
            "For how long the first of them has waited.",
            ["queue"],
            registry=registry,
        )
        self._running = Gauge("seedream_bot_running_steps", "Steps being taken.", registry=registry)
        self._at_api = Gauge("seedream_bot_tasks_at_api", "Jobs that hold a place at the API.", registry=registry)
        self._lag = Histogram(
            "seedream_bot_event_loop_lag_seconds", "How late the event loop is.", buckets=_LAGS, registry=registry
        )
        self._silence = Gauge(
            "seedream_bot_event_loop_silence_seconds", "Since when it has not come round.", registry=registry
        )
        self._connected = Gauge(
            "seedream_bot_discord_connected", "Whether every shard of this process is connected.", registry=registry
        )
        self._gateway = True
        self._database = Gauge("seedream_bot_database_up", "Whether the database answers.", registry=registry)
        for end in ENDS:
            self._ended.labels(end.value)

    def step(self, step: Status, outcome: str, seconds: float) -> None:
        """Count a step of a job; `outcome` is "ok" or the name of an error's class."""
        self._steps.labels(step.value, outcome).inc()
        self._step_seconds.labels(step.value).observe(seconds)

    def retry(self, step: Status, error: str) -> None:
        """Count a step that is to be tried again, by the name of the error's class."""
        self._retries.labels(step.value, error).inc()

    def ended(self, end: Status) -> None:
        """Count a job that has come to its end and needs nothing more."""
        self._ended.labels(end.value).inc()

    def api_call(self, route: str, outcome: str, seconds: float) -> None:
        """Count a request to Seedream."""
        self._api.labels(route, outcome).inc()
        self._api_seconds.labels(route).observe(seconds)

    def discord_call(self, route: str, outcome: str, seconds: float) -> None:
        """Count a request to Discord, by route template."""
        self._discord.labels(route, outcome).inc()
        self._discord_seconds.labels(route).observe(seconds)

    def lag(self, seconds: float) -> None:
        """Count one round of the event loop."""
        self._lag.observe(seconds)

    def show_open_jobs(self, by_status: Mapping[Status, int] | None) -> None:
        """Set how many jobs there are in each state; None where the database does not say."""
        self._database.set(by_status is not None)
        if by_status is None:
            # No figure is better than one of some time ago.
            self._open.clear()
            return
        for status in Status:
            self._open.labels(status.value).set(by_status.get(status, 0))

    def show_queue(self, queue: str, jobs: int, oldest_seconds: float) -> None:
        """Set the length and age of one of `QUEUES`."""
        self._queue.labels(queue).set(jobs)
        self._queue_age.labels(queue).set(oldest_seconds)

    def show_process(self, *, running: int, at_api: int, silence: float, connected: bool | None) -> None:
        """Set what this process is at; `connected` is None where there is no connection to Discord to speak of."""
        self._running.set(running)
        self._at_api.set(at_api)
        self._silence.set(silence)
        if connected is not None:
            self._connected.set(connected)
        elif self._gateway:
            self._gateway = False
            self._registry.unregister(self._connected)

    def render(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self._registry)
