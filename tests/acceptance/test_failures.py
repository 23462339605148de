"""What a person is told when the API refuses, fails, or leaves things open; and that nothing is POSTed twice."""

import json
from typing import Any

import pytest

from sandbox.discord import Interaction
from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, labelled, picture, task_id, words

GENERATE = "/generate/vol/seedream$"
TASKS = "/tasks/"


def answer(status: int, **body: str) -> Fault:
    return Fault(FaultKind.STATUS, path=GENERATE, method="POST", status=status, body=json.dumps(body), times=None)


async def told(house: House, interaction: Interaction) -> str:
    """Return all a person reads of a job that came to no good end: the card, and the note that mentions them."""
    card = await house.done(interaction)
    notes = [m for m in house.messages(interaction) if m.pinged]
    assert [p for m in notes for p in m.pinged] == [house.person]
    return words(card) + "\n" + "\n".join(words(m) for m in notes)


@pytest.mark.parametrize(
    ("fault", "said", "cost"),
    [
        (answer(401, message="invalid token"), "does not accept this bot's API token", "Nothing was spent."),
        (answer(403, message="no access"), "does not accept this bot's API token", "Nothing was spent."),
        (answer(402, message="pay first"), "has no balance left", "Nothing was spent."),
        (answer(400, message="insufficient balance"), "has no balance left", "Nothing was spent."),
        (answer(400, message="size is odd"), "Seedream did not take this request. It said: “size is odd”.", "Nothing"),
        (answer(422, error_code="BadShape"), "It said: “BadShape”.", "Nothing was spent."),
        (
            answer(400, error_code="InputTextSensitiveContentDetected", message="The text may be sensitive"),
            "Seedream's content rules refuse this prompt",
            "Nothing was spent.",
        ),
        (answer(500, message="boom"), "it cannot be known whether it was taken", "cannot be known"),
    ],
)
async def test_an_answer_that_refuses(house: House, fault: Fault, said: str, cost: str) -> None:
    house.world.seedream.faults.add(fault)
    text = await told(house, await house.ask())
    assert said in text
    assert cost in text
    assert house.paid == 0
    posts = [r for r in house.world.seedream.requests if r.method == "POST"]
    assert len(posts) == 1


@pytest.mark.parametrize(
    ("kind", "paid"),
    [(FaultKind.RESET_BEFORE, 0), (FaultKind.RESET_AFTER, 1), (FaultKind.MALFORMED, 1)],
)
async def test_a_post_whose_outcome_is_unknown_is_told_and_never_repeated(
    house: House, kind: FaultKind, paid: int
) -> None:
    house.world.seedream.faults.add(Fault(kind, path=GENERATE, body="<html>"))
    text = await told(house, await house.ask())
    assert "it cannot be known whether it was taken. It is not sent again by itself." in text
    assert "It cannot be known from here whether this was charged." in text
    await house.clock.advance(3600)
    assert house.paid == paid
    assert len([r for r in house.world.seedream.requests if r.method == "POST"]) == 1


async def test_a_busy_api_is_tried_again_when_it_says_so(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path=GENERATE, status=429, retry_after=40, times=2))
    start = house.clock.monotonic()
    interaction = await house.ask()
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1
    assert house.paid == 1
    assert house.clock.monotonic() - start >= 80


async def test_an_api_that_stays_busy_is_given_up_with_words(house: House) -> None:
    house.world.seedream.faults.add(answer(503, message="overloaded"))
    text = await told(house, await house.ask())
    assert "Seedream was too busy, although the bot tried for a while." in text
    assert "Nothing was spent." in text


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.STATUS, path=TASKS, status=500, times=3),
        Fault(FaultKind.STATUS, path=TASKS, status=429, retry_after=9, times=2),
        Fault(FaultKind.STATUS, path=TASKS, status=429, body='{"message": "quota exceeded, insufficient"}', times=2),
        Fault(FaultKind.RESET_BEFORE, path=TASKS, times=4),
        Fault(FaultKind.MALFORMED, path=TASKS, body="[1, 2", times=2),
    ],
)
async def test_polls_that_fail_are_repeated(house: House, fault: Fault) -> None:
    house.world.seedream.faults.add(fault)
    interaction = await house.ask()
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (
            {"error_msg": "The model stumbled.", "error_code": "E1"},
            "Seedream could not finish this task. It said: “The model stumbled”.",
        ),
        ({"error_msg": None, "error_code": "InternalError"}, "It said: “InternalError”."),
        (
            {"error_msg": "Output may be sensitive", "error_code": "OutputImageSensitiveContentDetected"},
            "Seedream's content rules stopped this task",
        ),
    ],
)
async def test_a_failed_task(house: House, plan: dict[str, Any], said: str) -> None:
    house.replan(outcome="failed", **plan)
    interaction = await house.ask()
    text = await told(house, interaction)
    assert said in text
    assert "this should have cost nothing" in text
    assert labelled(house.messages(interaction)[0], "Status") == "`failed`"
    assert house.world.seedream.ledger[0].task_id in text


