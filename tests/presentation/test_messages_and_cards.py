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

from bot.domain.job import Job, PictureNote, Sent, Status
from bot.domain.place import NoThread, Right, Venue
from bot.domain.references import Reference
from bot.domain.request import GenerationRequest
from bot.domain.sizes import SIZE_RULES, Version, parse_size
from bot.errors import DamagedImage, DeliveryGivenUp, NotAnImage, PlaceGone, ReferencesRefused, TaskFailed
from bot.presentation import i18n
from bot.presentation.card import card, images_wanted, small_print, thread_name
from bot.presentation.choices import AUTO, image_count_choices, size_choices, version_choices
from bot.presentation.i18n import speaking
from bot.presentation.links import MISSING, link_pages
from bot.presentation.messages import alt_text, end_message, images_message, task_message
from bot.presentation.panel import Panel, Tone
from tests.support.jobs import CARD, CHANNEL, PERSON, delivering_job, make_job, make_place, make_references, waiting_job

LONG_PROMPTS = ["x" * 2000, "*" * 2000, "fox @everyone " * 142, "a\n" * 1000, "@" * 2000, "狐" * 2000]
LONG_NAMES = tuple(Reference(number, f"{'_*' * 60}{number}.png", "https://cdn") for number in range(1, 15))
ALL_BAD = ReferencesRefused(problems=tuple(NotAnImage(r.number, r.filename) for r in LONG_NAMES))
GIVEN_UP = DeliveryGivenUp(reason=PlaceGone())
# As long as links can be that just find room among other words.
ROOMY = tuple(f"https://r.example/{'x' * 17}/{number:02}" for number in range(1, 16))
IN_PLACE = make_place(venue=Venue.CHANNEL, no_thread=NoThread.PERMISSION, missing=tuple(right.value for right in Right))

ON_SHELVES: dict[str, Any] = {
    "place": make_place(venue=Venue.INTERACTION, no_thread=NoThread.NOT_A_MEMBER),
    "thread_id": None,
    "sent": {
        "from-1": Sent("n", CHANNEL, CARD, tuple(range(1, 11))),
        "shelf-1": Sent("o", CHANNEL, 8001),
        "from-11": Sent("p", CHANNEL, 8001, tuple(range(11, 16))),
    },
    "notes": {str(n): (PictureNote.SCALED, PictureNote.REENCODED)[n % 2] for n in range(1, 16)},
}


def _worst_jobs(prompt: str) -> list[Job]:
    request = GenerationRequest(prompt, max_images=None, reference_count=14)
    base: dict[str, Any] = {"request": request, "references": LONG_NAMES}
    links = tuple(f"https://results.example/{'x' * 400}/{number}" for number in range(1, 16))
    lost = {str(n): note for n, note in enumerate(MISSING * 5, start=1)}
    direct = replace(IN_PLACE, direct_channel_id=9009)
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
            notes=lost,
            **{**base, "results": links},
        ),
        delivering_job(15, status=Status.FAILED, failure=GIVEN_UP, place=direct, **{**base, "results": links}),
        delivering_job(15, status=Status.FAILED, failure=GIVEN_UP, place=direct, **{**base, "results": ROOMY}),
        delivering_job(15, status=Status.DELIVERED, place=direct, notes=lost, **{**base, "results": ROOMY}),
        delivering_job(15, status=Status.DELIVERED, **ON_SHELVES, **{**base, "results": ROOMY}),
        delivering_job(15, status=Status.DELIVERED, **ON_SHELVES, **{**base, "results": links}),
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
        for mention in (True, False):
            assert 1 <= len(end_message(job, mention=mention)) <= 2000
        assert all(1 <= len(page) <= 2000 for page in link_pages(job))
        notes = {str(number): PictureNote.SCALED for number in range(1, min(10, len(job.results)) + 1)}
        shrunk = replace(job, notes=notes)
        for results in (job.results, tuple(link[:65] for link in job.results)):
            told = images_message(replace(shrunk, results=results), tuple(map(int, notes)), mention=True)
            assert len(told) <= 2000
            assert told.count("was scaled down") == len(notes)
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
        for mention in (True, False):
            assert f"Job {job.id}" in end_message(job, mention=mention)
            if job.task_id is not None:
                assert job.task_id in end_message(job, mention=mention)


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
    job = delivering_job(3, notes={"2": PictureNote.SCALED, "3": PictureNote.REENCODED})
    assert job.results_expire_at is not None
    until = f"<t:{int(job.results_expire_at.timestamp())}:f>"
    assert images_message(job, (1, 2), mention=True).split("\n") == [
        f"<@{PERSON}>, your 3 pictures are ready after 14 s.",
        (
            "-# Image 2 was scaled down so that Discord takes it here. "
            f"[The original](<{job.results[1]}>) can be had until {until}."
        ),
    ]
    assert images_message(job, (3,), mention=False).startswith("-# Image 3 was saved as JPEG so that Discord")
    assert images_message(job, (1,), mention=False) == ""


