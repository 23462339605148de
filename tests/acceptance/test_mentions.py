"""A mention of the bot is a request like `/seedream`: the same job, the same checks, the same thread."""

import pytest

from sandbox.discord import File, Permissions
from tests.acceptance.asking import answer, answers, delivered, mention, place_of, results
from tests.acceptance.house import House, labelled, picture, status, task_id, words


async def test_words_alone_make_a_picture(house: House) -> None:
    message = await mention(house, "a calm harbour at dawn")
    card = await delivered(house, message)
    thread = card.thread
    assert thread is not None
    assert thread.name == "a calm harbour at dawn"
    assert "> a calm harbour at dawn" in words(card)
    (entry,) = house.world.seedream.ledger
    assert entry.payload == {"prompt": "a calm harbour at dawn", "version": "5.0-lite", "size": "2K", "max_images": 1}
    task, pictures = [m for m in thread.messages if m.author is house.world.discord.bot]
    assert task_id(task) == entry.task_id
    assert status(task) == "completed"
    assert pictures.pinged == [house.person]
    assert card.pinged == []
    assert answers(house, message) == [card]


async def test_wishes_attachments_and_their_order(house: House) -> None:
    files = tuple(picture(n) for n in (1, 2, 3))
    message = await mention(house, "turn this into clay, 3K, 4 images", files=files)
    card = await delivered(house, message)
    (entry,) = house.world.seedream.ledger
    assert (entry.payload["prompt"], entry.payload["size"], entry.payload["max_images"]) == (
        "turn this into clay",
        "3K",
        4,
    )
    assert [upload.data for upload in house.uploads(entry)] == [file.data for file in files]
    assert (labelled(card, "Size"), labelled(card, "Pictures")) == ("3K", "4")
    assert "Taken from your words: “3K” and “4 images”." in words(card)
    assert "3 photo3.png" in str(labelled(card, "Reference images"))
    assert len(results(house, card)[0].attachments) == 4


