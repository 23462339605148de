"""The card, the messages below it, and Discord's limits for each."""

import gettext
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import Job, Status
from bot.domain.place import NoThread, Right, Venue
from bot.domain.references import Reference
from bot.domain.request import GenerationRequest
from bot.domain.sizes import SIZE_RULES, Version, parse_size
from bot.errors import DamagedImage, NotAnImage, ReferencesRefused, TaskFailed
from bot.presentation import i18n
from bot.presentation.card import card, images_wanted, small_print, thread_name
from bot.presentation.choices import AUTO, image_count_choices, size_choices, version_choices
from bot.presentation.i18n import speaking
from bot.presentation.messages import alt_text, end_message, images_message, task_message
from bot.presentation.panel import Panel, Tone
from tests.support.jobs import PERSON, delivering_job, make_job, make_place, make_references, waiting_job

LONG_PROMPTS = ["x" * 2000, "*" * 2000, "fox @everyone " * 142, "a\n" * 1000, "@" * 2000, "狐" * 2000]
LONG_NAMES = tuple(Reference(number, f"{'_*' * 60}{number}.png", "https://cdn") for number in range(1, 15))
ALL_BAD = ReferencesRefused(problems=tuple(NotAnImage(r.number, r.filename) for r in LONG_NAMES))
IN_PLACE = make_place(venue=Venue.CHANNEL, no_thread=NoThread.PERMISSION, missing=tuple(right.value for right in Right))


def _worst_jobs(prompt: str) -> list[Job]:
    request = GenerationRequest(prompt, max_images=None, reference_count=14)
    base: dict[str, Any] = {"request": request, "references": LONG_NAMES}
    links = tuple(f"https://results.example/{'x' * 400}/{number}" for number in range(1, 16))
    return [
        make_job(**base),
        make_job(status=Status.REFUSED, failure=ALL_BAD, **base),
        make_job(status=Status.REFUSED, failure=ALL_BAD, place=IN_PLACE, **base),
        waiting_job(place=IN_PLACE, **base),
        waiting_job(status=Status.FAILED, failure=TaskFailed(detail="*" * 300), place=IN_PLACE, **base),
        delivering_job(15, status=Status.FAILED, place=IN_PLACE, **{**base, "results": links}),
        delivering_job(
            15,
            status=Status.DELIVERED,
            place=IN_PLACE,
            notes={str(n): note for n, note in enumerate(["gone", "unusable", "unconfirmed"] * 5, start=1)},
            **{**base, "results": links},
        ),
    ]


def _assert_within_limits(panel: Panel) -> None:
    # https://discord.com/developers/docs/resources/message#embed-object-embed-limits
    embed = panel.embed()
    assert len(embed) <= 6000
    assert len(embed.description or "") <= 4096
    assert len(embed.fields) <= 25
    for field in embed.fields:
        assert 1 <= len(field.name or "") <= 256
        assert 1 <= len(field.value or "") <= 1024
    assert len(embed.footer.text or "") <= 2048
    assert 1 <= len(panel.text()) <= 2000


@pytest.mark.parametrize("prompt", LONG_PROMPTS, ids=lambda prompt: prompt[:5])
def test_everything_stays_within_discords_limits(prompt: str) -> None:
    for job in _worst_jobs(prompt):
        _assert_within_limits(card(job, 14.0, "1,500.00 USD"))
        _assert_within_limits(task_message(job, 14.0))
        assert 1 <= len(thread_name(job)) <= 100
        assert len(end_message(job)) <= 2000
        shrunk = replace(job, notes={str(number): "scaled" for number in range(1, 16)})
        assert len(images_message(shrunk, tuple(range(1, 11)), mention=True)) <= 2000
        for number in range(1, len(job.results) + 1):
            alt = alt_text(job, number)
            assert len(alt) <= 1024
            assert alt.endswith(f"(image {number} of {len(job.results)})")


@pytest.mark.parametrize("prompt", LONG_PROMPTS, ids=lambda prompt: prompt[:5])
def test_what_matters_is_never_cut_off(prompt: str) -> None:
    for job in _worst_jobs(prompt):
        panel = card(job)
        embed = panel.embed()
        shown = "\n".join(str(field.value) for field in embed.fields) + str(embed.footer.text)
        for words in (shown, panel.text()):
            assert job.id in words
            if job.status is Status.REFUSED:
                assert "Nothing was spent." in words
            if job.task_id is not None and job.place.venue is not Venue.THREAD:
                assert job.task_id in words
        assert f"Job {job.id}" in end_message(job)
        if job.task_id is not None:
            assert job.task_id in end_message(job)


