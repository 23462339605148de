"""Faults that strike after a request was taken: a status all the same, half an answer, a short one."""

import aiohttp
import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.seedream import SeedreamSandbox

UPLOAD = "/api/upload/file"


async def _upload(sandbox: SeedreamSandbox) -> tuple[int, bytes]:
    form = aiohttp.FormData()
    form.add_field("file", b"picture", filename="a.png")
    headers = {"Authorization": f"Bearer {sandbox.api_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sandbox.files_base_url}{UPLOAD}", data=form, headers=headers) as answer,
    ):
        return answer.status, await answer.read()


async def test_a_status_after_the_deed() -> None:
    async with SeedreamSandbox() as sandbox:
        sandbox.faults.add(Fault(FaultKind.STATUS_AFTER, path=UPLOAD, status=502, body="{}"))
        assert await _upload(sandbox) == (502, b"{}")
        assert len(sandbox.uploads) == 1


async def test_half_an_answer_and_a_short_one() -> None:
    async with SeedreamSandbox() as sandbox:
        sandbox.faults.add(Fault(FaultKind.HALF, path=UPLOAD))
        with pytest.raises(aiohttp.ClientPayloadError):
            await _upload(sandbox)
        sandbox.faults.add(Fault(FaultKind.SHORT, path=UPLOAD))
        status, half = await _upload(sandbox)
        _, whole = await _upload(sandbox)
        assert status == 200
        assert half.startswith(b'{"url"')
        assert len(half) < len(whole)
        assert len(sandbox.uploads) == 3
