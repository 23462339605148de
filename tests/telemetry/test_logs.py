import errno
import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from unittest.mock import Mock
from urllib.parse import quote

import aiohttp
import discord
import pytest
import structlog
from pydantic import SecretStr

from bot.config import Settings, StorageSettings
from bot.telemetry.logs import Format, Level, configure_logging

SECRET = "s3cret-value-1"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def as_json(stream: io.StringIO) -> Iterator[io.StringIO]:
    restore = configure_logging("debug", "json", [SecretStr(SECRET)], stream=stream)
    yield stream
    restore()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(cause: Exception | None = None) -> None:
    raise ValueError(f"with {SECRET}") from cause


def test_a_line_is_one_json_object_with_its_values(as_json: io.StringIO) -> None:
    structlog.get_logger("bot.jobs").info("submitted", job="abc", images=2)
    (line,) = lines(as_json)
    assert line.pop("timestamp")
    assert line == {"event": "submitted", "logger": "bot.jobs", "level": "info", "job": "abc", "images": 2}


def test_the_standard_librarys_lines_go_the_same_way(as_json: io.StringIO) -> None:
    logging.getLogger("discord.gateway").warning("shard %d lost %s", 3, "its session")
    (line,) = lines(as_json)
    assert (line["event"], line["logger"], line["level"]) == ("shard 3 lost its session", "discord.gateway", "warning")


def test_context_variables_are_on_every_line(as_json: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(job="abc"):
        structlog.get_logger("bot").info("own")
        logging.getLogger("aiohttp").info("theirs")
    assert [line["job"] for line in lines(as_json)] == ["abc", "abc"]


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_secret_is_nowhere_in_the_log(stream: io.StringIO, form: Format) -> None:
    restore = configure_logging("debug", form, [SecretStr(SECRET)], stream=stream)
    own, theirs = structlog.get_logger("bot.x"), logging.getLogger("discord.http")
    try:
        own.info(f"event {SECRET}", value=SECRET, nested={"a": [SECRET, {SECRET: 1}]}, raw=SECRET.encode())
        own.info("position %s", SECRET)
        own.bind(bound=SECRET).warning("bound", error=ValueError(SECRET))
        own.info("stack", stack_info=True)
        theirs.warning("argument %s %r", SECRET, {"token": SECRET})
        theirs.warning("mapping %(key)s", {"key": SECRET})
        theirs.error("/webhooks/123/%s/messages/@original", "unknownT0ken")
        try:
            fail()
        except ValueError as error:
            own.exception("structlog's traceback")
            theirs.exception("the standard library's traceback")
            try:
                fail(error)
            except ValueError:
                own.exception("a chained traceback")
        group = ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)])
        theirs.error("a group", exc_info=group)
    finally:
        restore()
    text = stream.getvalue()
    assert SECRET not in text
    assert "unknownT0ken" not in text
    assert text.count("Traceback") >= 4
    assert "in fail" in text