async def test_the_bots_mention_goes_and_other_mentions_become_names_that_ping_nobody(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    bot = house.world.discord.bot
    message = await house.person.say(house.channel, f"a portrait of <@{noor.id}> <@{bot.id}> in <#{house.channel.id}>")
    card = await delivered(house, message)
    assert house.world.seedream.ledger[0].payload["prompt"] == "a portrait of @noor in #pictures"
    everything = [card, *place_of(card).messages]
    assert [person for m in everything for person in m.pinged if m.author is bot] == [house.person]


async def test_links_come_after_ones_own_pictures_and_leave_the_prompt(house: House) -> None:
    posted = await house.person.say(house.channel, files=[picture(2)])
    link = posted.attachments[0].url
    message = await mention(house, f"like {link}, in clay, 3K", files=(picture(1),))
    await delivered(house, message)
    (entry,) = house.world.seedream.ledger
    assert (entry.payload["prompt"], entry.payload["size"]) == ("like, in clay", "3K")
    assert [upload.data for upload in house.uploads(entry)] == [picture(n).data for n in (1, 2)]


async def test_a_link_to_a_message_of_the_bots_means_its_pictures(house: House) -> None:
    result = results(house, await delivered(house, await mention(house, "a fox")))[0]
    link = f"https://discord.com/channels/{house.guild.id}/{result.channel.id}/{result.id}"
    await delivered(house, await mention(house, f"{link} in clay"))
    entry = house.world.seedream.ledger[-1]
    assert entry.payload["prompt"] == "in clay"
    assert len(house.uploads(entry)) == 1


async def test_a_link_that_is_not_followed_is_told(house: House) -> None:
    await answer(house, await mention(house, "https://ann:secret@a.example/b.png in clay"), "Nothing was spent.")
    assert house.paid == 0


async def test_what_was_taken_is_shown_as_it_was_written(house: House) -> None:
    card = await delivered(house, await mention(house, "a fox --size **big** --size 3K"))
    assert r"--size \*\*big\*\*" in words(card)


async def test_a_single_picture_costs_at_most_five_counted_requests(house: House) -> None:
    # What the server lets people do is asked for once.
    await delivered(house, await mention(house))
    before = len(house.world.discord.requests)
    card = await delivered(house, await mention(house, files=(picture(),)))
    assert card.thread is not None
    counted = [r for r in house.world.discord.requests[before:] if r.counts_toward_global_limit]
    assert len(counted) <= 5, [(r.method, r.path) for r in counted]


async def test_in_a_thread_too(house: House) -> None:
    thread = house.channel.add_thread("ideas", by=house.person)
    await delivered(house, await mention(house, channel=thread))
    before = len(house.world.discord.requests)
    card = await delivered(house, await mention(house, channel=thread))
    await house.world.until(lambda: "Done: 1 picture" in words(card), what="the outcome")
    assert labelled(card, "Task ID") is not None
    assert status(card) == "completed"
    counted = [r for r in house.world.discord.requests[before:] if r.counts_toward_global_limit]
    assert len(counted) <= 5, [(r.method, r.path) for r in counted]


async def test_a_long_task_shows_in_its_thread_that_it_is_processing(house: House) -> None:
    house.replan(pending_seconds=5.0, processing_seconds=120.0)
    card = await answer(house, await mention(house))

    def shown() -> bool:
        bot = house.world.discord.bot
        return card.thread is not None and any(
            status(m) == "processing" for m in card.thread.messages if m.author is bot
        )

    await house.world.until(shown, what="processing")


async def test_in_a_forum_post(house: House) -> None:
    forum = house.guild.add_forum("gallery")
    bot = house.world.discord.bot
    post = await house.person.post(forum, "clay", f"<@{bot.id}> in clay", files=[picture()])
    assert post.starter is not None
    card = await delivered(house, post.starter)
    assert place_of(card) is post
    assert house.uploads(house.world.seedream.ledger[0])[0].data == picture().data


async def test_in_direct_messages(house: House) -> None:
    dm = house.world.discord.dm(house.person)
    card = await delivered(house, await mention(house, channel=dm, files=(picture(),)))
    assert place_of(card) is dm
    assert house.paid == 1


async def test_without_embeds_the_card_is_text(house: House) -> None:
    channel = house.guild.add_text_channel("plain", bot_denied=Permissions.EMBED_LINKS)
    card = await delivered(house, await mention(house, channel=channel))
    assert not card.embeds
    assert "> a calm harbour" in card.content


async def test_without_the_right_to_open_threads_it_goes_on_in_place(house: House) -> None:
    channel = house.guild.add_text_channel("flat", bot_denied=Permissions.CREATE_PUBLIC_THREADS)
    card = await delivered(house, await mention(house, channel=channel))
    assert "No thread: I need the permission “Create Public Threads” here." in words(card)


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        ("a fox --size 9K", (), "The size `9K` is not understood."),
        ("a fox --images many", (), "`many` is no number of pictures."),
        ("a fox, 20 images", (), "Ask for 1 to 15 pictures"),
        ("a fox, 4K", (), "Version 5.0-lite does not draw 4K."),
        ("3K", (), "The prompt is empty."),
        ("", (picture(),), "The prompt is empty."),
        ("a fox", (File("film.mp4", b"moving", content_type="video/mp4"),), "not an image"),
    ],
)
async def test_what_cannot_be_is_told_in_an_answer(
    house: House, text: str, files: tuple[File, ...], expected: str
) -> None:
    message = await mention(house, text, files=files)
    said = await answer(house, message, expected, "Nothing was spent.")
    assert said.pinged == [house.person]
    assert not house.world.seedream.requests or house.paid == 0
    assert house.app is not None
    assert house.app.worker.open_jobs == 0


async def test_a_bad_reference_is_told_on_the_card(house: House) -> None:
    message = await mention(house, "a fox", files=(File("notes.png", b"no picture", content_type="image/png"),))
    await answer(house, message, "notes.png", "Nothing was spent.", "Outcome")
    assert house.paid == 0


async def test_too_many_refusals_a_minute_are_not_repeated(house: House) -> None:
    messages = [await mention(house, "a fox --size 9K") for _ in range(7)]
    last = await mention(house, "a fox")
    await delivered(house, last)
    assert [len(answers(house, message)) for message in messages] == [1] * 5 + [0] * 2


async def test_an_empty_mention_is_greeted_once_in_a_while(house: House) -> None:
    first = await mention(house, "")
    greeting = await answer(house, first, "Mention me with what you would like to see")
    assert "/seedream" in greeting.content
    second = await mention(house, "  ")
    await answer(house, await mention(house, "a fox --size 9K"), "not understood")
    await house.clock.advance(601)
    third = await mention(house, "")
    await answer(house, third, "Mention me")
    assert answers(house, second) == []
    assert house.paid == 0


