"""`from_task`: an earlier task's pictures as references, for as long as they are to be had, and for whom."""

from datetime import timedelta

import pytest

from bot.errors import StorageUnavailable
from bot.storage import SqlHistory
from sandbox.discord import Channel, Interaction, Permissions, Person
from sandbox.faults import Fault, FaultKind
from tests.acceptance.forms import received
from tests.acceptance.house import House, picture, words

READING = Permissions.VIEW_CHANNEL | Permissions.READ_MESSAGE_HISTORY
A_DAY_LATER = timedelta(hours=25).total_seconds()


def task_of(house: House) -> str:
    """Return the id of the last task."""
    return house.world.seedream.ledger[-1].task_id


async def made(house: House, channel: Channel | None = None, **options: object) -> Interaction:
    """Have pictures made, and return the command."""
    interaction = await house.ask(channel, **{"max_images": 2, **options})
    await house.done(interaction)
    return interaction


async def test_the_originals_are_used_while_the_api_has_them(house: House) -> None:
    interaction = await made(house, max_images=3)
    originals = await house.results()
    downloads = house.channel.world.cdn.downloads
    before = len(downloads)
    await house.done(await house.ask(from_task=task_of(house), image1=picture(7)))
    assert received(house) == [picture(7).data, *originals]
    assert len(downloads) == before + 1
    assert len(house.pictures(interaction)) == 3


async def test_discords_copies_are_used_a_day_later(house: House) -> None:
    interaction = await made(house)
    task = task_of(house)
    await house.clock.advance(A_DAY_LATER)
    await house.done(await house.ask(from_task=task))
    assert received(house) == [attachment.data for attachment in house.pictures(interaction)]


async def test_after_a_restart_the_same(house: House) -> None:
    interaction = await made(house)
    task = task_of(house)
    await house.stop()
    await house.clock.advance(A_DAY_LATER)
    await house.start()
    await house.done(await house.ask(from_task=f" {task} "))
    assert received(house) == [attachment.data for attachment in house.pictures(interaction)]


async def test_the_jobs_own_id_does_too(house: House) -> None:
    interaction = await made(house)
    card = words(await house.card(interaction, "Job "))
    job_id = card.rpartition("Job ")[2].split()[0].strip("`")
    originals = await house.results()
    await house.done(await house.ask(from_task=job_id))
    assert received(house) == originals


async def test_in_direct_messages_the_same(house: House) -> None:
    direct = house.world.discord.dm(house.person)
    copies = [attachment.data for attachment in house.pictures(await made(house, direct))]
    task = task_of(house)
    await house.clock.advance(A_DAY_LATER)
    await house.done(await house.ask(direct, from_task=task))
    assert received(house) == copies


async def test_what_was_put_on_the_card_through_the_token_is_found_too(house: House) -> None:
    channel = house.guild.add_text_channel("quiet", bot_denied=Permissions.SEND_MESSAGES_IN_THREADS)
    interaction = await made(house, channel)
    copies = [attachment.data for attachment in house.pictures(interaction)]
    task = task_of(house)
    await house.clock.advance(A_DAY_LATER)
    await house.done(await house.ask(from_task=task))
    assert received(house) == copies


async def told(house: House, **options: object) -> str:
    """Ask, expect to be turned down, and return the words."""
    paid = house.paid
    said = words(await house.done(await house.ask(**options)))
    assert house.paid == paid
    assert "Nothing was spent." in said
    return said


async def test_a_task_that_nobody_knows(house: House) -> None:
    assert "I know no task `0123`." in await told(house, from_task="0123")


async def test_a_task_that_is_not_ready(house: House) -> None:
    house.replan(processing_seconds=600.0)
    await house.ask()
    await house.world.until(lambda: house.paid, what="the task")
    assert "has no pictures yet" in await told(house, from_task=task_of(house))


async def test_a_task_that_failed(house: House) -> None:
    house.replan(outcome="failed")
    await house.done(await house.ask())
    assert "ended without pictures" in await told(house, from_task=task_of(house))


async def test_pictures_that_are_nowhere_any_more(house: House) -> None:
    interaction = await made(house)
    house.place(interaction).delete()
    await house.clock.advance(A_DAY_LATER)
    assert "are no longer to be had" in await told(house, from_task=task_of(house))


