import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.domain.references import MAX_FILE_BYTES, Prepared, Reference, Remark, RemarkKind
from bot.domain.retry import RetryPolicy
from bot.errors import (
    AnimatedImage,
    ApiAnswerInvalid,
    ApiBalanceExhausted,
    ApiBusy,
    ApiConnectionLost,
    ApiError,
    ApiServerError,
    ApiTokenRefused,
    ApiUnreachable,
    ImageFileTooLarge,
    NotAnImage,
    PhoneImageFormat,
    ReferenceGone,
    ReferenceImageError,
    ReferencesRefused,
    ReferenceUnreachable,
    ReferenceUploadFailed,
)
from bot.jobs.ports import ImageApi, ReferencePreparer
from bot.references import Fetcher, Preparer, open_guarded_session
from bot.seedream import ProcessRate, SeedreamClient, open_session
from sandbox.faults import Fault, FaultKind
from sandbox.seedream import SeedreamSandbox
from tests.references.pictures import animation, encode, ftyp, gps_exif, painted
from tests.references.servers import QuickClock, serving

UPLOAD = "/api/upload/file"
PNG = encode("PNG")


def paintings(*names: str) -> dict[str, bytes | None]:
    """Return files by name, each another picture."""
    return {name: encode("PNG", painted(number)) for number, name in enumerate(names)}


@dataclass
class House:
    """A preparer between a CDN that serves `files` and a sandbox API."""

    preparer: Preparer
    api: SeedreamSandbox
    clock: QuickClock
    cdn: str
    spool: Path
    files: dict[str, bytes]
    sick: dict[str, int] = field(default_factory=dict)
    """Statuses to answer with instead of files."""
    asked: list[str] = field(default_factory=list)
    peak: int = 0

    def references(self, files: Mapping[str, bytes | None]) -> list[Reference]:
        """Serve the files (a None is missing) and return references to them, numbered from 1."""
        self.files.update({name: data for name, data in files.items() if data is not None})
        return [Reference(number, name, f"{self.cdn}/{name}") for number, name in enumerate(files, start=1)]

    def spooled(self) -> list[Path]:
        return list(self.spool.iterdir())


def _as_ports(client: SeedreamClient, preparer: Preparer) -> tuple[ImageApi, ReferencePreparer]:
    """Let the type checker see that both fill the ports of `bot.jobs`."""
    return client, preparer


Gate = Callable[[], Any]


@asynccontextmanager
async def opened(spool: Path, gate: Gate | None = None, **options: Any) -> AsyncIterator[House]:
    clock = QuickClock()
    files: dict[str, bytes] = {}
    running = 0

    async def send(request: web.Request) -> web.StreamResponse:
        nonlocal running
        name = request.path.strip("/")
        made.asked.append(name)
        running += 1
        made.peak = max(made.peak, running)
        try:
            if gate is not None:
                await gate()
            if name in made.sick:
                return web.Response(status=made.sick[name])
            if name not in files:
                raise web.HTTPNotFound
            # The declared type lies on purpose.
            return web.Response(body=files[name], content_type="text/html")
        finally:
            running -= 1

    limits: dict[str, Any] = {
        "user_agent": "test",
        "connect_timeout": 10,
        "read_timeout": 10,
        "total_timeout": 30,
    }
    policy = RetryPolicy(attempts=3)
    async with (
        SeedreamSandbox(clock=clock) as api,
        serving(send) as port,
        open_session(**limits) as shared,
        open_session(**limits, keep_alive=False) as paid,
        open_guarded_session(**limits, allowed_origins=[("127.0.0.1", port)]) as guarded,
    ):
        client = SeedreamClient(
            shared,
            paid,
            api_token=SecretStr(api.api_token),
            api_base_url=api.api_base_url,
            files_base_url=api.files_base_url,
            rate=ProcessRate(1000, clock),
            clock=clock,
        )
        fetcher = Fetcher(guarded, policy=policy, clock=clock, jitter=lambda: 0.0)
        preparer = Preparer(fetcher, client, policy=policy, clock=clock, jitter=lambda: 0.0, spool=spool, **options)
        made = House(preparer, api, clock, f"http://127.0.0.1:{port}", spool, files)
        yield made
        assert made.spooled() == []


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    spool = tmp_path / "spool"
    spool.mkdir()
    async with opened(spool) as made:
        yield made


