"""References by link: pictures on the web and messages on Discord, as far as whoever asks may read them."""

from datetime import timedelta

import pytest

from sandbox.discord import Channel, File, Intents, Message, Permissions, Person
from sandbox.discord.channels import Overwrite
from sandbox.faults import Fault, FaultKind
from tests.acceptance.forms import received
from tests.acceptance.house import House, labelled, picture, words

READING = Permissions.VIEW_CHANNEL | Permissions.READ_MESSAGE_HISTORY


def link_to(message: Message, host: str = "discord.com") -> str:
    """Return what "Copy Message Link" gives."""
    guild = message.channel.guild
    return f"https://{host}/channels/{guild.id if guild else '@me'}/{message.channel.id}/{message.id}"


@pytest.fixture
async def house(empty_house: House) -> House:
    """Return a house whose bot takes no mention for a request: here they only make pictures seen."""
    await empty_house.start(discord={"mentions": False})
    return empty_house


async def shown(house: House, *files: File, channel: Channel | None = None, by: Person | None = None) -> Message:
    """Have somebody post files that the bot may see: without the intent, in a message that mentions it."""
    bot = house.world.discord.bot
    return await (by or house.person).say(channel or house.channel, f"look, <@{bot.id}>", files=files)


async def web_link(house: House, file: File) -> str:
    """Return an address on a server that the bot fetches from in the sandbox."""
    return (await shown(house, file)).attachments[0].url


async def told(house: House, **options: object) -> str:
    """Ask, and return what the card says in the end."""
    return words(await house.done(await house.ask(**options)))


async def test_pictures_by_link_come_after_attached_ones_in_their_order(house: House) -> None:
    files = [picture(n) for n in range(1, 6)]
    first, second, third = [await web_link(house, file) for file in files[2:]]
    interaction = await house.ask(
        prompt="image 1 to 5", image_urls=f"<{first}>, {second}\n{third} ", image3=files[1], image1=files[0]
    )
    card = await house.done(interaction)
    assert received(house) == [file.data for file in files]
    named = str(labelled(card, "Reference images"))
    assert [name in named for name in ("1 photo1.png", "3 photo3.png", "5 photo5.png")] == [True] * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cat.png", "`cat.png` is no link to a picture."),
        ("https://a.example/1.png ftp://b.example/2.png", "`ftp://b.example/2.png` is no link to a picture."),
        ("file:///etc/passwd", "`file:///etc/passwd` is no link to a picture."),
        ("https://", "`https://` is no link to a picture."),
        ("https://mara:secret@a.example/1.png", "A link to `a.example` has a name or a password in it"),
        (" ".join(f"https://a.example/{n}.png" for n in range(15)), "15 reference images are too many"),
    ],
)
async def test_what_is_no_link_is_refused_privately_at_once(house: House, text: str, said: str) -> None:
    answer = await house.refused(image_urls=text)
    assert said in answer
    assert "Nothing was spent." in answer
    assert "secret" not in answer
    assert house.paid == 0


async def test_a_bad_link_is_told_together_with_other_broken_rules(house: House) -> None:
    answer = await house.refused(prompt=" ", size="9K", image_urls="cat.png dog.png")
    assert answer.count("\n- ") == 4


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (File("page.html", b"<!doctype html><img src=cat.png>"), "its link leads to a web page, not to a picture."),
        (File("notes.txt", b"just words"), "not an image."),
        (File("empty.png", b""), "the file is empty."),
        (picture(3, size=(400, 10)), "400x10 pixels are too few"),
    ],
)
async def test_what_is_behind_a_link_is_checked_like_any_picture(house: House, file: File, said: str) -> None:
    link = await web_link(house, file)
    answer = await told(house, image1=picture(), image_urls=link)
    assert f"Image 2, {file.filename}: {said}" in answer
    assert house.paid == 0


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:1/a.png",
        "http://169.254.169.254/latest/",
        "http://[::ffff:10.0.0.1]/a.png",
        "http://1.1.1.1:25/",
    ],
)
async def test_links_into_the_hosts_network_are_refused(house: House, link: str) -> None:
    answer = await told(house, image_urls=link)
    assert "the bot does not fetch anything from" in answer
    assert house.paid == 0