async def test_a_task_without_end_is_told_after_the_deadline_with_its_id(house: House) -> None:
    house.replan(processing_seconds=1e9)
    text = await told(house, await house.ask())
    assert "not finished after 10 minutes" in text
    assert house.world.seedream.ledger[0].task_id in text


async def test_a_task_the_api_forgets(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path=TASKS, status=404, times=None))
    assert "Seedream no longer knows this task." in await told(house, await house.ask())


async def test_a_completed_task_without_pictures(house: House) -> None:
    house.replan(images=0)
    assert "Seedream says this task is completed, but gave no picture." in await told(house, await house.ask())


async def test_a_token_withdrawn_while_waiting(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path=TASKS, status=401, times=None))
    text = await told(house, await house.ask())
    assert "no longer lets this bot ask for it" in text


async def test_result_links_that_fail_at_first_are_asked_again(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path="/results/", status=503, times=2))
    interaction = await house.ask(max_images=2)
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 2


async def test_a_picture_that_is_gone_is_told_and_the_others_come(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path=r"/results/.*/2\.png", status=404, times=None))
    interaction = await house.ask(max_images=3)
    card = await house.done(interaction)
    assert [a.description for a in house.pictures(interaction)] == [
        "a calm harbour (image 1 of 3)",
        "a calm harbour (image 3 of 3)",
    ]
    assert "Could not be fetched: [image 2](<http" in words(card)
    first, *_, note = [m for m in house.messages(interaction) if task_id(m) is None or "Could not" in m.content]
    assert "your 2 pictures are ready" in first.content
    # Where they look, too: a moderator may delete the card.
    assert "Could not be fetched: [image 2](<http" in note.content
    assert [p for m in house.messages(interaction) for p in m.pinged] == [house.person]


async def test_a_picture_that_cannot_be_had_just_now_does_not_hold_the_others_up(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path=r"/results/.*/1\.png", status=503, times=3))
    interaction = await house.ask(max_images=3)
    await house.done(interaction)
    batches = [[a.description for a in m.attachments] for m in house.messages(interaction) if m.attachments]
    assert batches == [
        ["a calm harbour (image 2 of 3)", "a calm harbour (image 3 of 3)"],
        ["a calm harbour (image 1 of 3)"],
    ]


async def test_result_links_that_are_all_gone(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path="/results/", status=404, times=None))
    text = await told(house, await house.ask())
    assert "could not be posted" in text
    assert "The pictures were made and paid for." in text
    assert "[image 1](<http" in text


async def test_an_upload_the_files_api_does_not_take(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path="/api/upload/file", status=500, times=None))
    card = await house.done(await house.ask(image1=picture()))
    assert "Seedream has trouble of its own (error 500). Please try again later." in words(card)
    assert "Nothing was spent." in words(card)
    assert house.paid == 0


async def test_an_upload_the_files_api_refuses_names_its_image(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path="/api/upload/file", status=413, times=None))
    card = await house.done(await house.ask(image1=picture()))
    assert "Image 1, photo1.png: Seedream's file service did not take it." in words(card)
    assert "Nothing was spent." in words(card)
    assert house.paid == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.STATUS, path="/api/upload/file", status=500, times=20),
        Fault(FaultKind.STATUS, path="/api/upload/file", status=429, retry_after=60, times=3),
    ],
)
async def test_an_outage_of_the_files_api_is_waited_out(house: House, fault: Fault) -> None:
    house.world.seedream.faults.add(Fault(**vars(fault)))
    interaction = await house.ask(image1=picture(), image2=picture(2))
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1
    assert house.paid == 1
    [entry] = house.world.seedream.ledger
    assert [upload.data for upload in house.uploads(entry)] == [picture().data, picture(2).data]


async def test_an_upload_that_fails_once_is_repeated(house: House) -> None:
    house.world.seedream.faults.add(Fault(FaultKind.STATUS, path="/api/upload/file", status=502))
    await house.done(await house.ask(image1=picture()))
    assert house.paid == 1


async def test_the_unforeseen_gets_a_reference_that_stands_in_the_log(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house.app is not None

    async def broken(*_: object, **__: object) -> str:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr("bot.seedream.client.SeedreamClient.submit", broken)
    text = await told(house, await house.ask())
    reference = text.split("with the reference `")[1].split("`")[0]
    logged = capsys.readouterr().out
    assert reference in logged
    assert "ZeroDivisionError" in logged
    assert "ZeroDivisionError" not in text
    assert "Traceback" not in text


async def test_the_unforeseen_in_the_command_itself(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    # discord.py loads extensions as modules of its own, so the mistake is planted below the cog.
    monkeypatch.setattr("bot.jobs.service.JobService.ensure_open", broken)
    text = await house.refused()
    reference = text.split("with the reference `")[1].split("`")[0]
    assert reference in capsys.readouterr().out