def test_all_fourteen_bad_references_are_named() -> None:
    problems = tuple(DamagedImage(n, f"holiday picture {n}.png") for n in range(1, 15))
    job = make_job(status=Status.REFUSED, failure=ReferencesRefused(problems=problems), references=make_references(14))
    embed = card(job).embed()
    shown = "\n".join(str(field.value) for field in embed.fields)
    assert all(f"Image {n}, holiday picture {n}.png" in shown for n in range(1, 15))


@given(st.text(min_size=1, max_size=2000).filter(str.strip))
def test_any_prompt_gives_a_thread_name_and_alt_text(prompt: str) -> None:
    job = delivering_job(3, request=GenerationRequest(prompt))
    assert len(thread_name(job)) <= 100
    assert len(alt_text(job, 2)) <= 1024
    assert "\n" not in thread_name(job) + alt_text(job, 2)
    _assert_within_limits(card(job))


def test_a_card_to_read() -> None:
    job = waiting_job(references=make_references(2, api_url="u"), request=GenerationRequest("a *fox*", max_images=3))
    panel = card(job, cost="0.12 USD")
    assert panel.text() == (
        "> a \\*fox\\*\n"
        "Version: 5.0-lite · Size: 2K · Pictures: 3 · Costs at most: 0.12 USD\n"
        "**Reference images:** 1 picture 1.png · 2 picture 2.png\n"
        "**Progress:** In the works; task ID and status are in the thread.\n"
        f"-# Job {job.id}"
    )
    embed = panel.embed()
    assert embed.description == "> a \\*fox\\*"
    assert [(field.name, field.value, field.inline) for field in embed.fields] == [
        ("Version", "5.0-lite", True),
        ("Size", "2K", True),
        ("Pictures", "3", True),
        ("Costs at most", "0.12 USD", True),
        ("Reference images", "1 picture 1.png · 2 picture 2.png", False),
        ("Progress", "In the works; task ID and status are in the thread.", False),
    ]
    assert embed.footer.text == f"Job {job.id}"
    assert embed.colour == discord.Colour(int(Tone.WORKING))


def _labels(job: Job) -> list[str]:
    return [name for name, _ in card(job).wide_fields]


def test_what_the_card_carries_where() -> None:
    assert _labels(waiting_job()) == ["Progress"]
    assert _labels(waiting_job(place=IN_PLACE)) == ["Task ID", "Status"]
    assert _labels(make_job(status=Status.SUBMITTING, place=IN_PLACE)) == ["Status"]
    assert _labels(make_job(place=IN_PLACE)) == ["Progress"]
    assert _labels(delivering_job(place=IN_PLACE)) == ["Task ID", "Status", "Progress"]
    assert _labels(waiting_job(status=Status.FAILED, failure=TaskFailed())) == ["Outcome"]
    assert _labels(delivering_job(status=Status.DELIVERED)) == ["Outcome"]


def test_the_message_with_task_id_and_status() -> None:
    panel = task_message(waiting_job("0" * 16), 14)
    assert panel.wide_fields[0] == ("Task ID", f"`task-of-{'0' * 16}`")
    assert panel.wide_fields[1][0] == "Status"
    assert "`pending` since <t:" in panel.wide_fields[1][1]


@pytest.mark.parametrize("reason", NoThread)
def test_why_there_is_no_thread(reason: NoThread) -> None:
    lines = small_print(make_job(place=make_place(no_thread=reason, missing=("create_public_threads",))))
    assert lines[-1] == f"Job {make_job().id}"
    explained = {NoThread.PERMISSION, NoThread.REFUSED, NoThread.THREAD_GONE, NoThread.NOT_A_MEMBER}
    assert len(lines) == (2 if reason in explained else 1)
    if reason is NoThread.PERMISSION:
        assert "“Create Public Threads”" in lines[0]


def test_the_message_with_pictures_mentions_once_and_says_what_was_done() -> None:
    job = delivering_job(3, notes={"2": "scaled", "3": "reencoded"})
    first = images_message(job, (1, 2), mention=True).split("\n")
    assert first[0] == f"<@{PERSON}>, your 3 pictures are ready after 14 s."
    assert first[1].startswith(
        "-# Image 2 was scaled down to fit Discord's limit of 10 MB here. [The original](<https:"
    )
    assert images_message(job, (3,), mention=False).startswith("-# Image 3 was saved as JPEG to fit")
    assert images_message(job, (1,), mention=False) == ""


def test_in_direct_messages_it_is_said_what_the_pictures_are_of() -> None:
    place = make_place(venue=Venue.CHANNEL, no_thread=NoThread.DIRECT_MESSAGE, card_id=0)
    assert "a fox in clay" in images_message(delivering_job(place=place), (1,), mention=True)
    failed = waiting_job(status=Status.FAILED, failure=TaskFailed(), place=place)
    assert "You had asked for: “a fox in clay”" in end_message(failed)


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNKNOWN, Status.EXPIRED, Status.CANCELLED, Status.REFUSED])
def test_how_it_ended(status: Status) -> None:
    job = waiting_job(status=status, failure=TaskFailed(detail="oops"))
    lines = end_message(job).split("\n")
    assert lines[0].startswith(f"<@{PERSON}>, ")
    assert lines[1] == "Seedream could not finish this task. It said: “oops”."
    assert lines[-2:] == [f"Task ID: `{job.task_id}`", f"-# Job {job.id}"]


