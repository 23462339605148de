"""What people are told of their reference images."""

import pytest

from bot.domain.job import SHEET_PART, Sent
from bot.domain.references import SHEET_FILENAME, Extent, Remark, RemarkKind
from bot.errors import ImageBeyondScaling, ImageFileTooLarge
from bot.presentation.card import card
from bot.presentation.errors import describe
from bot.presentation.references import remark_lines, sheet_alt_text
from tests.support.jobs import CARD, CHANNEL, make_job, make_references

BIG, SMALL = Extent(8000, 6000, 14 * 1024 * 1024), Extent(6928, 5196, 9 * 1024 * 1024)


@pytest.mark.parametrize(
    ("remarks", "lines"),
    [
        (
            [Remark(RemarkKind.SAME, "copy_1.png", of=2)],
            ["copy\\_1.png is the same picture as image 2, which goes along once."],
        ),
        (
            [Remark(RemarkKind.SAME, "b.png", of=1), Remark(RemarkKind.SAME, "c.png", of=1)],
            ["b.png and c.png are the same picture as image 1, which goes along once."],
        ),
        (
            [Remark(RemarkKind.SCALED, "sky.jpg", 3, was=BIG, now=SMALL)],
            ["Image 3, sky.jpg, was too big for Seedream (8000x6000, 14 MB) and was scaled down to 6928x5196, 9 MB."],
        ),
        (
            [Remark(RemarkKind.SCALED, "sky.png", 3, was=BIG, now=Extent(6000, 8000, 5 * 1024 * 1024))],
            ["Image 3, sky.png, was too big for Seedream (8000x6000, 14 MB) and is sent as a file of 5 MB."],
        ),
        (
            [Remark(RemarkKind.LEFT_OUT, "wave", why="sticker")],
            ["wave cannot be a reference image (sticker) and was left out."],
        ),
    ],
)
def test_each_remark_is_a_sentence(remarks: list[Remark], lines: list[str]) -> None:
    assert remark_lines(remarks) == lines


def test_nobody_is_pinged_by_the_name_of_a_file() -> None:
    [line] = remark_lines([Remark(RemarkKind.SAME, "<@123> @everyone.png", of=1)])
    assert "<@123>" not in line
    assert "@everyone" not in line


def test_the_card_shows_the_sheet_once_it_is_there() -> None:
    job = make_job(references=make_references(2), remarks=(Remark(RemarkKind.SAME, "b.png", of=1),))
    panel = card(job)
    assert panel.image == ""
    assert panel.embed().image.url is None
    assert dict(panel.wide_fields)["Reference images"].endswith("which goes along once.")
    shown = card(make_job(references=make_references(2), sent={SHEET_PART: Sent("n", CHANNEL, CARD)}))
    assert shown.embed().image.url == f"attachment://{SHEET_FILENAME}"


def test_the_sheets_text_tells_numbers_and_names_within_discords_limit() -> None:
    assert (
        sheet_alt_text(make_job(references=make_references(2)))
        == "Reference images by their numbers: 1 picture 1.png, 2 picture 2.png"
    )
    assert len(sheet_alt_text(make_job(references=make_references(14, filename="n" * 300)))) <= 1024


def test_a_file_too_large_is_told_by_whose_limit() -> None:
    assert "the most Seedream takes" in describe(ImageFileTooLarge(1, "a", limit=10 * 1024 * 1024))
    assert "larger than 50 MB, the most I can scale down" in describe(ImageFileTooLarge(1, "a", limit=50 * 1024 * 1024))
    beyond = ImageBeyondScaling(2, "b.png", width=20_000, height=9_000, maximum=36_000_000)
    assert "Image 2, b.png: 20,000x9,000 pixels are more than I can scale down." in describe(beyond)
