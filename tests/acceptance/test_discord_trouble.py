"""Discord failing, forgetting or being taken away midway: the job goes on, and the pictures find their way."""

import pytest

from sandbox.discord import Interaction, Permissions
from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, task_id, words


async def started(house: House) -> Interaction:
    """Return a command whose task is at the API, with its id shown in the thread."""
    house.replan(processing_seconds=20)
    interaction = await house.ask()
    await house.world.until(lambda: any(task_id(m) for m in house.messages(interaction)), what="the task message")
    return interaction


async def test_the_thread_is_deleted_while_waiting(house: House) -> None:
    interaction = await started(house)
    house.place(interaction).delete()
    card = await house.done(interaction)
    pictures = [m for m in house.channel.messages if m.attachments]
    assert [len(m.attachments) for m in pictures] == [1]
    assert "The thread is no longer open to me, so I go on here." in words(card)
    assert house.paid == 1


async def test_the_channel_is_deleted_while_waiting(house: House) -> None:
    await started(house)
    house.channel.delete()
    direct = house.world.discord.dm(house.person)
    await house.world.until(lambda: any(m.attachments for m in direct.messages), what="a direct message")
    assert direct.messages[0].pinged == [house.person]
    assert house.paid == 1


async def test_the_right_to_write_is_taken_away_while_waiting(house: House) -> None:
    interaction = await started(house)
    house.channel.set_overwrite(house.world.discord.bot, deny=Permissions.VIEW_CHANNEL)
    card = await house.done(interaction)
    # The interaction's own token still works.
    assert len(card.attachments) == 1
    (ready,) = interaction.followups
    assert ready.pinged == [house.person]


async def test_the_right_to_write_is_taken_away_and_the_token_has_ended(house: House) -> None:
    interaction = await started(house)
    house.channel.set_overwrite(house.world.discord.bot, deny=Permissions.VIEW_CHANNEL)
    interaction.expire()
    direct = house.world.discord.dm(house.person)
    await house.world.until(lambda: any(m.attachments for m in direct.messages), what="a direct message")
    assert "The place you asked in is no longer open to me" in direct.messages[0].content


async def test_the_card_is_deleted_by_a_moderator(house: House) -> None:
    interaction = await started(house)
    assert interaction.original is not None
    thread = house.place(interaction)
    moderator = house.world.discord.add_person("noor")
    house.guild.give_role(moderator, house.guild.add_role("moderators", Permissions.MANAGE_MESSAGES))
    await moderator.delete(interaction.original)
    await house.world.until(lambda: any(m.attachments for m in thread.messages), what="the pictures")


async def test_the_task_message_is_deleted(house: House) -> None:
    interaction = await started(house)
    (message,) = house.messages(interaction)
    house.world.discord.world.delete_message(message)
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1


async def test_the_thread_is_archived_meanwhile(house: House) -> None:
    interaction = await started(house)
    house.place(interaction).archived = True
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1


@pytest.mark.parametrize("kind", [FaultKind.RESET_BEFORE, FaultKind.RESET_AFTER])
async def test_a_posting_that_breaks_off_is_repeated_under_the_same_nonce(house: House, kind: FaultKind) -> None:
    interaction = await started(house)
    thread = house.place(interaction)
    house.world.discord.faults.add(Fault(kind, path=f"/channels/{thread.id}/messages$", method="POST"))
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1
    assert [p for m in house.messages(interaction) for p in m.pinged] == [house.person]


async def test_discord_answers_503_for_a_while(house: House) -> None:
    interaction = await started(house)
    thread = house.place(interaction)
    house.world.discord.faults.add(
        Fault(FaultKind.STATUS, path=f"/channels/{thread.id}/messages", status=503, times=4, body="{}")
    )
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1


async def test_the_gateway_drops_and_resumes(house: House) -> None:
    interaction = await started(house)
    await house.world.discord.disconnect_gateway()
    await house.done(interaction)
    await house.world.discord.wait_ready()
    await house.done(await house.ask())
    assert house.paid == 2


async def test_nobody_can_be_reached_any_more(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    await started(house)
    house.channel.delete()
    house.person.accepts_dms = False
    await house.world.until(lambda: house.app is not None and not house.app.worker.open_jobs, what="the end")
    assert "the requester could not be told" in capsys.readouterr().out


async def test_a_thread_closed_for_good_is_left_for_its_channel(house: House) -> None:
    interaction = await started(house)
    thread = house.place(interaction)
    archived = '{"code": 50083, "message": "Thread is archived"}'
    house.world.discord.faults.add(
        Fault(FaultKind.STATUS, path=f"/channels/{thread.id}/messages", status=400, body=archived, times=None)
    )
    card = await house.done(interaction)
    assert [len(m.attachments) for m in house.channel.messages if m.attachments] == [1]
    assert "Done: 1 picture" in words(card)


@pytest.mark.parametrize("kind", [FaultKind.RESET_AFTER, FaultKind.MALFORMED])
async def test_an_acknowledgement_whose_answer_is_lost_counts(house: House, kind: FaultKind) -> None:
    house.world.discord.faults.add(Fault(kind, path="/callback$", body="<html>"))
    interaction = await house.ask()
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 1
    assert house.paid == 1


async def test_an_edit_that_discord_rejects_costs_nobody_their_pictures(house: House) -> None:
    strange = '{"code": 50035, "message": "Invalid Form Body"}'
    house.world.discord.faults.add(
        Fault(FaultKind.STATUS, path="/webhooks/", method="PATCH", status=400, body=strange, times=None)
    )
    interaction = await house.ask()
    await house.world.until(lambda: house.pictures(interaction), what="the pictures")
    assert house.paid == 1
