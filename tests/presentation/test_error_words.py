"""Every class of the error tree has words of its own, which say its data and what it cost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.place import Right
from bot.errors import (
    ApiContentRefused,
    BotError,
    CannotPostPictures,
    Cost,
    DeliveryGivenUp,
    ImageTooManyPixels,
    NotAnImage,
    PhoneImageFormat,
    PromptMissing,
    PromptTooLong,
    ReferencesRefused,
    RequestRefused,
    ResultGone,
    ResultUnreachable,
    SizeNotUnderstood,
    StartupError,
    TaskFailed,
    TierNotOffered,
    TooFewPixels,
    TooManyImagesTogether,
    UnknownError,
    UnknownVersion,
)
from bot.presentation.errors import cost_words, describe, explain
from bot.presentation.rights import right_names
from tests.support.errors import classes, sample

# Errors whose data is for the log: words for people leave it out on purpose.
FOR_THE_LOG = {
    "code",
    "deleted",
    "detail",
    "kinds",
    "maybe_taken",
    "reason",
    "retry_after",
    "status",
    "summary",
    "url",
}
SPOKEN = [kind for kind in classes() if kind is not BotError]


@pytest.mark.parametrize("kind", SPOKEN, ids=lambda kind: kind.__name__)
def test_every_class_has_words_of_its_own(kind: type[BotError]) -> None:
    assert kind in describe.registry, f"no words for {kind.__name__} in bot.presentation.errors"


@pytest.mark.parametrize("kind", SPOKEN, ids=lambda kind: kind.__name__)
def test_the_words_are_whole_sentences_with_the_data_and_no_jargon(kind: type[BotError]) -> None:
    error = sample(kind)
    words = describe(error)
    assert words == words.strip()
    assert not re.search(r"[{}]", words)
    assert not any(other.__name__ in words for other in classes())
    assert "None" not in words
    for line in words.split("\n"):
        if not issubclass(kind, StartupError) and line != "This cannot be sent as it is:":
            assert re.search(r"[.!?]$", line), line
    if hasattr(error, "problems") and not issubclass(kind, StartupError):
        return
    for name, value in vars(error).items():
        if name not in FOR_THE_LOG and kind not in {CannotPostPictures, ResultGone}:
            _assert_said(value, words)


def _assert_said(value: object, words: str) -> None:
    unescaped = words.replace("\\", "").replace("@\u200b", "@")
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, int):
            assert str(item) in unescaped or f"{item:,}" in unescaped or "KB" in words, (item, words)
        else:
            assert str(item) in unescaped, (item, words)


@pytest.mark.parametrize("kind", SPOKEN, ids=lambda kind: kind.__name__)
def test_explaining_adds_what_it_cost(kind: type[BotError]) -> None:
    error = sample(kind)
    assert explain(error) == f"{describe(error)}\n{cost_words(error.cost)}"
    assert explain(error, Cost.NOTHING).endswith("Nothing was spent.")
    # A message has room for that and more.
    assert len(explain(error)) <= 4000


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PromptMissing(), "The prompt is empty. Describe the picture you would like."),
        (
            PromptTooLong(length=2345, limit=2000),
            "The prompt has 2,345 characters; Seedream takes at most 2,000. Please shorten it.",
        ),
        (
            UnknownVersion(text="9", offered=("5.0-lite", "4.5", "4.0")),
            "There is no version `9`. Choose 5.0-lite, 4.5 or 4.0.",
        ),
        (
            SizeNotUnderstood(text="  ", tiers=("2K", "4K")),
            "The size an empty text is not understood. Choose 2K or 4K, or give pixels such as `2560x1440`.",
        ),
        (
            TierNotOffered(tier="3K", version="4.5", offered=("2K", "4K")),
            "Version 4.5 does not draw 3K. It offers 2K and 4K, or exact pixels.",
        ),
        (
            TooFewPixels(width=100, height=200, version="4.5", minimum=3_686_400, example="2560x1440"),
            "100x200 has too few pixels for version 4.5: it draws 3,686,400 or more, for example 2560x1440.",
        ),
        (
            TooManyImagesTogether(references=14, images=2, limit=15),
            (
                "14 reference images and 2 pictures make 16; Seedream takes at most 15 together. "
                "With 14 reference images you can ask for at most 1."
            ),
        ),
        (
            NotAnImage(3, "notes.txt"),
            "Image 3, notes.txt: not an image. Accepted are JPEG, PNG, WebP, BMP, TIFF and GIF.",
        ),
        (
            ImageTooManyPixels(2, "a.png", width=9000, height=9000, maximum=36_000_000),
            "Image 2, a.png: 9,000x9,000 pixels are too many; Seedream takes at most 36,000,000 in all. Scale it down.",
        ),
        (
            CannotPostPictures(missing=("attach_files",)),
            (
                "I may not post pictures here, so I did not start. Someone who manages this channel can give me the "
                "permission “Attach Files”; or use the command in another channel."
            ),
        ),
        (TaskFailed(detail="out of memory."), "Seedream could not finish this task. It said: “out of memory”."),
        (TaskFailed(code="E7"), "Seedream could not finish this task. It said: “E7”."),
        (TaskFailed(), "Seedream could not finish this task."),
        (
            DeliveryGivenUp(reason=ResultUnreachable(number=2, detail="HTTP 503")),
            ("The pictures are finished, but could not be posted. Picture 2 could not be downloaded from Seedream."),
        ),
        (
            UnknownError(reference="a1b2"),
            "Sorry, something unforeseen went wrong. Please tell whoever runs this bot, with the reference `a1b2`.",
        ),
    ],
)
def test_words_to_read(error: BotError, words: str) -> None:
    assert describe(error) == words


def test_one_broken_rule_stands_alone_and_several_are_listed() -> None:
    one, two = PromptMissing(), PromptTooLong(length=3000, limit=2000)
    assert describe(RequestRefused(problems=(one,))) == describe(one)
    assert describe(RequestRefused(problems=(one, two))).split("\n") == [
        "This cannot be sent as it is:",
        f"- {describe(one)}",
        f"- {describe(two)}",
    ]
    bad = (NotAnImage(1, "a"), PhoneImageFormat(2, "b", format="HEIC"))
    assert describe(ReferencesRefused(problems=bad)).split("\n") == [describe(problem) for problem in bad]


@given(st.text(max_size=200))
def test_names_and_foreign_words_act_on_nothing(text: str) -> None:
    for error in (NotAnImage(1, text), TaskFailed(detail=text), ApiContentRefused(detail=text)):
        words = describe(error)
        assert "\n" not in words
        assert not re.search(r"@(?!\u200b)", words)
        assert not re.search(r"(?<!\\)(?:\\\\)*[<\[*_`|~]", words)
        assert "://" not in words
        assert len(words) <= 1024
    for asked in (UnknownVersion(text=text, offered=("4.0",)), SizeNotUnderstood(text=text, tiers=("2K",))):
        assert describe(asked).count("`") in {0, 2, 4}
        assert len(describe(asked)) <= 300


@pytest.mark.parametrize("kind", SPOKEN, ids=lambda kind: kind.__name__)
def test_pictures_that_could_not_be_posted_come_with_the_reason(kind: type[BotError]) -> None:
    reason = sample(kind)
    words = describe(DeliveryGivenUp(reason=reason))
    assert words == f"The pictures are finished, but could not be posted. {describe(reason)}"


@pytest.mark.parametrize("cost", Cost)
def test_every_cost_has_words(cost: Cost) -> None:
    assert cost_words(cost).endswith(".")


def test_every_right_has_a_name() -> None:
    names = right_names(right.value for right in Right)
    assert names.count("“") == len(Right)
    assert "Create Public Threads" in names