def test_a_line_that_cannot_be_formatted_is_told_without_its_secret(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    # Configured here and not by a fixture, so that pytest's own handler, which raises, is out of the way.
    restore = configure_logging("debug", "json", [SecretStr(SECRET)], stream=stream)
    try:
        logging.getLogger("discord").warning(f"%d pieces of {SECRET}", SECRET)  # noqa: G004 - a secret in the format itself is what is tested
    finally:
        restore()
    assert stream.getvalue() == ""
    told = capsys.readouterr().err
    assert "A log line of discord" in told
    assert "TypeError" in told
    assert SECRET not in told


def test_missing_voice_libraries_are_no_news(as_json: io.StringIO) -> None:
    logging.getLogger("discord.client").warning("PyNaCl is not installed, voice will NOT be supported")
    logging.getLogger("discord.client").warning("something else")
    assert [line["event"] for line in lines(as_json)] == ["something else"]


def closed(code: int) -> discord.ConnectionClosed:
    return discord.ConnectionClosed(Mock(close_code=code), shard_id=0)


def no_gateway() -> Exception:
    make: Callable[[], Exception] = discord.GatewayNotFound  # its own signature has no types
    return make()


def attempt(error: Exception) -> None:
    """Log as `discord.shard.Shard._handle_disconnect` does."""
    logging.getLogger("discord.shard").error("Attempting a reconnect for shard ID %s in %.2fs", 0, 1.5, exc_info=error)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "connection refused"),
        (
            aiohttp.ClientConnectorError(Mock(), ConnectionResetError(errno.ECONNRESET, "x")),
            "connection reset by peer",
        ),
        (aiohttp.ServerDisconnectedError(), "Server disconnected"),
        (TimeoutError(), "timed out"),
        (closed(1000), "closed with code 1000"),
        (no_gateway(), "it does not tell its gateway"),
        (discord.HTTPException(Mock(status=503), None), "HTTP 503"),
        (OSError("Multiple exceptions:\n[1], [2]"), "Multiple exceptions: [1], [2]"),
    ],
)
@pytest.mark.parametrize(("level", "shown", "traced"), [("debug", 1, True), ("warning", 1, False), ("error", 0, False)])
def test_a_lost_gateway_is_one_line(
    stream: io.StringIO, error: Exception, reason: str, level: Level, shown: int, traced: bool
) -> None:
    restore = configure_logging(level, "json", stream=stream)
    try:
        attempt(error)
    finally:
        restore()
    told = lines(stream)
    assert len(told) == shown
    for line in told:
        assert line["event"] == f"no connection to Discord ({reason}); trying again; jobs go on"
        assert line["level"] == "warning"
        assert ("exception" in line) is traced


@pytest.mark.parametrize(
    ("logger", "text", "error"),
    [
        ("discord.shard", "Attempting a reconnect for shard ID 0 in 1.50s", ValueError("a bug")),
        ("discord.client", "Ignoring exception in on_ready", TimeoutError("elsewhere")),
        ("bot.jobs", "Attempting a reconnect", TimeoutError("our own")),
    ],
)
def test_other_errors_keep_their_traceback(stream: io.StringIO, logger: str, text: str, error: Exception) -> None:
    restore = configure_logging("info", "json", stream=stream)
    try:
        logging.getLogger(logger).error(text, exc_info=error)
    finally:
        restore()
    (line,) = lines(stream)
    assert (line["event"], line["level"]) == (text, "error")
    assert str(error) in str(line["exception"])


@pytest.mark.parametrize(
    ("level", "shown"), [("debug", ["info", "warning"]), ("info", ["warning"]), ("warning", ["warning"]), ("error", [])]
)
def test_alembic_talks_of_itself_at_debug_level_only(stream: io.StringIO, level: Level, shown: list[str]) -> None:
    restore = configure_logging(level, "json", stream=stream)
    try:
        for name in ("debug", "info", "warning"):
            getattr(logging.getLogger("alembic.runtime.migration"), name)("Context impl SQLiteImpl.")
    finally:
        restore()
    assert [line["level"] for line in lines(stream)] == shown


