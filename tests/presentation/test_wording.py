"""Text of people made harmless, and the small pieces sentences are made of."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.presentation.wording import (
    abridged,
    clock_time,
    code,
    file_size,
    listing,
    money,
    number,
    one_line,
    plain,
    quote,
    relative,
    seconds,
    shortened,
)

ACTIVE = set("\\`*_~|<>[]")
NASTY = "".join(sorted(ACTIVE)) + "@#:/()-+ \n&!1"
texts = st.one_of(st.text(max_size=200), st.text(alphabet=NASTY, max_size=200))


def _shown(words: str) -> str:
    """Return what Discord shows of harmless words; fail on anything it would act on."""
    shown, rest = "", words
    assert "\n" not in words
    assert not words.startswith(("#", "-", "+"))
    while rest:
        letter, rest = rest[0], rest[1:]
        if letter == "\\":
            assert rest, "a backslash at the end would escape what follows"
            assert rest[0] in ACTIVE | set("#-+")
            letter, rest = rest[0], rest[1:]
        else:
            assert letter not in ACTIVE, words
        if letter == "@":
            assert rest.startswith("\u200b"), "a mention"
            rest = rest[1:]
        if letter == ":" and rest.startswith("\u200b//"):
            rest = rest[1:]
        shown += letter
    assert "://" not in words
    return shown


@example("@everyone")
@example("<@4001> <@&1> <#2> <t:0:R> <:emoji:1>")
@example("[free](https://evil.example)")
@example("# big\n- list\n-# small")
@example("**bold** __under__ ~~gone~~ ||spoiler|| `code` ```block```")
@example("\\@everyone \\*")
@example("https://evil.example/a_b")
@given(texts)
def test_plain_words_are_shown_as_they_are_and_act_on_nothing(text: str) -> None:
    # Zero-width spaces of the person's own cannot be told from ours.
    text = text.replace("\u200b", "")
    assert _shown(plain(text)) == one_line(text)


@given(texts)
def test_code_cannot_be_ended_from_within(text: str) -> None:
    words = code(text)
    assert words[0] == words[-1] == "`"
    assert "`" not in words[1:-1]
    assert "\n" not in words


@example("*" * 2000, 1000)
@example("\n" * 2000 + "x", 1000)
@example("x\n" * 1000, 1000)
@given(texts, st.integers(1, 300))
def test_a_quote_stays_a_quote_and_within_its_room(text: str, limit: int) -> None:
    text = text.replace("\u200b", "")
    quoted = quote(text, limit)
    assert len(quoted) <= max(limit, 4)
    for line in quoted.split("\n") if quoted else []:
        assert line.startswith("> ")
        _shown(line[2:])


def test_a_quote_keeps_line_breaks() -> None:
    assert quote("one\ntwo *three*", 100) == "> one\n> two \\*three\\*"


@given(st.text(max_size=300), st.integers(0, 300))
def test_shortened_text_keeps_its_limit(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text if len(text) <= limit else short == "" or short.endswith("…")


def test_it_is_cut_at_a_word_where_that_loses_little() -> None:
    assert shortened("a fox walking home", 15) == "a fox walking…"
    assert shortened("antidisestablishmentarianism", 10) == "antidises…"


@given(st.text(alphabet="ab \n", max_size=300), st.integers(0, 300))
def test_abridged_text_keeps_its_limit(text: str, limit: int) -> None:
    assert len(abridged(text, limit)) <= limit


def test_abridged_text_keeps_what_it_cost() -> None:
    text = "\n".join(["something long went wrong"] * 50 + ["Nothing was spent."])
    assert abridged(text, 100).endswith("…\nNothing was spent.")
    assert abridged(text, 10_000) == text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (listing([]), ""),
        (listing(["a"]), "a"),
        (listing(["a", "b"]), "a and b"),
        (listing(["a", "b", "c"], "or"), "a, b or c"),
        (number(3_686_400), "3,686,400"),
        (file_size(10 * 1024 * 1024), "10 MB"),
        (file_size(25 * 1024 * 1024 + 512 * 1024), "25.5 MB"),
        (file_size(512 * 1024), "512 KB"),
        (file_size(3), "1 KB"),
        (seconds(0.2), "1 s"),
        (seconds(14.4), "14 s"),
        (seconds(59.6), "1 min"),
        (seconds(125), "2 min 5 s"),
        (relative(datetime(2026, 1, 1, 12, tzinfo=UTC)), "<t:1767268800:R>"),
        (clock_time(datetime(2026, 1, 1, 12, tzinfo=UTC)), "<t:1767268800:f>"),
        (one_line(" a \n\t b "), "a b"),
        (money(Decimal("0.5"), "USD"), "0.50 USD"),
        (money(Decimal("0.0375"), "EUR"), "0.0375 EUR"),
        (money(Decimal(1500), "CNY"), "1,500.00 CNY"),
        (code("a`b"), "`aˋb`"),
    ],
)
def test_small_pieces(words: str, said: str) -> None:
    assert words == said