async def test_one_that_was_deleted_is_left_out(house: House) -> None:
    interaction = await made(house, max_images=11)
    task = task_of(house)
    second = [message for message in house.messages(interaction) if message.attachments][1]
    first_ten = [attachment.data for attachment in house.pictures(interaction)][:10]
    second.channel.world.delete_message(second)
    await house.clock.advance(A_DAY_LATER)
    await house.done(await house.ask(from_task=task))
    assert received(house) == first_ten


async def test_discord_being_away_does_not_matter_while_the_originals_live(house: House) -> None:
    await made(house)
    originals = await house.results()
    house.world.discord.faults.add(
        Fault(FaultKind.STATUS, path="/channels/.*/messages/", method="GET", status=503, times=None)
    )
    await house.done(await house.ask(from_task=task_of(house)))
    assert received(house) == originals


# Whose -------------------------------------------------------------------------------------------------------


async def asked_by(house: House, person: Person, **options: object) -> Interaction:
    interaction = await person.slash(house.channel, "seedream", prompt="a calm harbour", **options)
    await house.done(interaction)
    return interaction


async def test_others_may_use_what_was_made_where_they_read(house: House) -> None:
    await made(house)
    originals = await house.results()
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    await asked_by(house, noor, from_task=task_of(house))
    assert received(house) == originals


async def test_others_may_not_use_what_was_made_where_they_do_not_read(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    staff = house.guild.add_text_channel("staff")
    staff.set_overwrite(noor, deny=READING)
    await made(house, staff)
    task = task_of(house)
    interaction = await asked_by(house, noor, from_task=task)
    assert interaction.original is not None
    assert "is somebody else's" in words(interaction.original)
    assert house.paid == 1
    await house.done(await house.ask(from_task=task))
    assert house.paid == 2


async def test_what_was_made_in_direct_messages_is_ones_own(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    await made(house, house.world.discord.dm(house.person))
    interaction = await asked_by(house, noor, from_task=task_of(house))
    assert interaction.original is not None
    assert "is somebody else's" in words(interaction.original)
    assert house.paid == 1


# Suggestions -------------------------------------------------------------------------------------------------


async def suggested(house: House, typed: str = "", channel: Channel | None = None) -> list[tuple[str, str]]:
    choices = await house.person.autocomplete(
        channel or house.channel, "seedream", focused="from_task", prompt="x", from_task=typed
    )
    return [(choice.name, str(choice.value)) for choice in choices]


async def test_ones_last_tasks_here_are_suggested_newest_first(house: House) -> None:
    elsewhere = house.guild.add_text_channel("elsewhere")
    thread = house.channel.add_thread("sketches")
    tasks = {}
    for prompt, channel in (("a harbour", None), ("a fox", thread), ("a tower", elsewhere), ("x" * 300, None)):
        await made(house, channel, prompt=prompt, max_images=1)
        tasks[prompt] = task_of(house)
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    await asked_by(house, noor)

    here = await suggested(house)
    assert [value for _name, value in here] == [tasks[prompt] for prompt in ("x" * 300, "a fox", "a harbour")]
    assert here[2][0].startswith("a harbour · 20")
    assert here[2][0].endswith(" UTC")
    assert all(len(name) <= 100 for name, _value in here)
    assert await suggested(house, channel=thread) == here
    assert [value for _name, value in await suggested(house, channel=elsewhere)] == [tasks["a tower"]]
    assert [value for _name, value in await suggested(house, "HARBOUR")] == [tasks["a harbour"]]
    assert [value for _name, value in await suggested(house, tasks["a fox"][:12])] == [tasks["a fox"]]
    assert await suggested(house, "nothing like it") == []


async def test_no_more_than_twenty_five_are_suggested(house: House) -> None:
    for interaction in [await house.ask() for _ in range(26)]:
        await house.done(interaction)
    assert len(await suggested(house)) == 25


async def test_without_a_database_nothing_is_suggested_and_nothing_breaks(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object) -> None:
        raise StorageUnavailable(detail="disk full")

    await made(house)
    monkeypatch.setattr(SqlHistory, "recent", away)
    assert await suggested(house) == []


async def test_an_empty_tray_is_told(house: House) -> None:
    assert "Your tray in this channel is empty" in await told(house, use_tray=True)
