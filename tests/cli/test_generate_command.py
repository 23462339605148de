"""`generate` against the sandbox API: what is sent, what is saved, what is said, and what is never repeated."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from pydantic import SecretStr
from rich.console import Console

from bot.cli.generate import Order, run_generate
from bot.cli.generate.progress import Progress
from bot.cli.generate.saving import save_pictures
from bot.cli.generate.task import Patience
from bot.cli.words import operator_words
from bot.config import SeedreamSettings
from bot.domain.request import RequestDraft
from bot.errors import (
    ApiBalanceExhausted,
    ApiContentRefused,
    ApiServerError,
    ApiTokenRefused,
    ApiUnreachable,
    BotError,
    ReferencesRefused,
    RequestRefused,
    SubmissionOutcomeUnknown,
    TaskFailed,
    TaskOverdue,
    TaskUnknownToApi,
)
from sandbox.clock import ManualClock
from sandbox.faults import Fault, FaultKind
from sandbox.seedream import SeedreamSandbox, TaskPlan, Upload

Drive = Callable[[Awaitable[int]], Awaitable[int]]
SUBMIT = "generate/vol/seedream"


class Session:
    """One command line, from its order to what stands on the screen."""

    def __init__(self, seedream: SeedreamSandbox, clock: ManualClock, out: Path) -> None:
        self.settings = SeedreamSettings(
            api_token=SecretStr(seedream.api_token),
            api_base_url=seedream.api_base_url,
            files_base_url=seedream.files_base_url,
            # The limiter goes by real time, whatever the clock.
            requests_per_second=1000,
        )
        self.clock = clock
        self.out = out
        self.screen = io.StringIO()

    def run(
        self, prompt: str = "a red boat", *, images: tuple[str, ...] = (), task: str | None = None, **draft: object
    ) -> Awaitable[int]:
        wanted = None
        if task is None:
            wanted = replace(RequestDraft(prompt, reference_count=len(images)), **draft)  # type: ignore[arg-type]  # the test's own keywords
        order = Order(wanted, images, task, self.out)
        console = Console(file=self.screen, width=200)
        return run_generate(order, self.settings, console, clock=self.clock, jitter=lambda: 0.5)

    @property
    def said(self) -> str:
        return self.screen.getvalue()


@pytest.fixture
def session(seedream: SeedreamSandbox, clock: ManualClock, tmp_path: Path) -> Session:
    out = tmp_path / "out"
    out.mkdir()
    return Session(seedream, clock, out)


def posts(seedream: SeedreamSandbox) -> int:
    return sum(record.method == "POST" and record.path.endswith(SUBMIT) for record in seedream.requests)


async def test_a_prompt_becomes_a_picture_and_its_path(
    session: Session, seedream: SeedreamSandbox, drive: Drive, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await drive(session.run("a red boat")) == 0
    (entry,) = seedream.ledger
    assert entry.payload == {"prompt": "a red boat", "size": "2K", "version": "5.0-lite", "max_images": 1}
    path = session.out / f"seedream-{entry.task_id}-1.png"
    assert capsys.readouterr().out == f"{path}\n"
    with Image.open(path) as image:
        assert image.format == "PNG"
    assert list(session.out.iterdir()) == [path]
    assert session.said.splitlines() == [
        "Submitting",
        f"Task {entry.task_id}",
        "Pending",
        "Processing",
        "Downloading the picture",
    ]


@pytest.mark.parametrize(("image_format", "extension"), [("jpeg", "jpg"), ("png", "png")])
async def test_a_picture_is_named_by_what_it_really_is(
    session: Session, seedream: SeedreamSandbox, drive: Drive, image_format: str, extension: str
) -> None:
    seedream.plan = TaskPlan(drawn_size=(64, 64), image_format="jpeg" if image_format == "jpeg" else "png")
    assert await drive(session.run()) == 0
    assert [path.suffix for path in session.out.iterdir()] == [f".{extension}"]


async def test_references_keep_their_order_and_a_link_is_sent_as_it_is(
    session: Session, seedream: SeedreamSandbox, drive: Drive, picture: Callable[[str, str], Path]
) -> None:
    red, blue = picture("red.png", "red"), picture("blue.jpg", "blue")
    images = (str(red), "https://example.com/a.png", str(blue))
    assert await drive(session.run(images=images, max_images=3, size="2560x1440")) == 0
    (entry,) = seedream.ledger
    first, second, third = entry.references
    assert isinstance(first, Upload)
    assert isinstance(third, Upload)
    assert first.data == red.read_bytes()
    assert second == "https://example.com/a.png"
    assert third.data == blue.read_bytes()
    assert entry.payload["size"] == "2560x1440"
    assert entry.payload["max_images"] == 3
    assert len(list(session.out.iterdir())) == 3


async def test_auto_leaves_the_field_out(session: Session, seedream: SeedreamSandbox, drive: Drive) -> None:
    seedream.plan = TaskPlan(drawn_size=(64, 64), auto_images=2, result_shape="mixed")
    assert await drive(session.run(max_images=None)) == 0
    assert "max_images" not in seedream.ledger[0].payload
    assert len(list(session.out.iterdir())) == 2


async def test_a_broken_rule_is_refused_before_anything_is_sent(session: Session, seedream: SeedreamSandbox) -> None:
    with pytest.raises(RequestRefused) as caught:
        await session.run("", size="9K", max_images=99)
    assert len(caught.value.problems) == 3
    assert seedream.requests == []


async def test_every_bad_file_is_told_and_nothing_is_spent(
    session: Session, seedream: SeedreamSandbox, drive: Drive, tmp_path: Path, picture: Callable[[str, str], Path]
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no picture")
    empty = tmp_path / "empty.png"
    empty.touch()
    with pytest.raises(ReferencesRefused) as caught:
        await drive(session.run(images=(str(notes), str(picture("fine.png", "red")), str(empty))))
    assert [(problem.number, problem.filename) for problem in caught.value.problems] == [
        (1, "notes.txt"),
        (3, "empty.png"),
    ]
    assert posts(seedream) == 0


@pytest.mark.parametrize(
    ("prepare", "error", "words"),
    [
        (lambda api: api.refuse_token(), ApiTokenRefused, "seedream.api_token"),
        (lambda api: setattr(api, "balance", 0), ApiBalanceExhausted, "no balance left"),
        (lambda api: setattr(api, "refused_word", "boat"), ApiContentRefused, "content"),
    ],
)
async def test_a_refusal_is_final_and_said_in_the_operators_words(
    session: Session,
    seedream: SeedreamSandbox,
    drive: Drive,
    prepare: Callable[[SeedreamSandbox], None],
    error: type[BotError],
    words: str,
) -> None:
    prepare(seedream)
    with pytest.raises(error) as caught:
        await drive(session.run())
    assert words in operator_words(caught.value)
    assert caught.value.__notes__ == ["Nothing was spent."]
    assert posts(seedream) == 1
    assert seedream.ledger == []


async def test_what_was_certainly_not_taken_is_sent_again(
    session: Session, seedream: SeedreamSandbox, drive: Drive
) -> None:
    seedream.faults.add(Fault(FaultKind.STATUS, path=SUBMIT, status=429, retry_after=7, times=2))
    assert await drive(session.run()) == 0
    assert posts(seedream) == 3
    assert len(seedream.ledger) == 1
    assert session.said.count("trying again in 7 s") == 2


async def test_what_may_have_been_taken_is_never_sent_again(
    session: Session, seedream: SeedreamSandbox, drive: Drive
) -> None:
    seedream.faults.add(Fault(FaultKind.RESET_AFTER, path=SUBMIT))
    with pytest.raises(SubmissionOutcomeUnknown) as caught:
        await drive(session.run())
    assert posts(seedream) == 1
    words = operator_words(caught.value)
    assert "cannot be known" in words
    assert "not sent again" in words


async def test_a_useless_answer_to_the_paid_request_is_not_told_as_a_broken_connection(
    session: Session, seedream: SeedreamSandbox, drive: Drive
) -> None:
    seedream.faults.add(Fault(FaultKind.STATUS, path=SUBMIT, status=501, body=""))
    with pytest.raises(SubmissionOutcomeUnknown) as caught:
        await drive(session.run())
    words = operator_words(caught.value)
    assert words.startswith(
        "Seedream answered HTTP 501 (Not Implemented), which does not tell whether it took the request. "
    )
    assert "not sent again" in words
    assert not hasattr(caught.value, "__notes__")


async def test_an_api_that_is_not_there_is_given_up_after_a_while(
    session: Session, seedream: SeedreamSandbox, drive: Drive
) -> None:
    await seedream.close()
    with pytest.raises(ApiUnreachable) as caught:
        await drive(session.run())
    assert "seedream.api_base_url" in operator_words(caught.value)


async def test_failed_polls_are_repeated(session: Session, seedream: SeedreamSandbox, drive: Drive) -> None:
    seedream.faults.add(Fault(FaultKind.STATUS, path="/v1/tasks/", status=502, times=3))
    seedream.faults.add(Fault(FaultKind.RESET_BEFORE, path="/v1/tasks/", times=2))
    seedream.faults.add(Fault(FaultKind.MALFORMED, path="/v1/tasks/", body="<html>"))
    assert await drive(session.run()) == 0


async def test_a_status_nobody_documents_is_waited_through(
    session: Session, seedream: SeedreamSandbox, drive: Drive
) -> None:
    seedream.plan = TaskPlan(drawn_size=(64, 64), unknown_status="resting")
    assert await drive(session.run()) == 0
    assert "In a status that nobody documents" in session.said


async def test_a_task_that_the_api_loses_sight_of_can_be_fetched_later(
    session: Session, seedream: SeedreamSandbox, drive: Drive, clock: ManualClock
) -> None:
    seedream.faults.add(Fault(FaultKind.STATUS, path="/v1/tasks/", status=503, times=None))
    with pytest.raises(BotError) as caught:
        await drive(session.run())
    # The task was taken: that this question cost nothing would be misread.
    assert not hasattr(caught.value, "__notes__")
    task_id = seedream.ledger[0].task_id
    assert f"seedream-bot generate --task {task_id} --out" in session.said
    seedream.faults.clear()
    later = Session(seedream, clock, session.out)
    assert await drive(later.run(task=task_id)) == 0
    assert len(seedream.ledger) == 1
    assert [path.name for path in session.out.iterdir()] == [f"seedream-{task_id}-1.png"]


async def test_a_failed_task_says_the_apis_words_and_offers_no_second_look(
    session: Session, seedream: SeedreamSandbox, drive: Drive
) -> None:
    seedream.plan = TaskPlan(outcome="failed", error_msg="The brush broke.")
    with pytest.raises(TaskFailed) as caught:
        await drive(session.run())
    assert "The brush broke" in operator_words(caught.value)
    assert caught.value.__notes__ == ["Seedream charges per finished picture, so this should have cost nothing."]
    assert "--task" not in session.said


async def test_a_task_that_takes_too_long_is_left_with_the_way_to_fetch_it(
    session: Session, seedream: SeedreamSandbox, drive: Drive, clock: ManualClock
) -> None:
    seedream.plan = TaskPlan(processing_seconds=3600)
    with pytest.raises(TaskOverdue):
        await drive(session.run())
    assert 9 * 60 < clock.monotonic() <= 10 * 60
    assert "--task" in session.said


async def test_a_task_that_does_not_exist_is_told(session: Session, drive: Drive) -> None:
    with pytest.raises(TaskUnknownToApi):
        await drive(session.run(task="01234567-89ab-cdef-0123-456789abcdef"))


async def test_of_several_pictures_the_bad_one_is_told_with_its_link_and_the_others_are_saved(
    session: Session, seedream: SeedreamSandbox, drive: Drive, capsys: pytest.CaptureFixture[str]
) -> None:
    seedream.faults.add(Fault(FaultKind.STATUS, path=r"/2\.png$", status=404))
    seedream.faults.add(Fault(FaultKind.MALFORMED, path=r"/3\.png$", body="<html>", content_type="image/png"))
    seedream.faults.add(Fault(FaultKind.STATUS, path=r"/4\.png$", status=500, times=2))
    assert await drive(session.run(max_images=4)) == 1
    told = capsys.readouterr()
    assert [Path(line).name[-6:] for line in told.out.splitlines()] == ["-1.png", "-4.png"]
    assert sorted(path.name[-6:] for path in session.out.iterdir()) == ["-1.png", "-4.png"]
    assert told.err.count("Error:") == 3
    assert "/2.png" in told.err
    assert "/3.png" in told.err
    assert "--task" in told.err


async def test_a_task_id_cannot_lead_out_of_the_folder(
    session: Session, seedream: SeedreamSandbox, drive: Drive, clock: ManualClock
) -> None:
    assert await drive(session.run()) == 0
    link = f"{seedream.files_base_url}/results/{seedream.ledger[0].task_id}/1.png"
    patience = Patience(clock, lambda: 0.5, 1, 5, 10)
    async with aiohttp.ClientSession() as files:
        progress = Progress(Console(file=session.screen))
        saved = await save_pictures(files, "../../escaped", (link,), session.out, patience, progress)
    assert [path.parent for path in saved.paths] == [session.out]
    assert saved.paths[0].name == "seedream-.._.._escaped-1.png"


async def test_an_interruption_while_waiting_tells_how_to_go_on(session: Session, seedream: SeedreamSandbox) -> None:
    task = asyncio.ensure_future(session.run())
    await seedream.until(lambda: seedream.ledger and next(iter(seedream.tasks.values())).polls)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert f"--task {seedream.ledger[0].task_id}" in session.said


async def test_an_interruption_of_the_wait_for_the_rate_leaves_nothing_open(
    session: Session, seedream: SeedreamSandbox, picture: Callable[[str, str], Path]
) -> None:
    # The upload takes the one place of the next quarter of an hour.
    session.settings = session.settings.model_copy(update={"requests_per_second": 0.001})
    task = asyncio.ensure_future(session.run(images=(str(picture("a.png", "red")),)))
    while "Submitting" not in session.said:
        assert not task.done()
        # Real time, but only for a socket and a thread.
        await asyncio.sleep(0.002)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert posts(seedream) == 0
    assert "cannot be known" not in session.said


async def test_an_outage_of_the_files_api_does_not_hide_a_bad_file(
    session: Session, seedream: SeedreamSandbox, drive: Drive, tmp_path: Path, picture: Callable[[str, str], Path]
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no picture")
    fine = str(picture("fine.png", "red"))
    seedream.faults.add(Fault(FaultKind.STATUS, path="api/upload/file", status=500, times=None))
    with pytest.raises(ReferencesRefused):
        await drive(session.run(images=(fine, str(notes))))
    with pytest.raises(ApiServerError):
        await drive(session.run(images=(fine,)))
    assert posts(seedream) == 0


async def test_an_interruption_of_the_request_itself_says_that_nobody_knows(
    session: Session, seedream: SeedreamSandbox
) -> None:
    seedream.faults.add(Fault(FaultKind.DELAY, path=SUBMIT, seconds=60))
    task = asyncio.ensure_future(session.run())
    await seedream.until(lambda: posts(seedream))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "cannot be known" in session.said


async def test_on_a_terminal_one_line_changes_and_only_the_task_id_stays(
    seedream: SeedreamSandbox, session: Session, drive: Drive, clock: ManualClock
) -> None:
    order = Order(RequestDraft("a red boat"), (), None, session.out)
    console = Console(file=session.screen, width=100, force_terminal=True, force_interactive=True, color_system=None)
    assert await drive(run_generate(order, session.settings, console, clock=clock)) == 0
    assert f"Task {seedream.ledger[0].task_id}\n" in session.said
    assert "Downloading the picture" in session.said
    assert "0:00:00" in session.said
