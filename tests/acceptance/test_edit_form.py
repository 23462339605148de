"""Right-click a message, "Edit with Seedream": the form, the pictures that go along, and every refusal."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.errors import StorageUnavailable
from bot.storage import SqlFormStore, SqlJobStore
from sandbox.discord import Channel, File, Message, Permissions
from sandbox.discord.payloads.interactions import interaction_payload
from tests.acceptance.forms import EDIT, PROMPT, opened, parts, received, refusal, sent
from tests.acceptance.house import House, labelled, picture, words


async def test_a_sketch_of_somebody_else_becomes_clay(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    sketch, hat = picture(1, name="sketch.png"), picture(2, name="hat.png")
    message = await noor.say(house.channel, "look", files=[sketch, hat])

    form = await opened(house, message)
    assert form.modal is not None
    assert form.modal["title"] == "Edit 2 pictures"
    assert "image 1 (sketch.png), image 2 (hat.png)" in parts(form)[PROMPT]["words"]
    submission = await sent(house, form)

    card = await house.done(submission)
    assert card.thread is not None
    assert received(house) == [sketch.data, hat.data]
    assert house.world.seedream.ledger[0].payload["prompt"] == "make it clay"
    assert len(house.pictures(submission)) == 1
    assert labelled(card, "Version") == "5.0-lite"


async def test_options_and_own_pictures_in_the_order_they_were_chosen(house: House) -> None:
    message = await house.person.say(house.channel, files=[picture(1)])
    own = [picture(n) for n in (5, 3, 4)]

    form = await opened(house, message)
    submission = await sent(house, form, version="4.5", size="4K", max_images="2", own=own)

    await house.done(submission)
    assert received(house) == [picture(1).data, *(file.data for file in own)]
    payload = house.world.seedream.ledger[0].payload
    assert (payload["version"], payload["size"], payload["max_images"]) == ("4.5", "4K", 2)


async def test_auto_leaves_the_number_out(house: House) -> None:
    form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    await house.done(await sent(house, form, max_images="Auto (up to 15)"))
    assert "max_images" not in house.world.seedream.ledger[0].payload


@pytest.mark.parametrize(("shown", "uploads"), [(1, 10), (10, 4)])
async def test_as_many_more_as_there_is_room_for(house: House, shown: int, uploads: int) -> None:
    message = await house.person.say(house.channel, files=[picture(n) for n in range(shown)])
    form = await opened(house, message)
    assert parts(form)["own"]["max_values"] == uploads


async def shows_many(house: House, count: int) -> tuple[Message, list[File]]:
    """Return a message with ten files, and the rest in a gallery, as another bot would post them."""
    files = [picture(n, name=f"p{n}.png") for n in range(1, count + 1)]
    message = await house.person.say(house.channel, files=files[:10])
    spare = house.guild.add_text_channel("spare")
    for start in range(10, count, 10):
        more = await house.person.say(spare, files=files[start : start + 10])
        items = [{"media": {"url": file.url}, "description": None, "spoiler": False} for file in more.attachments]
        message.components.append({"type": 12, "id": 50 + start, "items": items})
    return message, files


async def test_fourteen_fill_the_form_and_more_have_to_be_chosen_from(house: House) -> None:
    message, _ = await shows_many(house, 14)
    form = await opened(house, message)
    assert "own" not in parts(form)
    assert form.modal is not None
    assert "All 14 pictures go along" in str(form.modal["components"][-1]["content"])

    message, files = await shows_many(house, 17)
    form = await opened(house, message)
    choice = parts(form)["chosen"]
    assert choice["words"] == "17 pictures are shown, 14 at most go along."
    assert [option["label"] for option in choice["options"] if option.get("default")] == [
        f"{n} · p{n}.png" for n in range(1, 15)
    ]
    submission = await sent(house, form, chosen=["17 · p17.png", "2 · p2.png"])
    await house.done(submission)
    assert received(house) == [files[1].data, files[16].data]


async def test_of_very_many_the_first_can_be_chosen_from(house: House) -> None:
    message, files = await shows_many(house, 27)
    form = await opened(house, message)
    choice = parts(form)["chosen"]
    assert len(choice["options"]) == 25
    assert "These are the first 25." in choice["words"]
    await house.done(await sent(house, form))
    assert received(house) == [file.data for file in files[:14]]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((), "There are no pictures in this message. I looked at its files"),
        ((File("clip.mp4", b"\0\0\0\x18ftypmp42", content_type="video/mp4"),), "the video clip.mp4"),
        ((File("notes.txt", b"hello", content_type="text/plain"),), "the file notes.txt"),
    ],
)
async def test_a_message_without_pictures_is_refused_with_what_was_seen(
    house: House, files: tuple[File, ...], expected: str
) -> None:
    message = await house.person.say(house.channel, "only words", files=files)
    interaction = await house.person.use_on_message(EDIT, message)
    answer = await interaction.acknowledged()
    assert (answer.kind, answer.ephemeral) == ("message", True)
    assert interaction.original is not None
    assert expected in interaction.original.content
    assert "Nothing was spent." in interaction.original.content


async def test_a_sticker_is_refused_by_its_name(house: House) -> None:
    message = await house.person.say(house.channel, stickers=["Wave"])
    assert "I found the sticker Wave" in await refusal(await house.person.use_on_message(EDIT, message))

    message = await house.person.say(house.channel, files=[picture(1)], stickers=["Wave"])
    form = await opened(house, message)
    assert "Left out: the sticker Wave." in parts(form)["own"]["words"]
    await house.done(await sent(house, form))
    assert received(house) == [picture(1).data]


async def test_pictures_in_embeds_in_layout_and_in_forwards(house: House) -> None:
    """What links unfold to, what other bots lay out, and what was forwarded from elsewhere."""
    spare = house.guild.add_text_channel("spare")
    kept = await house.person.say(spare, files=[picture(n) for n in range(1, 4)])
    one, two, three = (attachment.url for attachment in kept.attachments)
    unfolded = await house.person.say(house.channel, "see https://pictures.example/1")
    unfolded.embeds = [{"title": "A page", "image": {"url": one}, "thumbnail": {"url": two}}]
    await house.done(await sent(house, await opened(house, unfolded)))
    assert received(house) == [picture(1).data, picture(2).data]

    thumbnail = {"type": 11, "id": 4, "media": {"url": three}, "description": None, "spoiler": False}
    text = {"type": 10, "id": 3, "content": "a hat"}
    laid_out = await house.person.say(house.channel, "by another bot")
    laid_out.components = [
        {
            "type": 17,
            "id": 1,
            "accent_color": None,
            "spoiler": False,
            "components": [{"type": 9, "id": 2, "components": [text], "accessory": thumbnail}],
        }
    ]
    await house.done(await sent(house, await opened(house, laid_out)))
    assert received(house) == [picture(3).data]

    forwarded = await house.person.forward(kept, house.channel)
    await house.done(await sent(house, await opened(house, forwarded)))
    assert received(house) == [picture(n).data for n in range(1, 4)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"size": "gigantic"}, "gigantic"),
        ({"version": "4.5", "size": "3K"}, "3K"),
        ({"max_images": "15"}, "15"),
        ({"prompt": " \n "}, "The prompt is empty"),
    ],
)
async def test_input_that_breaks_rules_is_not_lost(house: House, values: Mapping[str, Any], expected: str) -> None:
    mine = picture(9)
    form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    refused = await sent(house, form, **{PROMPT: "a *very* long thought", "own": [mine], **values})

    answer = refused.acknowledgement
    assert answer is not None
    assert (answer.kind, answer.ephemeral) == ("message", True)
    assert refused.original is not None
    assert expected in refused.original.content
    typed = refused.original.embeds[0]
    assert values.get(PROMPT, r"a \*very\* long thought").strip() == typed.get("description", "").strip()
    assert house.paid == 0

    again = await house.person.click(refused.original, label="Try again")
    assert (await again.acknowledged()).kind == "modal"
    fields = parts(again)
    assert fields[PROMPT].get("value", "").strip() == values.get(PROMPT, "a *very* long thought").strip()
    assert fields["size"]["value"] == values.get("size", "2K")
    assert "Your upload is kept." in fields["own"]["words"]
    await house.done(await sent(house, again, version="5.0-lite", size="2K", max_images="1"))
    assert received(house) == [picture(1).data, mine.data]


async def test_what_was_filled_in_stands_in_the_form_again(house: House) -> None:
    form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    refused = await sent(house, form, prompt="clay", version="4.5", size="1x1", max_images="4")
    assert refused.original is not None
    again = await house.person.click(refused.original, label="Try again")
    await again.acknowledged()
    fields = parts(again)
    chosen = {
        name: [option["value"] for option in fields[name]["options"] if option.get("default")]
        for name in ("version", "max_images")
    }
    assert chosen == {"version": ["4.5"], "max_images": ["4"]}
    assert (fields[PROMPT]["value"], fields["size"]["value"]) == ("clay", "1x1")


async def test_two_forms_open_at_once_do_not_mix(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    first = await house.person.say(house.channel, files=[picture(1)])
    second = await house.person.say(house.channel, files=[picture(2)])
    mine, hers, mine_too = await opened(house, first), await opened(house, second, noor), await opened(house, second)

    one = await sent(house, hers, noor, prompt="hers")
    await house.done(one)
    two = await sent(house, mine, prompt="mine")
    await house.done(two)
    three = await sent(house, mine_too, prompt="mine too")
    await house.done(three)

    by_prompt = {
        entry.payload["prompt"]: [upload.data for upload in house.uploads(entry)]
        for entry in house.world.seedream.ledger
    }
    assert by_prompt == {"hers": [picture(2).data], "mine": [picture(1).data], "mine too": [picture(2).data]}
    assert noor in [person for message in house.messages(one) for person in message.pinged]


@pytest.mark.parametrize("ending", ["stop", "crash"])
async def test_a_form_open_over_a_restart_is_taken_in(house: House, ending: str) -> None:
    form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    await getattr(house, ending)()
    await house.start()
    own = picture(7)
    await house.done(await sent(house, form, own=[own]))
    assert received(house) == [picture(1).data, own.data]


async def test_a_form_is_used_once(house: House) -> None:
    form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    await house.done(await sent(house, form))
    form.submission = None
    refused = await sent(house, form, prompt="once more")
    assert refused.original is not None
    assert "no longer known" in refused.original.content
    assert refused.original.embeds[0]["description"] == "once more"
    assert house.paid == 1


async def test_a_form_sent_twice_at_once_is_used_once(house: House) -> None:
    form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    first = await house.person.submit_modal(form, {PROMPT: "make it clay"})
    form.submission = None
    second = await house.person.submit_modal(form, {PROMPT: "make it clay"})
    assert "no longer known" in await refusal(second)
    await house.done(first)
    assert house.paid == 1


async def test_only_who_opened_a_form_may_send_it(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    form.person = noor
    refused = await sent(house, form, noor)
    assert refused.original is not None
    assert "Somebody else has opened this" in refused.original.content
    assert house.paid == 0


async def test_the_pictures_are_kept_when_the_message_is_gone_by_then(house: House) -> None:
    message = await house.person.say(house.channel, files=[picture(1)])
    form = await opened(house, message)
    await house.person.delete(message)
    # Its files are gone with it, and that is said as of any reference.
    refused = await house.card(await sent(house, form), "Image 1")
    assert "photo1.png" in words(refused)
    assert house.paid == 0


def a_text_channel(house: House) -> Channel:
    return house.channel


def a_thread(house: House) -> Channel:
    return house.channel.add_thread("sketches")


def a_forum_post(house: House) -> Channel:
    return house.guild.add_forum("ideas").add_post("Lighthouses", by=house.person)


def a_direct_message(house: House) -> Channel:
    return house.world.discord.dm(house.person)


def another_server(house: House) -> Channel:
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    return elsewhere.add_text_channel("general")


def a_private_conversation(house: House) -> Channel:
    return house.world.discord.private_dm(house.person, house.world.discord.add_person("noor"))


@pytest.mark.parametrize(
    "place", [a_text_channel, a_thread, a_forum_post, a_direct_message, another_server, a_private_conversation]
)
async def test_the_same_everywhere(house: House, place: Callable[[House], Channel]) -> None:
    message = await house.person.say(place(house), files=[picture(1)])
    submission = await sent(house, await opened(house, message), max_images="2")
    card = await house.done(submission)
    assert (card.thread is not None) == (place is a_text_channel)
    assert received(house) == [picture(1).data]
    assert [attachment.data for attachment in house.pictures(submission)] == await house.results()


async def test_nobody_fills_a_form_in_where_no_pictures_can_be_posted(house: House) -> None:
    channel = house.guild.add_text_channel("words-only", bot_denied=Permissions.ATTACH_FILES)
    message = await house.person.say(channel, files=[picture(1)])
    interaction = await house.person.use_on_message(EDIT, message)
    assert "the permission “Attach Files”" in await refusal(interaction)


class TestDatabaseAway:
    """Nothing is begun, and nothing is lost that could be kept."""

    @staticmethod
    async def fails(*_: object) -> None:
        raise StorageUnavailable(detail="disk full")

    async def test_a_form_that_could_not_be_kept_is_not_opened(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(SqlFormStore, "keep", self.fails)
        message = await house.person.say(house.channel, files=[picture(1)])
        assert "database does not answer" in await refusal(await house.person.use_on_message(EDIT, message))

    async def test_a_form_that_is_open_goes_on(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
        monkeypatch.setattr(SqlFormStore, "load", self.fails)
        await house.done(await sent(house, form))
        assert received(house) == [picture(1).data]

    async def test_what_was_typed_is_there_again_afterwards(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
        with monkeypatch.context() as away:
            for deed in ("keep", "load", "remove"):
                away.setattr(SqlFormStore, deed, self.fails)
            away.setattr(SqlJobStore, "add", self.fails)
            refused = await sent(house, form, prompt="a long thought")
            assert "database does not answer" in await refusal(refused)
        assert refused.original is not None
        assert refused.original.embeds[0]["description"] == "a long thought"
        again = await house.person.click(refused.original, label="Try again")
        await again.acknowledged()
        assert parts(again)[PROMPT]["value"] == "a long thought"
        await house.done(await sent(house, again))
        assert received(house) == [picture(1).data]

    async def test_after_a_restart_too_the_button_waits_for_it(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
        await house.crash()
        await house.start()
        with monkeypatch.context() as away:
            away.setattr(SqlFormStore, "load", self.fails)
            refused = await sent(house, form, prompt="a long thought")
            assert "database does not answer" in await refusal(refused)
            assert refused.original is not None
            assert "database does not answer" in await refusal(
                await house.person.click(refused.original, label="Try again")
            )
        assert refused.original.embeds[0]["description"] == "a long thought"
        again = await house.person.click(refused.original, label="Try again")
        await again.acknowledged()
        await house.done(await sent(house, again))
        assert received(house) == [picture(1).data]


async def test_a_form_of_which_two_processes_hear_is_taken_in_once_and_nobody_is_told_otherwise(house: House) -> None:
    form = await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    submission = await sent(house, form)
    card = await house.done(submission)
    seen, shown = len(house.world.discord.requests), words(card)

    submission.world.events.interaction_create(submission, interaction_payload(submission, submission.data))
    # What is asked afterwards is answered afterwards.
    await opened(house, await house.person.say(house.channel, files=[picture(1)]))
    after = [request.path for request in house.world.discord.requests[seen:]]
    assert len(after) == 1, after
    assert words(card) == shown
    assert house.paid == 1