# Messages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com"])
async def test_a_message_means_its_pictures_in_their_place(house: House, host: str) -> None:
    message = await shown(house, picture(2), picture(3))
    last = await web_link(house, picture(4))
    await told(house, image1=picture(1), image_urls=f"{link_to(message, host)} {last}")
    assert received(house) == [picture(n).data for n in range(1, 5)]


async def test_what_of_a_message_is_no_picture_is_left_out(house: House) -> None:
    message = await shown(house, File("clip.mp4", b"\0\0\0\x18ftypmp42"), picture(2))
    await told(house, image_urls=link_to(message))
    assert received(house) == [picture(2).data]


@pytest.mark.parametrize("place", ["channel", "thread", "forum post", "private thread", "direct message"])
async def test_every_place_that_the_person_may_read(house: House, place: str) -> None:
    channel = house.guild.add_text_channel("elsewhere")
    match place:
        case "thread":
            channel = channel.add_thread("sketches")
        case "forum post":
            channel = house.guild.add_forum("ideas").add_post("Lighthouses", by=house.person)
        case "private thread":
            bot = house.world.discord.bot
            channel = channel.world.open_thread(channel, "secret", owner=bot, private=True)
            channel.thread_state.members[house.person.id] = channel.world.clock.now()
        case "direct message":
            channel = house.world.discord.dm(house.person)
    message = await shown(house, picture(5), channel=channel)
    await told(house, image_urls=link_to(message))
    assert received(house) == [picture(5).data]


async def refused(house: House, message: Message) -> str:
    answer = await told(house, image_urls=link_to(message))
    assert "Nothing was spent." in answer
    assert house.paid == 0
    assert link_to(message) in answer
    return answer


@pytest.mark.parametrize("missing", [Permissions.VIEW_CHANNEL, Permissions.READ_MESSAGE_HISTORY, READING])
async def test_a_channel_that_the_person_may_not_read(house: House, missing: Permissions) -> None:
    channel = house.guild.add_text_channel("staff", bot_allowed=READING)
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    message = await shown(house, picture(1), channel=channel, by=noor)
    channel.set_overwrite(house.person, deny=missing)
    assert "You may not read the place" in await refused(house, message)


async def test_a_role_decides_who_may_read(house: House) -> None:
    artists = house.guild.add_role("artists", Permissions.NONE)
    channel = house.guild.add_text_channel("artists", everyone_denied=READING, bot_allowed=READING)
    channel.overwrites.append(Overwrite(artists.id, is_member=False, allow=READING))
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    house.guild.give_role(noor, artists)
    channel.set_overwrite(noor, allow=READING | Permissions.SEND_MESSAGES | Permissions.ATTACH_FILES)
    message = await shown(house, picture(1), channel=channel, by=noor)
    assert "You may not read the place" in await refused(house, message)
    house.guild.give_role(house.person, artists)
    await told(house, image_urls=link_to(message))
    assert received(house) == [picture(1).data]


async def test_a_private_thread_is_for_its_members_and_those_who_manage_threads(house: House) -> None:
    channel = house.guild.add_text_channel("elsewhere")
    thread = channel.world.open_thread(channel, "secret", owner=house.world.discord.bot, private=True)
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    message = await shown(house, picture(1), channel=thread, by=noor)
    assert "You may not read the place" in await refused(house, message)
    house.guild.give_role(house.person, house.guild.add_role("mods", Permissions.MANAGE_THREADS))
    await told(house, image_urls=link_to(message))
    assert received(house) == [picture(1).data]


async def test_a_server_that_the_person_is_not_in(house: House) -> None:
    elsewhere = house.world.discord.add_guild("Elsewhere")
    noor = house.world.discord.add_person("noor")
    elsewhere.join(noor)
    channel = elsewhere.add_text_channel("general")
    message = await shown(house, picture(1), channel=channel, by=noor)
    assert "You may not read the place" in await refused(house, message)
    elsewhere.join(house.person)
    await told(house, image_urls=link_to(message))
    assert received(house) == [picture(1).data]