def gate_for_four() -> Gate:
    """Serve nobody before four ask at the same time, nor before a fifth would have had every chance to."""
    waiting, full = 0, asyncio.Event()

    async def gate() -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 4:
            for _ in range(500):
                await asyncio.sleep(0)
            full.set()
        await full.wait()

    return gate


async def test_fourteen_references_arrive_in_order_four_at_a_time(tmp_path: Path) -> None:
    formats = ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"]
    files = {f"{n}.{formats[n % 6].lower()}": encode(formats[n % 6], painted(n)) for n in range(14)}
    async with opened(tmp_path, gate_for_four()) as house:
        ready = (await house.preparer.prepare(house.references(files))).references
        assert [reference.number for reference in ready] == list(range(1, 15))
        by_url = {upload.url: upload for upload in house.api.uploads}
        assert [by_url[str(reference.api_url)].data for reference in ready] == list(files.values())
        assert {upload.content_type for upload in house.api.uploads} == {
            "image/jpeg",
            "image/png",
            "image/webp",
            "image/bmp",
            "image/tiff",
            "image/gif",
        }
        assert house.peak == 4
        for reference in ready:
            assert reference.facts is not None
            assert reference.facts.size == len(files[reference.filename])


async def test_four_at_a_time_holds_over_several_jobs(tmp_path: Path) -> None:
    async with opened(tmp_path, gate_for_four()) as house:
        references = house.references(paintings(*(f"{n}.png" for n in range(12))))
        await asyncio.gather(*(house.preparer.prepare(references[n : n + 3]) for n in (0, 3, 6, 9)))
        assert house.peak == 4
        assert len(house.api.uploads) == 12


async def test_the_uploads_name_says_what_the_bytes_are(house: House) -> None:
    [ready] = (await house.preparer.prepare(house.references({"Überraschung 1.exe": PNG}))).references
    assert [(upload.filename, upload.content_type) for upload in house.api.uploads] == [
        ("Uberraschung-1.png", "image/png")
    ]
    assert ready.filename == "Überraschung 1.exe"


async def test_every_problem_is_named_in_order_and_nothing_is_uploaded(house: House) -> None:
    references = house.references(
        {
            "good.png": PNG,
            "notes.png": b"these are notes",
            "moving.gif": animation("GIF"),
            "gone.png": None,
            "phone.jpg": ftyp(b"heic"),
            "large.png": b"\x89PNG\r\n\x1a\n" + bytes(MAX_FILE_BYTES),
            "fine.jpg": encode("JPEG"),
        }
    )
    with pytest.raises(ReferencesRefused) as caught:
        await house.preparer.prepare(references)
    assert [(problem.number, problem.filename, type(problem)) for problem in caught.value.problems] == [
        (2, "notes.png", NotAnImage),
        (3, "moving.gif", AnimatedImage),
        (4, "gone.png", ReferenceGone),
        (5, "phone.jpg", PhoneImageFormat),
        (6, "large.png", ImageFileTooLarge),
    ]
    assert house.api.requests == []
    assert house.spooled() == []


async def test_what_is_prepared_already_stays_as_it_is(house: House) -> None:
    first, second, third = house.references(paintings("1.png", "2.png", "3.png"))
    ready_before = replace(second, api_url="https://f.example/2")
    ready = (await house.preparer.prepare([first, ready_before, third])).references
    assert ready[1] == ready_before
    assert sorted(house.asked) == ["1.png", "3.png"]
    assert all(reference.api_url for reference in ready)
    assert await house.preparer.prepare(ready) == Prepared(ready)
    assert await house.preparer.prepare([]) == Prepared(())
    assert len(house.api.uploads) == 2


async def test_the_link_inside_china_is_used_on_wish(tmp_path: Path) -> None:
    async with opened(tmp_path, upload_link="cn_url") as house:
        [ready] = (await house.preparer.prepare(house.references({"a.png": PNG}))).references
        assert ready.api_url == house.api.uploads[0].cn_url


async def test_a_missing_link_inside_china_is_a_failed_upload(tmp_path: Path) -> None:
    async with opened(tmp_path, upload_link="cn_url") as house:
        house.api.faults.add(Fault(FaultKind.MALFORMED, UPLOAD, body='{"url": "https://f.example/a"}'))
        with pytest.raises(ReferencesRefused) as caught:
            await house.preparer.prepare(house.references({"a.png": PNG}))
        [problem] = caught.value.problems
        assert isinstance(problem, ReferenceUploadFailed)