def test_warnings_are_logged(as_json: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # catch_warnings replaced the hook that captureWarnings had set.
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(f"old {SECRET}", UserWarning, stacklevel=1)
    (line,) = lines(as_json)
    assert line["logger"] == "py.warnings"
    assert SECRET not in str(line)


@pytest.mark.parametrize(
    ("level", "own", "theirs"),
    [
        ("debug", ["debug", "info", "warning", "error"], ["info", "warning", "error"]),
        ("info", ["info", "warning", "error"], ["info", "warning", "error"]),
        ("warning", ["warning", "error"], ["warning", "error"]),
        ("error", ["error"], ["error"]),
    ],
)
def test_the_level_is_the_bots_own_and_libraries_never_chatter(
    stream: io.StringIO, level: Level, own: list[str], theirs: list[str]
) -> None:
    restore = configure_logging(level, "json", stream=stream)
    try:
        for name in ("debug", "info", "warning", "error"):
            getattr(structlog.get_logger("bot.jobs"), name)("own")
            getattr(logging.getLogger("discord.gateway"), name)("theirs")
    finally:
        restore()
    assert [line["level"] for line in lines(stream) if line["event"] == "own"] == own
    assert [line["level"] for line in lines(stream) if line["event"] == "theirs"] == theirs


@pytest.mark.parametrize(
    ("form", "stream", "is_json"),
    [
        ("auto", io.StringIO(), True),
        ("auto", Terminal(), False),
        ("json", Terminal(), True),
        ("text", io.StringIO(), False),
    ],
)
def test_auto_is_text_on_a_terminal_and_json_elsewhere(form: Format, stream: io.StringIO, is_json: bool) -> None:
    restore = configure_logging("info", form, stream=stream)
    try:
        structlog.get_logger("bot").info("hello", n=1)
    finally:
        restore()
    assert stream.getvalue().startswith("{") is is_json
    assert "hello" in stream.getvalue()


def test_everything_is_put_back(stream: io.StringIO) -> None:
    root = logging.getLogger()

    def state() -> tuple[object, ...]:
        return (
            list(root.handlers),
            root.level,
            *(logging.getLogger(name).level for name in ("bot", "alembic")),
            structlog.is_configured(),
        )

    before = state()
    outer = configure_logging("error", "text", stream=io.StringIO())
    between, settings = state(), structlog.get_config()
    configure_logging("debug", "json", stream=stream)()
    assert state() == between
    assert structlog.get_config() == settings
    outer()
    assert state() == before


def test_stderr_is_where_it_goes_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    restore = configure_logging("info", "auto")
    try:
        structlog.get_logger("bot").info("hello")
    finally:
        restore()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["event"] == "hello"
    assert sys.stderr is not None


PASSWORD = "p@ss/w%rd"
PLANTED = {
    "bot token": "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "API token": "sk-plain-and-unforeseeable",
    "interaction token": "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTp0b2tlbi1vZi1pdA",
    "signature": "f00dfacef00dfacef00dface",
    "password": PASSWORD,
}


def settings() -> Settings:
    return Settings.model_validate(
        {
            "discord": {"token": PLANTED["bot token"]},
            "seedream": {"api_token": PLANTED["API token"]},
            # Set past the check of the URL, which another engine's need not pass.
            "storage": StorageSettings.model_construct(url=f"postgresql+asyncpg://bot:{quote(PASSWORD, safe='')}@db/x"),
        }
    )


def fall_over(with_words: str) -> None:
    raise ConnectionError(with_words)


def planted(name: str) -> str:
    secret = PLANTED[name]
    return {
        "interaction token": f"PATCH https://discord.com/api/v10/webhooks/1234/{secret}/messages/@original",
        "signature": f"https://cdn.discordapp.com/attachments/1/2/a.png?ex=65&is=64&hm={secret}&",
        "password": f"postgresql+asyncpg://bot:{quote(secret, safe='')}@db/x, that is {secret}",
    }.get(name, f"with {secret}")


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("logger", ["bot.jobs", "discord.http", "aiohttp.client", "sqlalchemy.engine", "asyncio"])
def test_planted_secrets_are_nowhere_in_lines_and_tracebacks(
    stream: io.StringIO, form: Format, name: str, logger: str
) -> None:
    restore = configure_logging("debug", form, settings().secrets(), stream=stream)
    log = logging.getLogger(logger)
    try:
        log.warning("a line %s", planted(name))
        log.warning(planted(name).replace("%", "%%"))
        try:
            fall_over(planted(name))
        except ConnectionError as error:
            error.add_note(planted(name))
            log.exception("failed", exc_info=ExceptionGroup("it could not be had", [error]))
        structlog.get_logger(logger).error("failed", url=planted(name), error=ValueError(planted(name)))
    finally:
        restore()
    text = stream.getvalue()
    assert "it could not be had" in text
    for form_of_it in {PLANTED[name], quote(PLANTED[name], safe=""), json.dumps(PLANTED[name])[1:-1]}:
        assert form_of_it not in text