async def test_who_and_what_is_not_listened_to(house: House) -> None:
    bot = house.world.discord.bot
    everyone = house.guild.everyone
    role = next(role for role in house.guild.roles if role.managed_by is bot)
    house.guild.give_role(house.person, house.guild.add_role("loud", Permissions.MENTION_EVERYONE))
    for text in (
        "a fox",
        "@everyone a fox",
        "@here a fox",
        f"<@&{role.id}> a fox",
        f"<@&{everyone.id}> a fox",
        f"`<@{bot.id}> a fox`",
        f"```\n<@{bot.id}> a fox\n```",
    ):
        await house.person.say(house.channel, text)
    edited = await house.person.say(house.channel, "a fox")
    await house.person.edit(edited, f"<@{bot.id}> a fox")
    await delivered(house, await mention(house, "the only one"))
    assert [entry.payload["prompt"] for entry in house.world.seedream.ledger] == ["the only one"]


async def test_an_edited_mention_is_not_taken_again(house: House) -> None:
    message = await mention(house, "a fox")
    await delivered(house, message)
    await house.person.edit(message, f"<@{house.world.discord.bot.id}> two foxes")
    await delivered(house, await mention(house, "a last one"))
    assert [entry.payload["prompt"] for entry in house.world.seedream.ledger] == ["a fox", "a last one"]


async def test_who_may_not_use_commands_there_is_told_privately_and_once(house: House) -> None:
    channel = house.guild.add_text_channel("talk", everyone_denied=Permissions.USE_APPLICATION_COMMANDS)
    messages = [await mention(house, channel=channel) for _ in range(2)]
    dm = house.world.discord.dm(house.person)
    await house.world.until(lambda: dm.messages, what="a direct message")
    assert f"<#{channel.id}>" in dm.messages[0].content
    assert "the right to use the commands of apps" in dm.messages[0].content
    await delivered(house, await mention(house, "elsewhere"))
    assert [answers(house, message) for message in messages] == [[], []]
    assert len(dm.messages) == 1
    assert house.paid == 1


def decree(house: House, *, of_command: bool, allowed: bool) -> None:
    """Set who may use the bot's commands: everyone, or nobody."""
    discord = house.world.discord
    application = discord.application
    command = next(item for item in application.commands.scope(None).values() if item.name == "seedream")
    settings = {
        "id": str(command.id if of_command else application.id),
        "application_id": str(application.id),
        "guild_id": str(house.guild.id),
        "permissions": [{"id": str(house.guild.id), "type": 1, "permission": allowed}],
    }
    discord.world.events.command_permissions(house.guild, settings)


async def test_what_a_server_sets_for_the_command_holds_for_mentions(house: House) -> None:
    dm = house.world.discord.dm(house.person)
    decree(house, of_command=False, allowed=False)
    first = await mention(house, "a fox")
    await house.world.until(lambda: dm.messages, what="a direct message")
    decree(house, of_command=True, allowed=True)
    await delivered(house, await mention(house, "a second fox"))
    decree(house, of_command=True, allowed=False)
    third = await mention(house, "a third fox")
    await delivered(house, await mention(house, "a fourth fox", channel=dm))
    assert answers(house, first) == answers(house, third) == []
    assert [entry.payload["prompt"] for entry in house.world.seedream.ledger] == ["a second fox", "a fourth fox"]


@pytest.mark.parametrize(
    ("denied", "expected", "here"),
    [
        (Permissions.ATTACH_FILES, "“Attach Files”", True),
        (Permissions.READ_MESSAGE_HISTORY, "“Read Message History”", True),
        (Permissions.SEND_MESSAGES, "“Send Messages”", False),
    ],
)
async def test_where_the_bot_may_not_post_it_says_so(
    house: House, denied: Permissions, expected: str, here: bool
) -> None:
    channel = house.guild.add_text_channel("closed", bot_denied=denied)
    await mention(house, channel=channel)
    place = channel if here else house.world.discord.dm(house.person)
    bot = house.world.discord.bot

    def told() -> bool:
        said = [m for m in place.messages if m.author is bot]
        return any(expected in m.content and "Nothing was spent." in m.content for m in said)

    await house.world.until(told, what="words")
    assert house.paid == 0


async def test_switched_off_nothing_is_heard(empty_house: House) -> None:
    house = empty_house
    await house.start(discord={"mentions": False})
    message = await mention(house, "a fox")
    await house.done(await house.ask(prompt="by command"))
    assert answers(house, message) == []
    assert house.paid == 1


async def test_two_bots_mentioned(house: House) -> None:
    other = house.world.discord.add_person("otherbot")
    other.bot = True
    message = await mention(house, f"and <@{other.id}> in clay")
    await delivered(house, message)
    assert house.world.seedream.ledger[0].payload["prompt"] == "and @otherbot in clay"