def test_pictures_wanted() -> None:
    assert images_wanted(GenerationRequest("f", max_images=4)) == "4"
    assert images_wanted(GenerationRequest("f", max_images=None, reference_count=3)) == "Auto (up to 12)"


@given(
    st.sampled_from([None, "", "5.0-lite", "4.5", "4.0", "unheard of"]),
    st.one_of(st.text(max_size=120), st.from_regex(r"\d{1,5}x\d{1,5}", fullmatch=True), st.just("K")),
)
def test_sizes_offered_stay_within_discords_limits(version: str | None, typed: str) -> None:
    choices = size_choices(version, typed)
    assert len(choices) <= 25
    for name, value in choices:
        assert 1 <= len(name) <= 100
        assert 1 <= len(value) <= 100
        assert parse_size(value) == parse_size(name)
    assert len({value for _, value in choices}) == len(choices)


@pytest.mark.parametrize("version", Version)
def test_tiers_come_first_and_every_size_offered_is_drawn(version: Version) -> None:
    choices = size_choices(version.value, "")
    tiers = SIZE_RULES[version].tiers
    assert [value for _, value in choices[: len(tiers)]] == [tier.value for tier in tiers]
    for _, value in choices[len(tiers) :]:
        size = parse_size(value)
        assert size is not None
        assert not isinstance(size, str)
        assert SIZE_RULES[version].draws(size)


def test_sizes_by_what_was_typed() -> None:
    assert [value for _, value in size_choices("5.0-lite", "16:9")] == ["2848x1600", "4096x2304"]
    assert ("3K · 16:9 · 4096x2304", "4096x2304") in size_choices("5.0-lite", "3k")
    assert size_choices("4.5", "2600 x 1500") == [("2600x1500", "2600x1500")]
    assert size_choices("4.5", "100x100") == [("100x100 · not drawn by 4.5", "100x100")]
    assert size_choices("4.5", "16001x1000")[0][0] == "16001x1000 · not drawn by 4.5"
    assert size_choices(None, "") == size_choices("5.0-lite", "")


def test_versions_and_numbers_on_offer() -> None:
    assert [value for _, value in version_choices()] == ["5.0-lite", "4.5", "4.0"]
    counts = image_count_choices()
    assert counts[:-1] == [(str(count), count) for count in range(1, 16)]
    assert counts[-1] == ("Auto (up to 15)", AUTO)
    assert len(counts) <= 25


def _catalogue(folder: Path, language: str, sentences: dict[str, str]) -> None:
    """Write a gettext catalogue. Source: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html."""
    entries = [("", "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n")]
    entries = sorted(entries + list(sentences.items()))
    originals = [key.encode() for key, _ in entries]
    translations = [value.encode() for _, value in entries]
    start = 28 + 16 * len(entries)
    tables, data = b"", b""
    for texts in (originals, translations):
        for text in texts:
            tables += struct.pack("<II", len(text), start + len(data))
            data += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0)
    target = folder / language / "LC_MESSAGES"
    target.mkdir(parents=True)
    (target / f"{i18n.DOMAIN}.mo").write_bytes(head + tables + data)


def test_a_translation_is_laid_over_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _catalogue(
        tmp_path,
        "de",
        {
            "Got it.": "Ist notiert.",
            "Checking {count} reference image.\0Checking {count} reference images.": (
                "Prüfe {count} Bild.\0Prüfe {count} Bilder."
            ),
        },
    )
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    i18n._catalogue.cache_clear()
    try:
        checking = make_job(status=Status.PREPARING, references=make_references(2))
        with speaking("de"):
            assert card(make_job()).wide_fields[-1][1] == "Ist notiert."
            assert card(checking).wide_fields[-1][1] == "Prüfe 2 Bilder."
            with speaking("fr"):
                assert card(make_job()).wide_fields[-1][1] == "Got it."
            assert card(make_job()).wide_fields[-1][1] == "Ist notiert."
            assert card(waiting_job()).wide_fields[-1][1] == "In the works; task ID and status are in the thread.", (
                "untranslated words stay English"
            )
        with speaking("de-AT"):
            assert card(make_job()).wide_fields[-1][1] == "Ist notiert."
        assert card(make_job()).wide_fields[-1][1] == "Got it."
    finally:
        i18n._catalogue.cache_clear()
    assert isinstance(i18n._catalogue("xx"), gettext.NullTranslations)
