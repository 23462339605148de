import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.telemetry.redaction import REDACTED, Redactor

KNOWN = "s3cret+value/1"
BOT_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTp0b2tlbi1vZi1pdA"


class Shy:
    def __repr__(self) -> str:
        raise RuntimeError(KNOWN)


class Holder:
    def __repr__(self) -> str:
        return f"Holder({KNOWN})"


@pytest.mark.parametrize(
    "text",
    [
        f"PATCH https://discord.com/api/v10/webhooks/1234/{INTERACTION_TOKEN}/messages/@original",
        "POST /api/v10/webhooks/1234/plainT0ken?wait=true",
        "POST /interactions/99/plainT0ken/callback",
        "{'url': '/interactions/99/plainT0ken/callback'}",
        "Authorization: Bearer plainT0ken",
        "{'Authorization': 'Bot plainT0ken'}",
        '{"authorization": "plainT0ken"}',
        '{\\"Authorization\\": \\"Bot plainT0ken\\"}',
        "<CIMultiDict('Host': 'x', 'Authorization': 'Bearer plainT0ken')>",
        "sent bearer plainT0ken.abc-def",
        f"Bot {BOT_TOKEN}",
        f"the token is {BOT_TOKEN}!",
        f"expired: {INTERACTION_TOKEN}",
        "{'t': 'INTERACTION_CREATE', 'd': {'token': 'plainT0ken', 'id': '1'}}",
        '{"token": "plainT0ken"}',
        "cannot connect to postgresql+asyncpg://bot:plainT0ken@db/seedream",
        "GET https://cdn.discordapp.com/attachments/1/2/a.png?ex=65&is=64&hm=plainT0ken& -> 403",
        "https://bucket.example/1.png?X-Tos-Algorithm=x&X-Tos-Credential=plainT0ken&X-Tos-Date=1",
        "https://bucket.example/1.png?X-Tos-Date=1&X-Tos-Signature=plainT0ken",
        "https://s3.example/1.png?X-Amz-Security-Token=plainT0ken&x=1",
        "https://oss.example/1.png?Expires=1&Signature=plainT0ken",
        "'https://files.example/1.png?token=plainT0ken'",
        "?next=1&amp;hm=plainT0ken",
    ],
)
def test_what_has_the_shape_of_a_token_is_replaced(text: str) -> None:
    clean = Redactor().text(text)
    assert REDACTED in clean
    for secret in ("plainT0ken", BOT_TOKEN, INTERACTION_TOKEN):
        assert secret not in clean


@pytest.mark.parametrize(
    "text",
    [
        "Bot connected as seedream",
        "bearer of news",
        "task 01234567-89ab-cdef-0123-456789abcdef is processing",
        "GET https://api.sinancode.com/v1/tasks/01234567-89ab-cdef-0123-456789abcdef -> 200",
        "https://cdn.discordapp.com/attachments/1/2/picture.png?ex=1&is=2",
        "sqlite+aiosqlite:///seedream-bot.db",
        "job 0123456789abcdef moved from waiting to delivering",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert Redactor([SecretStr(KNOWN)]).text(text) == text


@pytest.mark.parametrize(
    "plant",
    [
        lambda secret: secret,
        lambda secret: {"key": secret},
        lambda secret: {secret: "value"},
        lambda secret: {("tuple", secret): "value"},
        lambda secret: {"deep": [{"deeper": (1, {secret})}]},
        lambda secret: frozenset({secret}),
        lambda secret: secret.encode(),
        lambda secret: bytearray(secret.encode()),
        ValueError,
        lambda secret: {"url": f"https://x/?token={secret.replace('+', '%2B').replace('/', '%2F')}"},
        lambda _: Holder(),
        lambda _: Shy(),
    ],
)
def test_a_known_secret_is_replaced_wherever_it_is_planted(plant: Callable[[str], object]) -> None:
    clean = json.dumps(Redactor([SecretStr(KNOWN)]).value(plant(KNOWN)))
    assert KNOWN not in clean
    assert "s3cret" not in clean


@pytest.mark.parametrize("name", ["token", "api_token", "Authorization", "password"])
def test_what_stands_under_a_telling_name_is_replaced_whatever_it_is(name: str) -> None:
    assert Redactor().value({"outer": {name: ["short", 1]}}) == {"outer": {name: REDACTED}}


def test_no_token_stays_no_token() -> None:
    assert Redactor().value({"token": None}) == {"token": None}


def test_plain_values_keep_their_type() -> None:
    value = {"number": 1, "ratio": 0.5, "yes": True, "none": None, "list": [1, "two"]}
    assert Redactor([SecretStr(KNOWN)]).value(value) == value


def test_of_two_secrets_that_begin_alike_the_longer_is_replaced_whole() -> None:
    redactor = Redactor([SecretStr("abcd"), SecretStr("abcdefgh")])
    assert redactor.text("abcdefgh") == REDACTED


def test_an_empty_secret_does_not_eat_the_line() -> None:
    assert Redactor([SecretStr("")]).text("hello") == "hello"


@given(st.text(min_size=8), st.text(), st.text())
def test_a_known_secret_never_survives(secret: str, before: str, after: str) -> None:
    # What the replacement itself brings along is no leak.
    if secret in REDACTED or REDACTED in secret:
        return
    clean = Redactor([SecretStr(secret)]).text(before + secret + after)
    assert secret not in clean.replace(REDACTED, "")