async def test_a_reference_that_cannot_be_had_just_now_is_no_refusal(house: House) -> None:
    house.sick.update({"b.png": 503, "c.png": 500})
    references = house.references(paintings("a.png", "b.png", "c.png"))
    with pytest.raises(ReferenceUnreachable) as caught:
        await house.preparer.prepare(references)
    assert (caught.value.number, caught.value.filename, caught.value.reason) == (2, "b.png", "HTTP 503")
    assert caught.value.retryable
    assert house.api.requests == []
    house.sick.clear()
    assert all(reference.api_url for reference in (await house.preparer.prepare(references)).references)


async def test_what_can_never_be_used_wins_over_what_may_pass(house: House) -> None:
    house.sick.update({"a.png": 503})
    references = house.references({"a.png": PNG, "notes.txt": b"notes", "gone.png": None, "fine.png": PNG})
    with pytest.raises(ReferencesRefused) as caught:
        await house.preparer.prepare(references)
    assert [(problem.number, type(problem)) for problem in caught.value.problems] == [
        (2, NotAnImage),
        (3, ReferenceGone),
    ]


async def test_an_upload_refused_for_good_wins_over_one_that_may_pass(house: House) -> None:
    # All three are uploaded once; then one of them is refused for good, while the others go on failing.
    house.api.faults.add(Fault(FaultKind.STATUS, UPLOAD, status=500, times=3))
    house.api.faults.add(Fault(FaultKind.STATUS, UPLOAD, status=413))
    house.api.faults.add(Fault(FaultKind.STATUS, UPLOAD, status=500, times=None))
    with pytest.raises(ReferencesRefused) as caught:
        await house.preparer.prepare(house.references(paintings("a.png", "b.png", "c.png")))
    [problem] = caught.value.problems
    assert isinstance(problem, ReferenceUploadFailed)
    assert len(house.api.requests) == 8


async def test_direct_mode_checks_the_bytes_but_sends_the_link(tmp_path: Path) -> None:
    async with opened(tmp_path, mode="direct") as house:
        good, bad = house.references({"good.png": PNG, "bad.png": b"no"})
        [ready] = (await house.preparer.prepare([good])).references
        assert ready.api_url == good.source_url
        assert ready.facts is not None
        with pytest.raises(ReferencesRefused):
            await house.preparer.prepare([good, bad])
        assert house.api.requests == []


@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        (Fault(FaultKind.STATUS, UPLOAD, status=500, times=2), [0.5, 1.0]),
        (Fault(FaultKind.STATUS, UPLOAD, status=429, retry_after=9), [9.0]),
        (Fault(FaultKind.RESET_BEFORE, UPLOAD), [0.5]),
        (Fault(FaultKind.MALFORMED, UPLOAD, body="{}"), [0.5]),
    ],
)
async def test_an_upload_that_fails_in_passing_is_tried_again(house: House, fault: Fault, pauses: list[float]) -> None:
    house.api.faults.add(Fault(**vars(fault)))
    [ready] = (await house.preparer.prepare(house.references({"a.png": PNG}))).references
    assert ready.api_url == house.api.uploads[-1].url
    assert house.api.uploads[-1].data == PNG
    assert house.clock.slept == pauses


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(FaultKind.STATUS, UPLOAD, status=500, times=None), ApiServerError),
        (Fault(FaultKind.STATUS, UPLOAD, status=503, times=None), ApiBusy),
        (Fault(FaultKind.STATUS, UPLOAD, status=429, body='{"message": "quota"}', times=None), ApiBusy),
        (Fault(FaultKind.RESET_BEFORE, UPLOAD, times=None), ApiConnectionLost),
        (Fault(FaultKind.MALFORMED, UPLOAD, body="<html>", times=None), ApiAnswerInvalid),
    ],
)
async def test_trouble_at_the_files_api_is_left_to_whoever_can_wait_longer(
    house: House, fault: Fault, kind: type[ApiError]
) -> None:
    house.api.faults.add(Fault(**vars(fault)))
    references = house.references(paintings("a.png", "b.png"))
    with pytest.raises(ApiError) as caught:
        await house.preparer.prepare(references)
    assert type(caught.value) is kind
    assert caught.value.retryable
    assert sorted(house.clock.slept) == [0.5, 0.5, 1.0, 1.0]
    house.api.faults.clear()
    assert all(reference.api_url for reference in (await house.preparer.prepare(references)).references)


