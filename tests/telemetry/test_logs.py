import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

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
        return (list(root.handlers), root.level, logging.getLogger("bot").level, structlog.is_configured())

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