async def test_somebody_elses_direct_messages(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    message = await shown(house, picture(1), channel=house.world.discord.dm(noor), by=noor)
    assert "You may not read the place" in await refused(house, message)


@pytest.mark.parametrize("why", ["not in the server", "not seeing the channel", "not reading there", "no such channel"])
async def test_a_place_that_the_bot_cannot_look_at(house: House, why: str) -> None:
    guild = house.world.discord.add_guild("Elsewhere", with_bot=why != "not in the server")
    guild.join(house.person)
    denied = {"not seeing the channel": Permissions.VIEW_CHANNEL, "not reading there": Permissions.READ_MESSAGE_HISTORY}
    channel = guild.add_text_channel("general", bot_denied=denied.get(why, Permissions.NONE))
    message = await house.person.say(channel, "look", files=[picture(1)])
    if why == "no such channel":
        channel.delete()
    assert "I cannot look at" in await refused(house, message)


async def test_a_message_that_was_deleted(house: House) -> None:
    message = await shown(house, picture(1))
    await house.person.delete(message)
    assert "There is no message at" in await refused(house, message)


async def test_a_message_without_pictures(house: House) -> None:
    message = await shown(house, File("notes.txt", b"words"))
    assert "There is no picture in" in await refused(house, message)


async def test_without_the_intent_other_peoples_messages_are_hidden_and_it_says_so(house: House) -> None:
    message = await house.person.say(house.channel, "my sketch", files=[picture(1)])
    answer = await refused(house, message)
    assert "Discord does not show me the pictures of other people's messages" in answer
    assert "Edit with Seedream" in answer


async def test_with_the_intent_they_are_seen(house: House) -> None:
    house.world.discord.application.privileged_intents |= Intents.MESSAGE_CONTENT
    message = await house.person.say(house.channel, "my sketch", files=[picture(1)])
    await told(house, image_urls=link_to(message))
    assert received(house) == [picture(1).data]


async def test_the_bots_own_results_need_no_intent(house: House) -> None:
    interaction = await house.ask(max_images=2)
    await house.done(interaction)
    results = next(message for message in house.messages(interaction) if message.attachments)
    originals, copies = await house.results(), [attachment.data for attachment in results.attachments]
    downloads = house.channel.world.cdn.downloads
    before = len(downloads)
    await told(house, image_urls=link_to(results))
    assert (received(house), len(downloads)) == (originals, before)
    await house.clock.advance(timedelta(hours=25).total_seconds())
    await told(house, image_urls=link_to(results))
    assert (received(house), len(downloads)) == (copies, before + 2)


async def test_a_message_with_more_than_there_is_room_for(house: House) -> None:
    message = await shown(house, *(picture(n) for n in range(10)))
    own = {f"image{n}": picture(n) for n in range(1, 6)}
    answer = await told(house, image_urls=link_to(message), **own)
    assert "There are 10 pictures in" in answer
    assert "there is room for 9 more reference images" in answer
    assert house.paid == 0


async def test_too_many_together_with_the_pictures_asked_for(house: House) -> None:
    message = await shown(house, picture(1), picture(2), picture(3))
    answer = await told(house, image_urls=link_to(message), max_images=13)
    assert "3 reference images and 13 pictures make 16" in answer
    assert house.paid == 0


async def test_everything_that_cannot_be_had_is_told_together(house: House) -> None:
    gone = await shown(house, picture(1))
    hidden = await house.person.say(house.channel, "my sketch", files=[picture(1)])
    await house.person.delete(gone)
    answer = await told(house, image_urls=f"{link_to(gone)} {link_to(hidden)}", from_task="nonsense", use_tray=True)
    for said in ("There is no message at", "Discord does not show me", "I know no task `nonsense`", "Your tray"):
        assert said in answer
    assert house.paid == 0


async def test_discord_being_away_is_waited_out(house: House) -> None:
    message = await shown(house, picture(1))
    house.world.discord.faults.add(Fault(FaultKind.STATUS, path="/channels/", method="GET", status=503, times=2))
    await told(house, image_urls=link_to(message))
    assert received(house) == [picture(1).data]