async def test_a_files_api_that_is_not_there_is_left_to_whoever_can_wait_longer(house: House) -> None:
    await house.api.close()
    with pytest.raises(ApiUnreachable):
        await house.preparer.prepare(house.references({"a.png": PNG}))
    assert house.clock.slept == [0.5, 1.0]


async def test_a_long_pause_that_the_files_api_asks_for_is_not_waited_out_here(house: House) -> None:
    house.api.faults.add(Fault(FaultKind.STATUS, UPLOAD, status=429, retry_after=3600))
    with pytest.raises(ApiBusy) as caught:
        await house.preparer.prepare(house.references({"a.png": PNG}))
    assert caught.value.retry_after == 3600
    assert house.clock.slept == []


@pytest.mark.parametrize("status", [422, 413])
async def test_an_upload_that_fails_for_good_names_its_image(house: House, status: int) -> None:
    house.api.faults.add(Fault(FaultKind.STATUS, UPLOAD, status=status, times=None, body='{"message": "no room"}'))
    with pytest.raises(ReferencesRefused) as caught:
        await house.preparer.prepare(house.references({"a.png": PNG}))
    [problem] = caught.value.problems
    assert isinstance(problem, ReferenceUploadFailed)
    assert (problem.number, problem.filename, problem.reason) == (1, "a.png", "no room")
    assert isinstance(problem.__cause__, ApiError)
    assert len(house.api.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(401, ApiTokenRefused), (403, ApiTokenRefused), (402, ApiBalanceExhausted)]
)
async def test_the_operators_troubles_are_not_put_down_to_an_image(
    house: House, status: int, kind: type[ApiError]
) -> None:
    house.api.faults.add(Fault(FaultKind.STATUS, UPLOAD, status=status, times=None))
    with pytest.raises(kind) as caught:
        await house.preparer.prepare(house.references(paintings("a.png", "b.png", "c.png")))
    assert type(caught.value) is kind
    assert house.spooled() == []
    assert house.clock.slept == []


async def test_a_cancelled_preparation_leaves_no_file(tmp_path: Path) -> None:
    arrived, never = asyncio.Event(), asyncio.Event()

    async def gate() -> None:
        arrived.set()
        await never.wait()

    async with opened(tmp_path, gate) as house:
        task = asyncio.create_task(house.preparer.prepare(house.references(paintings("a.png", "b.png"))))
        await arrived.wait()
        assert len(house.spooled()) == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert house.spooled() == []
        never.set()


@pytest.mark.parametrize("mode", ["upload", "direct"])
async def test_a_local_file_is_checked_and_uploaded(tmp_path: Path, mode: str) -> None:
    spool, path = tmp_path / "spool", tmp_path / "local.dat"
    spool.mkdir()
    path.write_bytes(PNG)
    async with opened(spool, mode=mode) as house:
        [reference] = (await house.preparer.prepare_file(2, path)).references
        [upload] = house.api.uploads
        assert (upload.data, upload.filename, upload.content_type) == (PNG, "local.png", "image/png")
        assert (reference.number, reference.filename, reference.api_url) == (2, "local.dat", upload.url)
        assert reference.facts is not None
    assert path.exists()


async def test_a_local_file_meets_the_same_trouble_at_the_files_api(house: House, tmp_path: Path) -> None:
    path = tmp_path / "local.png"
    path.write_bytes(PNG)
    house.api.faults.add(Fault(FaultKind.STATUS, UPLOAD, status=502, times=None))
    with pytest.raises(ApiServerError):
        await house.preparer.prepare_file(1, path)