@pytest.mark.parametrize(
    ("notes", "words"),
    [
        ({}, "your 3 pictures are ready"),
        ({"1": PictureNote.SCALED, "2": PictureNote.UNCONFIRMED}, "your 3 pictures are ready"),
        ({"1": PictureNote.GONE}, "your 2 pictures are ready"),
        ({"1": PictureNote.GONE, "2": PictureNote.UNUSABLE}, "your picture is ready"),
    ],
)
def test_only_pictures_that_come_are_announced(notes: dict[str, PictureNote], words: str) -> None:
    assert words in images_message(delivering_job(3, notes=notes), (3,), mention=True)


def test_originals_whose_links_find_no_room_are_linked_below() -> None:
    long = tuple(f"https://results.example/{'x' * 400}/{number}" for number in range(1, 4))
    notes = {"2": PictureNote.SCALED, "3": PictureNote.REENCODED}
    job = delivering_job(3, results=long, notes=notes)
    assert images_message(job, (1, 2), mention=False) == (
        "-# Image 2 was scaled down so that Discord takes it here. The original is linked below."
    )
    # What was said stays true, whatever becomes of the pictures that follow.
    sent = {"from-1": Sent("n", 1, 7001, (1, 2))}
    for ended in (replace(job, status=Status.DELIVERED), replace(job, status=Status.FAILED, sent=sent)):
        assert long[1] in "\n".join(link_pages(ended))


def test_in_direct_messages_it_is_said_what_the_pictures_are_of() -> None:
    place = make_place(venue=Venue.CHANNEL, direct_channel_id=9009)
    moved = "The place you asked in is no longer open to me, so I write to you here. You asked for: “a fox in clay”"
    assert images_message(delivering_job(place=place), (1,), mention=True).split("\n")[1] == moved
    failed = waiting_job(status=Status.FAILED, failure=TaskFailed(), place=place)
    assert moved in end_message(failed, mention=True).split("\n")
    # Somebody who asked in direct messages sees what they asked for.
    there = make_place(venue=Venue.CHANNEL, no_thread=NoThread.DIRECT_MESSAGE)
    assert "no longer open" not in images_message(delivering_job(place=there), (1,), mention=True)
    assert "no longer open" not in end_message(replace(failed, place=there), mention=True)


def test_the_rest_in_direct_messages_says_what_it_belongs_to() -> None:
    place = make_place(venue=Venue.INTERACTION, direct_channel_id=9009)
    first = Sent("n", CHANNEL, CARD, tuple(range(1, 11)))
    job = delivering_job(15, place=place, sent={"from-1": first})
    assert images_message(job, (11, 12), mention=False).startswith("The place you asked in is no longer open to me")
    second = Sent("o", 9009, 7005, (11, 12))
    assert images_message(replace(job, sent={**job.sent, "from-11": second}), (13,), mention=False) == ""


def test_pictures_put_on_messages_have_their_changes_told_on_the_card() -> None:
    links = tuple(f"https://r.example/{number}" for number in range(1, 16))
    job = delivering_job(15, status=Status.DELIVERED, results=links, **ON_SHELVES)
    for words in (card(job).text(), str(card(job).embed().to_dict())):
        assert "Scaled down so that Discord takes them here; the originals: [image 2](<https://" in words
        assert "Saved as JPEG so that Discord takes them here; the originals: [image 1](<https://" in words
    posted = replace(job, sent={"from-1": Sent("n", CHANNEL, 7001, (1, 2))})
    assert "so that Discord takes them here" not in card(posted).text()


def test_whoever_gets_links_for_pictures_in_doubt_is_told_so() -> None:
    job = delivering_job(1, status=Status.DELIVERED, notes={"1": PictureNote.UNCONFIRMED})
    assert end_message(job, mention=True).startswith(
        f"<@{PERSON}>, I cannot tell whether all of your pictures have come.\nDiscord did not confirm these"
    )


def test_pictures_that_did_not_come_are_told_without_another_mention() -> None:
    notes = {"2": PictureNote.GONE, "3": PictureNote.UNCONFIRMED}
    job = delivering_job(3, status=Status.DELIVERED, notes=notes)
    assert end_message(job, mention=False).split("\n") == [
        f"Could not be fetched: [image 2](<{job.results[1]}>).",
        f"Discord did not confirm these, so should they be missing: [image 3](<{job.results[2]}>).",
        f"Task ID: `{job.task_id}`",
        f"-# Job {job.id}",
    ]


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNKNOWN, Status.EXPIRED, Status.CANCELLED, Status.REFUSED])
def test_how_it_ended(status: Status) -> None:
    job = waiting_job(status=status, failure=TaskFailed(detail="oops"))
    lines = end_message(job, mention=True).split("\n")
    assert lines[0].startswith(f"<@{PERSON}>, ")
    assert lines[1] == "Seedream could not finish this task. It said: “oops”."
    assert lines[-2:] == [f"Task ID: `{job.task_id}`", f"-# Job {job.id}"]
    assert end_message(job, mention=False).split("\n") == lines[1:]


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
