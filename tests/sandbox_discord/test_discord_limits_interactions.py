"""The documented limits of interactions: three seconds, fifteen minutes, one answer, five followups, 25 suggestions."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.clock import ManualClock
from sandbox.discord import Channel, DiscordSandbox, Interaction, Person
from tests.sandbox_discord.limits import DOCS, Json, Rest, Row, assert_invalid_form, assert_refused, each
from tests.sandbox_discord.parts import button, label, modal, row, text_input

RESPONDING = f"{DOCS}interactions/receiving-and-responding"
AUTOCOMPLETE = f"{RESPONDING}#interaction-response-object-autocomplete"
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, SUGGESTIONS, MODAL = 4, 5, 6, 7, 8, 9
NEVER_SENT = 10

UNKNOWN, TWICE, EXPIRED = (404, 10062), (400, 40060), (401, 50027)

Dial = Callable[..., Any]


def callback(interaction: Interaction) -> str:
    return f"/interactions/{interaction.id}/{interaction.token}/callback"


def followups(sandbox: DiscordSandbox, interaction: Interaction) -> str:
    return f"/webhooks/{sandbox.application_id}/{interaction.token}"


def saying(content: str = "hello", **fields: Any) -> Json:
    return {"type": MESSAGE, "data": {"content": content} | fields}


@pytest.mark.parametrize(("seconds", "taken"), [(0.0, True), (2.999, True), (3.0, False), (10.0, False)])
async def test_three_seconds(
    sandbox: DiscordSandbox, clock: ManualClock, interaction: Interaction, rest: Rest, seconds: float, taken: bool
) -> None:
    # https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback
    await clock.advance(seconds)
    answer = await rest("POST", callback(interaction), {"type": DEFERRED})
    if taken:
        assert answer == (204, None)
    else:
        assert_refused(*answer, UNKNOWN, "Unknown interaction")
        assert_refused(*await rest("POST", followups(sandbox, interaction), {"content": "x"}), (404, 10015))
    assert interaction.failed is not taken


@pytest.mark.parametrize("first", [{"type": DEFERRED}, saying(), {"type": MODAL, "data": modal()}])
async def test_one_answer(interaction: Interaction, rest: Rest, first: Json) -> None:
    # https://discord.com/developers/docs/topics/opcodes-and-status-codes#json: 40060
    assert (await rest("POST", callback(interaction), first))[0] == 204
    for again in ({"type": DEFERRED}, saying(), {"type": MODAL, "data": modal()}):
        answer = await rest("POST", callback(interaction), again)
        assert_refused(*answer, TWICE, "Interaction has already been acknowledged.")


@pytest.mark.parametrize(("seconds", "lives"), [(899.9, True), (900.0, False)])
async def test_fifteen_minutes(
    sandbox: DiscordSandbox, clock: ManualClock, interaction: Interaction, rest: Rest, seconds: float, lives: bool
) -> None:
    # https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
    await rest("POST", callback(interaction), saying())
    await clock.advance(seconds)
    route = followups(sandbox, interaction)
    original = f"{route}/messages/@original"
    for method, path, body in (
        ("GET", original, None),
        ("PATCH", original, {"content": "changed"}),
        ("POST", route, {"content": "more"}),
        ("DELETE", original, None),
    ):
        status, answer = await rest(method, path, body)
        if lives:
            assert status in (200, 204), answer
        else:
            assert_refused(status, answer, EXPIRED, "Invalid Webhook Token")


async def test_nothing_goes_before_the_first_answer(
    sandbox: DiscordSandbox, interaction: Interaction, rest: Rest
) -> None:
    route = followups(sandbox, interaction)
    assert_refused(*await rest("POST", route, {"content": "x"}), (404, 10015), "Unknown Webhook")
    assert_refused(*await rest("PATCH", f"{route}/messages/@original", {"content": "x"}), (404, 10015))
    wrong = f"/interactions/{interaction.id}/wrong/callback"
    assert_refused(*await rest("POST", wrong, {"type": DEFERRED}), UNKNOWN)
    assert_refused(*await rest("POST", f"/interactions/1/{interaction.token}/callback", {"type": DEFERRED}), UNKNOWN)


@pytest.mark.parametrize("deferred", [False, True], ids=["answered", "deferred"])
async def test_five_followups_of_a_user_install(
    sandbox: DiscordSandbox, ada: Person, dial: Dial, rest: Rest, deferred: bool
) -> None:
    # https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
    elsewhere = sandbox.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(ada)
    channel = elsewhere.add_text_channel("general")
    command = {"name": "draw", "description": "Draw.", "integration_types": [1], "contexts": [0, 1, 2]}
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [command])
    async with dial() as client:
        await client.ready(intents=0)
        interaction = await ada.slash(channel, "draw")
        route = followups(sandbox, interaction)
        await rest("POST", callback(interaction), {"type": DEFERRED} if deferred else saying())
        sent = [await rest("POST", route, {"content": str(number)}) for number in range(6)]
        assert [status for status, _ in sent] == [200] * 5 + [400]
        message = "This interaction has hit the maximum number of follow up messages"
        assert_refused(*sent[5], (400, 40094), message)
        assert (await rest("PATCH", f"{route}/messages/@original", {"content": "changed"}))[0] == 200
        assert_refused(*await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"}), (403, 50001))


async def test_as_many_followups_as_one_likes_where_the_bot_is_a_member(
    sandbox: DiscordSandbox, interaction: Interaction, rest: Rest
) -> None:
    await rest("POST", callback(interaction), saying())
    sent = [await rest("POST", followups(sandbox, interaction), {"content": "x"}) for _ in range(12)]
    assert {status for status, _ in sent} == {200}


def suggested(*choices: Json) -> Json:
    return {"type": SUGGESTIONS, "data": {"choices": list(choices)}}


def choice(**fields: Any) -> Json:
    return {"name": "n", "value": "v"} | fields


SUGGESTED = [
    Row(
        "suggestions",
        suggested(*[choice()] * 25),
        suggested(*[choice()] * 26),
        {"data.choices": "BASE_TYPE_MAX_LENGTH"},
        AUTOCOMPLETE,
    ),
    Row(
        "name of a suggestion",
        suggested(choice(name="x" * 100)),
        suggested(choice(name="x" * 101)),
        {"data.choices.0.name": "BASE_TYPE_BAD_LENGTH"},
        f"{DOCS}interactions/application-commands#application-command-object-application-command-option-choice-structure",
    ),
    Row(
        "value of a suggestion",
        suggested(choice(value="x" * 100)),
        suggested(choice(value="x" * 101)),
        {"data.choices.0.value": "BASE_TYPE_MAX_LENGTH"},
        f"{DOCS}interactions/application-commands#application-command-object-application-command-option-choice-structure",
    ),
]


@each(SUGGESTED)
async def test_suggestions(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, dial: Dial, rest: Rest, row: Row
) -> None:
    option = {"type": 3, "name": "size", "description": "How large.", "autocomplete": True}
    command = {"name": "draw", "description": "Draw.", "options": [option]}
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [command])
    async with dial() as client:
        await client.ready(intents=0)
        typing = asyncio.create_task(ada.autocomplete(channel, "draw", focused="size"))
        [told] = await client.events("INTERACTION_CREATE")
        route = f"/interactions/{told['d']['id']}/{told['d']['token']}/callback"
        assert_invalid_form(*await rest("POST", route, row.beyond), row.errors)
        assert_invalid_form(*await rest("POST", route, saying()), {"type": "BASE_TYPE_CHOICES"})
        assert (await rest("POST", route, row.at))[0] == 204
        assert len(await typing) == len(row.at["data"]["choices"])


FITTING = {
    "command": {MESSAGE, DEFERRED, MODAL},
    "button": {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    "modal": {MESSAGE, DEFERRED},
    "modal from a button": {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}


@pytest.mark.parametrize("kind", [1, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, SUGGESTIONS, MODAL, NEVER_SENT])
@pytest.mark.parametrize("what", FITTING)
async def test_which_answer_fits_what(interaction: Interaction, ada: Person, rest: Rest, what: str, kind: int) -> None:
    # https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
    form = {"type": MODAL, "data": modal(label(text_input()))}
    if what in ("button", "modal from a button"):
        await rest("POST", callback(interaction), saying(components=[row(button())]))
        interaction = await ada.click(interaction.responses[0], custom_id="go")
    if what.startswith("modal"):
        await rest("POST", callback(interaction), form)
        interaction = await ada.submit_modal(interaction, {"a": "text"})
    body = form | {"type": kind} if kind == MODAL else saying("hi") | {"type": kind}
    status, answer = await rest("POST", callback(interaction), body)
    if kind in FITTING[what]:
        assert status == 204, answer
    else:
        assert_invalid_form(status, answer, {"type": "BASE_TYPE_CHOICES"})