async def test_a_local_file_that_cannot_be_used_is_named(house: House, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("notes")
    for path, kind in (
        (text, NotAnImage),
        (tmp_path / "none.png", ReferenceGone),
        (tmp_path, ReferenceUnreachable),
    ):
        with pytest.raises(ReferenceImageError) as caught:
            await house.preparer.prepare_file(3, path)
        assert type(caught.value) is kind
        assert (caught.value.number, caught.value.filename) == (3, path.name)
    assert house.api.requests == []


async def test_the_same_link_is_fetched_once_whatever_its_signature(house: House) -> None:
    boat, tree = encode("PNG", painted(1)), encode("PNG", painted(2))
    path = "attachments/111/222/boat.png"
    house.files.update({path: boat, "tree.png": tree})
    link = f"{house.cdn}/{path}"
    references = [
        Reference(1, "boat.png", f"{link}?ex=1&is=2&hm=3"),
        Reference(2, "tree.png", f"{house.cdn}/tree.png"),
        Reference(3, "again.png", f"{link}?ex=4&is=5&hm=6"),
        Reference(4, "other.png", f"{house.cdn}/tree.png"),
    ]
    prepared = await house.preparer.prepare(references)
    assert sorted(house.asked) == [path, "tree.png"]
    assert [(r.number, r.filename) for r in prepared.references] == [(1, "boat.png"), (2, "tree.png")]
    assert prepared.remarks == (
        Remark(RemarkKind.SAME, "again.png", of=1),
        Remark(RemarkKind.SAME, "other.png", of=2),
    )


async def test_a_parameter_may_mean_another_picture_elsewhere(house: House) -> None:
    house.files["render"] = PNG
    links = [Reference(n, "a.png", f"{house.cdn}/render?page={n}") for n in (1, 2)]
    prepared = await house.preparer.prepare(links)
    assert house.asked == ["render", "render"]
    assert prepared.remarks == (Remark(RemarkKind.SAME, "a.png", of=1),)


async def test_numbers_close_up_over_links_and_bytes_together(house: House) -> None:
    files = {"a.png": encode("PNG", painted(1)), "b.png": encode("PNG", painted(1)), "c.png": encode("PNG", painted(2))}
    a, b, c = house.references(files)
    again = replace(b, number=4, filename="d.png")
    prepared = await house.preparer.prepare([a, b, c, again])
    assert [(r.number, r.filename) for r in prepared.references] == [(1, "a.png"), (2, "c.png")]
    assert [(r.filename, r.of) for r in prepared.remarks] == [("b.png", 1), ("d.png", 1)]
    by_url = {upload.url: upload for upload in house.api.uploads}
    assert [by_url[str(r.api_url)].data for r in prepared.references] == [files["a.png"], files["c.png"]]
    assert prepared.sheet is not None


@pytest.mark.parametrize("status", [403, 404, 410, 503])
async def test_another_link_is_used_where_the_first_has_nothing(house: House, status: int) -> None:
    house.sick["lost.png"] = status
    house.files["copy.png"] = PNG
    reference = Reference(1, "lost.png", f"{house.cdn}/lost.png", fallback_url=f"{house.cdn}/copy.png")
    prepared = await house.preparer.prepare([reference])
    assert house.api.uploads[0].data == PNG
    assert prepared.references[0].fallback_url == reference.fallback_url


@pytest.mark.parametrize(
    ("first", "second", "raised"),
    [
        (404, 404, ReferencesRefused),
        (404, 503, ReferenceUnreachable),
        (503, 404, ReferenceUnreachable),
        (503, 503, ReferenceUnreachable),
    ],
)
async def test_where_neither_link_works_what_may_pass_is_tried_again(
    house: House, first: int, second: int, raised: type[Exception]
) -> None:
    house.sick.update({"lost.png": first, "copy.png": second})
    reference = Reference(1, "lost.png", f"{house.cdn}/lost.png", fallback_url=f"{house.cdn}/copy.png")
    with pytest.raises(raised):
        await house.preparer.prepare([reference])


async def test_direct_mode_hands_on_the_link_that_worked(tmp_path: Path) -> None:
    async with opened(tmp_path, mode="direct") as house:
        house.files["copy.png"] = PNG
        reference = Reference(1, "a.png", f"{house.cdn}/a.png", fallback_url=f"{house.cdn}/copy.png")
        [ready] = (await house.preparer.prepare([reference])).references
        assert ready.api_url == reference.fallback_url


async def test_direct_mode_uploads_what_had_to_be_changed(tmp_path: Path) -> None:
    async with opened(tmp_path, mode="direct") as house:
        [ready] = (
            await house.preparer.prepare(house.references({"a.jpg": encode("JPEG", exif=gps_exif())}))
        ).references
        assert ready.api_url == house.api.uploads[0].url
        assert house.api.uploads[0].data == encode("JPEG")
