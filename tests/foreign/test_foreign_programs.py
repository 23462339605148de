"""A py-cord bot and a discord.js bot do in the sandbox what they do in Discord, and people see it."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from sandbox.discord import Channel, Choice, DiscordSandbox, File, Limit, MessageFlags, RequestRecord, rate_limit_fault
from tests.foreign.programs import Launch, Program
from tests.foreign.studio import Studio, answer_of, furnish, refused, thread_of

# The first test of a run installs what the programs need.
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

LOOK, DONE = "\N{EYES}", "\N{WHITE HEAVY CHECK MARK}"
ATTACHMENT = 11
RETRY_AFTER = timedelta(seconds=0.5)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("L", (3, 2), 90).save(out, "PNG")
    return out.getvalue()


@pytest.mark.usefixtures("channel")
async def test_it_registers_its_commands(studio: Studio) -> None:
    commands = {command.name: command for command in studio.sandbox.commands.scope(None).values()}
    assert set(commands) == {"stamp", "Count files"}
    options = {option["name"]: option for option in commands["stamp"].options}
    assert (options["file"]["type"], options["file"]["required"]) == (ATTACHMENT, True)
    assert options["style"]["autocomplete"] is True


async def test_it_defers_edits_with_the_file_and_opens_a_thread(studio: Studio, channel: Channel) -> None:
    interaction = await studio.ada.slash(channel, "stamp", file=File("grey.png", picture()), style="bold")
    desk = await studio.desk(interaction)
    assert (await interaction.acknowledged()).kind == "deferred"
    answer = answer_of(interaction)
    assert studio.bea.sees(channel) == [answer]
    assert answer.content == "A bold stamp."
    assert not answer.loading
    (file,) = answer.attachments
    assert (file.filename, file.data) == ("grey.png", picture() + b"\nstamped, bold")
    assert (file.content_type, file.width, file.height) == ("image/png", 3, 2)
    thread = thread_of(answer)
    assert thread.name == "Stamp on grey.png"
    assert thread.thread_state.auto_archive_minutes == 60
    assert studio.bea.sees(thread)[-1] is desk
    assert desk.content == "What now?"


async def test_an_option_left_out_has_its_default(studio: Studio, channel: Channel) -> None:
    interaction = await studio.ada.slash(channel, "stamp", file=File("notes.txt", b"words"))
    await studio.desk(interaction)
    assert answer_of(interaction).attachments[0].data == b"words\nstamped, plain"


async def test_it_suggests_while_one_types(studio: Studio, channel: Channel) -> None:
    found = await studio.ada.autocomplete(channel, "stamp", focused="style", style="b")
    assert found == [Choice("bold", "bold"), Choice("blue", "blue")]


async def test_a_button_changes_its_message(studio: Studio, channel: Channel) -> None:
    desk = await studio.desk(await studio.ada.slash(channel, "stamp", file=File("a.txt", b"a")))
    clicked = await studio.bea.click(desk, label="Keep")
    assert (await clicked.acknowledged()).kind == "update"
    assert desk.content == "Kept by Bea."
    keep, *others = desk.components[0]["components"]
    assert keep["disabled"] is True
    assert not any(button.get("disabled") for button in others)


async def test_a_button_answers_one_person_alone(studio: Studio, channel: Channel) -> None:
    desk = await studio.desk(await studio.ada.slash(channel, "stamp", file=File("a.txt", b"a")))
    clicked = await studio.bea.click(desk, label="Whose?")
    acknowledgement = await clicked.acknowledged()
    assert (acknowledgement.kind, acknowledgement.ephemeral) == ("message", True)
    answer = answer_of(clicked)
    assert answer.content == f"Yours, <@{studio.bea.id}>."
    assert answer in studio.bea.sees(desk.channel)
    assert answer not in studio.ada.sees(desk.channel)


async def test_a_form_brings_its_text_and_its_files_in_order(studio: Studio, channel: Channel) -> None:
    desk = await studio.desk(await studio.ada.slash(channel, "stamp", file=File("a.txt", b"a")))
    opened = await studio.ada.click(desk, label="Note")
    assert (await opened.acknowledged()).kind == "modal"
    files = [File("one.bin", b"1"), File("two.bin", b"2")]
    sent = await studio.ada.submit_modal(opened, {"Note": "Looks well.", "Files": files})
    assert (await sent.acknowledged()).kind == "message"
    answer = answer_of(sent)
    assert answer.content == "Noted: Looks well."
    assert [(file.filename, file.data) for file in answer.attachments] == [
        ("one.bin", b"1\nnoted"),
        ("two.bin", b"2\nnoted"),
    ]


async def test_a_form_may_come_without_files(studio: Studio, channel: Channel) -> None:
    desk = await studio.desk(await studio.ada.slash(channel, "stamp", file=File("a.txt", b"a")))
    opened = await studio.ada.click(desk, label="Note")
    await opened.acknowledged()
    sent = await studio.ada.submit_modal(opened, {"Note": "No files."})
    await sent.acknowledged()
    assert (answer_of(sent).content, answer_of(sent).attachments) == ("Noted: No files.", [])


async def test_it_counts_the_files_of_the_message_a_menu_was_used_on(studio: Studio, channel: Channel) -> None:
    message = await studio.bea.say(channel, "See here.", files=[File("a.txt", b"a"), File("b.txt", b"b")])
    used = await studio.ada.use_on_message("Count files", message)
    await used.acknowledged()
    assert answer_of(used).content == "2 files by Bea."
    assert MessageFlags.EPHEMERAL in answer_of(used).flags


async def test_it_reacts_to_a_reaction(studio: Studio, channel: Channel) -> None:
    message = await studio.bea.say(channel, "See here.")
    await studio.ada.react(message, LOOK)
    await studio.sandbox.until(lambda: DONE in message.reactions, what="the tick")
    assert message.reactions == {LOOK: [studio.ada], DONE: [studio.sandbox.bot]}


@pytest.mark.parametrize("cut", [4000, "reset", "reconnect"])
async def test_it_resumes_and_hears_of_what_it_missed(
    studio: Studio, channel: Channel, cut: Literal[4000, "reset", "reconnect"]
) -> None:
    gateway = studio.sandbox.world.gateway
    identified, resumed = len(gateway.identifies), len(gateway.resumes)
    if cut == "reconnect":
        studio.sandbox.reconnect_gateway()
    else:
        await studio.sandbox.disconnect_gateway(cut)
    interaction = await studio.ada.slash(channel, "stamp", file=File("a.txt", b"a"))
    await studio.desk(interaction)
    await studio.sandbox.until(lambda: len(gateway.resumes) > resumed, what="a resume")
    assert len(gateway.identifies) == identified


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_it_waits_out_a_429(studio: Studio, channel: Channel, scope: str) -> None:
    message = await studio.bea.say(channel, "See here.")
    start = len(studio.sandbox.requests)

    def made(route: str) -> list[RequestRecord]:
        return [item for item in studio.sandbox.requests[start:] if item.route.endswith(route)]

    fault = rate_limit_fault(RETRY_AFTER.total_seconds(), path=r"/threads$", method="POST", scope=scope)
    studio.sandbox.faults.add(fault)
    interaction = await studio.ada.slash(channel, "stamp", file=File("a.txt", b"a"))
    await studio.sandbox.until(lambda: [item.status for item in made("/threads")] == [429], what="the 429")
    (first,) = made("/threads")
    # The answer and the reaction reach the bot on two connections, which nothing puts in order but time.
    arrived = first.time + RETRY_AFTER / 3
    await studio.sandbox.until(lambda: studio.sandbox.clock.now() > arrived, what="the 429 to have arrived")
    await studio.ada.react(message, LOOK)
    await studio.desk(interaction)
    await studio.sandbox.until(lambda: DONE in message.reactions, what="the tick")
    _, second = made("/threads")
    assert second.status == 201
    assert second.time - first.time >= RETRY_AFTER
    if scope == "global":
        (reaction,) = made("/@me")
        assert reaction.time - first.time >= RETRY_AFTER


async def test_it_keeps_within_a_bucket(studio: Studio, channel: Channel) -> None:
    studio.sandbox.limits.add("POST", r"/channels/\{channel_id\}/messages/\{message_id\}/threads$", Limit(1, 0.3))
    start = len(studio.sandbox.requests)
    desks = [await studio.ada.slash(channel, "stamp", file=File("a.txt", b"a")) for _ in range(3)]
    for interaction in desks:
        await studio.desk(interaction)
    made = [item for item in studio.sandbox.requests[start:] if item.route.endswith("/threads")]
    assert [item.status for item in made] == [201, 201, 201]


async def test_it_leaves_in_good_order(program: Program, launch: Callable[[str], Launch], tmp_path: Path) -> None:
    async with DiscordSandbox() as sandbox:
        studio = furnish(sandbox, launch, tmp_path)
        async with studio.bot as bot:
            await bot.ready()
            assert await bot.stop() == 0
        await sandbox.until(lambda: not sandbox.world.gateway.ready, what="the bot to be gone")
        if program.says_goodbye:
            assert not sandbox.world.gateway.sessions
        assert not refused(sandbox.requests)
        assert bot.log == ""
