"""What a person sees: everything that is meant for them, nothing else, and only what has changed."""

from typing import Any

import pytest

from sandbox.clock import ManualClock
from sandbox.discord import Command, Message, Permissions
from sandbox.page.desk import Desk
from sandbox.page.live import differences
from sandbox.page.scene import Scene
from sandbox.page.view import view_of
from sandbox.page.view.cache import ViewCache
from sandbox.page.view.messages import MOST_MESSAGES
from sandbox.world import SandboxWorld
from tests.page.tab import Browser, Tab


async def test_what_a_member_is_told_at_first(mara: Tab, scene: Scene, world: SandboxWorld) -> None:
    assert mara.heard[0]["fresh"] is True
    assert mara.view["me"] == {
        "id": str(scene.member.id),
        "name": "mara",
        "display_name": "Mara",
        "moderator": False,
        "upload_limit": world.discord.upload_limit,
    }
    people = {item["display_name"]: (item["about"], item["playable"], item["bot"]) for item in mara.all("person")}
    assert people == {
        "Mara": ("Member", True, False),
        "Theo": ("Moderator", True, False),
        "Sandbox bot": ("App", False, True),
    }
    channels = sorted(mara.all("channel"), key=lambda channel: channel["order"])
    assert [(channel["kind"], channel["name"], channel["note"]) for channel in channels] == [
        ("text", "pictures", ""),
        ("text", "quiet", "The bot may not open threads here."),
        ("text", "notices", "The bot may not write here, only answer commands. The bot may not attach files here."),
        ("forum", "ideas", ""),
        ("dm", "Sandbox bot", ""),
        ("post", "Boats at dusk", ""),
    ]
    assert [guild["name"] for guild in mara.all("guild")] == ["Harbour Studio"]
    assert [role["name"] for role in mara.all("role")] == ["sandbox-bot", "Moderators"]
    forum = mara.one("channel", kind="forum")
    assert (forum["may"]["write"], forum["why_not"]) == (False, "In a forum one writes into posts.")
    post = mara.one("channel", kind="post")
    assert (post["parent"], post["starter"], post["last"]) == (forum["id"], post["id"], post["id"])
    assert mara.view["ledger"] == {"requests": 0, "images": 0, "entries": []}
    assert mara.view["bot"] == {"state": "stopped", "connected": False, "pid": None, "controllable": False, "log": []}
    assert mara.view["traffic"] == []


async def test_a_tab_is_who_it_says_and_else_the_first_person(browser: Browser, scene: Scene) -> None:
    async with browser.tab(scene.moderator) as tab:
        assert (tab.view["me"]["display_name"], tab.view["me"]["moderator"]) == ("Theo", True)
    async with browser.tab() as tab:
        assert tab.view["me"]["display_name"] == "Mara"
    for stranger in ("1", "nobody", "%00", str(scene.guild.owner.id)):
        async with browser.session.ws_connect(f"{browser.server.url}/live?as={stranger}") as socket:
            assert (await socket.receive_json())["set"]["me"]["display_name"] == "Mara"


async def test_a_message_appears_is_edited_and_goes(mara: Tab, scene: Scene) -> None:
    message = await scene.moderator.say(scene.pictures, "first words")
    shown = await mara.until(lambda: mara.message("first words"))
    assert shown["id"] == str(message.id)
    assert shown["seen"]["channel"] == str(scene.pictures.id)
    assert shown["author"]["username"] == "theo"
    await scene.moderator.edit(message, "other words")
    shown = await mara.until(lambda: mara.message("other words"))
    assert shown["edited_timestamp"] is not None
    await scene.moderator.delete(message)
    await mara.until(lambda: f"message:{message.id}" not in mara.view)
    assert mara.heard[-1]["gone"] == [f"message:{message.id}"]


async def test_only_what_has_changed_is_told(mara: Tab, scene: Scene) -> None:
    message = await scene.moderator.say(scene.pictures, "news")
    await mara.until(lambda: mara.message("news"))
    assert mara.heard[-1] == {
        "type": "changes",
        "set": {key: mara.view[key] for key in (f"channel:{scene.pictures.id}", f"message:{message.id}")},
        "gone": [],
    }
    await scene.moderator.react(message, "🎨")
    await mara.until(lambda: mara.message("news").get("reactions"))
    assert set(mara.heard[-1]["set"]) == {f"message:{message.id}"}


@pytest.mark.parametrize(
    ("known", "view", "told"),
    [
        ({}, {}, {}),
        ({"a": {"x": 1}}, {"a": {"x": 1}}, {}),
        ({"a": {"x": 1}}, {"a": {"x": 2}}, {"set": {"a": {"x": 2}}, "gone": []}),
        ({"a": {}}, {"b": {}}, {"set": {"b": {}}, "gone": ["a"]}),
        ({"a": {}}, {}, {"set": {}, "gone": ["a"]}),
    ],
)
def test_differences(known: dict[str, Any], view: dict[str, Any], told: dict[str, Any]) -> None:
    assert differences(known, view) == told


async def test_names_of_hidden_channels_are_not_told(mara: Tab, theo: Tab, scene: Scene, world: SandboxWorld) -> None:
    scene.quiet.set_overwrite(scene.member, deny=Permissions.VIEW_CHANNEL)
    talk = world.discord.dm(scene.moderator)
    words = f"{scene.quiet.mention} {talk.mention}"
    await scene.moderator.say(scene.pictures, words)
    assert (await mara.until(lambda: mara.message(words)))["seen"]["mentions"]["channels"] == {}
    theirs = (await theo.until(lambda: theo.message(words)))["seen"]["mentions"]["channels"]
    assert theirs == {str(scene.quiet.id): "quiet"}


@pytest.mark.usefixtures("bot")
async def test_an_ephemeral_message_is_told_to_its_person_alone(mara: Tab, theo: Tab, scene: Scene) -> None:
    await scene.member.slash(scene.pictures, "try", what="secret")
    shown = await mara.until(lambda: mara.message("between us"))
    assert (shown["seen"]["ephemeral"], shown["seen"]["may"]["delete"], shown["seen"]["may"]["react"]) == (
        True,
        True,
        False,
    )
    await scene.member.say(scene.pictures, "afterwards")
    await theo.until(lambda: theo.message("afterwards"))
    assert theo.message("between us") is None
    assert not any("between us" in str(heard) for heard in theo.heard)


async def test_a_conversation_is_seen_by_those_who_are_in_it(
    mara: Tab, theo: Tab, scene: Scene, world: SandboxWorld
) -> None:
    await scene.member.say(world.discord.dm(scene.member), "for the bot's eyes")
    await mara.until(lambda: mara.message("for the bot's eyes"))
    await scene.member.say(scene.pictures, "afterwards")
    await theo.until(lambda: theo.message("afterwards"))
    assert theo.message("for the bot's eyes") is None
    assert [item["id"] for item in theo.all("channel") if item["kind"] == "dm"] == [
        str(world.discord.dm(scene.moderator).id)
    ]


async def test_a_channel_that_is_hidden_and_shown_again(mara: Tab, scene: Scene) -> None:
    key = f"channel:{scene.quiet.id}"
    scene.quiet.set_overwrite(scene.member, deny=Permissions.VIEW_CHANNEL)
    await mara.until(lambda: key not in mara.view)
    assert mara.message("A quiet room") is None
    scene.quiet.set_overwrite(scene.member)
    await mara.until(lambda: key in mara.view)
    assert mara.message("A quiet room") is not None


async def test_a_private_thread_is_seen_by_its_members_and_moderators(
    world: SandboxWorld, scene: Scene, mara: Tab, theo: Tab
) -> None:
    bot = world.discord.bot
    world.discord.world.open_thread(scene.pictures, "behind doors", owner=bot, private=True)
    await theo.until(lambda: theo.one("channel", name="behind doors"))
    await scene.member.say(scene.pictures, "afterwards")
    await mara.until(lambda: mara.message("afterwards"))
    assert mara.one("channel", name="behind doors") is None


async def test_a_thread_under_a_message(mara: Tab, scene: Scene, world: SandboxWorld) -> None:
    message = await scene.member.say(scene.pictures, "let us talk")
    thread = world.discord.world.open_thread(scene.pictures, "talk", owner=scene.moderator, message=message)
    shown = await mara.until(lambda: mara.one("channel", kind="thread"))
    assert (shown["name"], shown["parent"], shown["starter"]) == ("talk", str(scene.pictures.id), str(message.id))
    assert mara.message("let us talk")["seen"]["thread"] == str(thread.id)
    assert mara.one("message", type=21)["seen"]["system"] == "Theo started this thread from a message."
    thread.archived = True
    await mara.until(lambda: mara.one("channel", kind="thread", archived=True))
    thread.delete()
    await mara.until(lambda: mara.one("channel", kind="thread") is None)
    assert mara.message("let us talk")["seen"]["thread"] is None


async def test_a_thread_without_a_message_is_announced(mara: Tab, scene: Scene) -> None:
    scene.pictures.add_thread("corner", by=scene.moderator)
    shown = await mara.until(lambda: mara.one("message", type=18))
    assert shown["seen"]["system"] == "Theo started a thread: corner"


async def test_what_is_said_of_a_message(mara: Tab, theo: Tab, scene: Scene) -> None:
    words = f"{scene.moderator.mention} {scene.quiet.mention} <@&{scene.guild.roles[-1].id}>"
    message = await scene.member.say(scene.pictures, words)
    mine = (await mara.until(lambda: mara.message(words)))["seen"]
    theirs = (await theo.until(lambda: theo.message(words)))["seen"]
    assert (mine["mine"], mine["pings_me"], theirs["mine"], theirs["pings_me"]) == (True, False, False, True)
    assert mine["mentions"] == {
        "users": {str(scene.moderator.id): "Theo"},
        "roles": {str(scene.guild.roles[-1].id): "Moderators"},
        "channels": {str(scene.quiet.id): "quiet"},
    }
    assert mine["may"] == {"reply": True, "react": True, "edit": True, "delete": True, "moderate": False}
    assert theirs["may"] == {"reply": True, "react": True, "edit": False, "delete": True, "moderate": True}
    await scene.moderator.react(message, "👍")
    own = (await theo.until(lambda: theo.message(words).get("reactions")))[0]
    other = (await mara.until(lambda: mara.message(words).get("reactions")))[0]
    assert (own["me"], other["me"], own["count"]) == (True, False, 1)


@pytest.mark.usefixtures("bot")
async def test_commands_where_they_are_offered(mara: Tab, scene: Scene) -> None:
    await mara.until(lambda: len(mara.all("command")) == 4)
    names = {command["id"]: (command["type"], command["name"]) for command in mara.all("command")}
    offered = [names[number] for number in mara.view[f"channel:{scene.pictures.id}"]["commands"]]
    assert sorted(offered) == [(1, "group"), (1, "try"), (2, "Greet"), (3, "Read")]
    assert mara.view[f"channel:{scene.ideas.id}"]["commands"] == []
    assert scene.member.user_installed is None, "looking at what is offered installs nothing"
    trial = mara.one("command", name="try")
    assert [(option["name"], option.get("autocomplete", False)) for option in trial["options"]][:2] == [
        ("what", True),
        ("count", False),
    ]


def test_looking_at_what_is_offered_does_not_install_the_app(world: SandboxWorld, scene: Scene, desk: Desk) -> None:
    about = {"name": "draw", "description": "Draw.", "integration_types": [1], "contexts": [2]}
    world.discord.commands.everywhere[5] = Command(5, 1, about)
    private = world.discord.private_dm(scene.member, scene.moderator)
    view = view_of(desk, scene.member, ViewCache())
    shown, elsewhere = view[f"channel:{private.id}"], view[f"channel:{scene.pictures.id}"]
    assert isinstance(shown, dict)
    assert isinstance(elsewhere, dict)
    assert (shown["commands"], elsewhere["commands"]) == (["5"], [])
    assert (shown["kind"], shown["name"]) == ("dm", "Theo")
    assert scene.member.user_installed is None


@pytest.mark.usefixtures("bot")
async def test_the_answer_to_a_command_says_who_used_it(mara: Tab, theo: Tab, scene: Scene) -> None:
    await scene.member.slash(scene.pictures, "try", what="plain")
    shown = await theo.until(lambda: theo.message("plain: "))
    assert shown["seen"]["command"] == {"name": "try", "type": 1, "user": str(scene.member.id)}
    await scene.member.slash(scene.pictures, "try", what="defer")
    loading = await mara.until(lambda: next((item for item in mara.all("message") if item["seen"]["loading"]), None))
    assert loading["seen"]["may"]["reply"] is False


async def test_the_sandboxs_addresses_are_the_pages_own(
    world: SandboxWorld, scene: Scene, browser: Browser, mara: Tab
) -> None:
    discord, seedream = world.discord.base_url, world.seedream.files_base_url
    text = f"[a]({seedream}/results/t/1.png?x=1) <{discord}/media/attachments/1/2/a.png?ex=1&> {discord}/api/v10 https://example.com/a"
    await scene.member.say(scene.pictures, text)
    shown = await mara.until(lambda: mara.message("example.com"))
    page = browser.server.url
    assert shown["content"] == (
        f"[a]({page}/results/t/1.png) <{page}/cdn/attachments/1/2/a.png> {discord}/api/v10 https://example.com/a"
    )


def test_messages_are_counted_without_those_of_discord(world: SandboxWorld, scene: Scene, desk: Desk) -> None:
    cache = ViewCache()

    def counted() -> object:
        shown = view_of(desk, scene.member, cache)[f"channel:{scene.pictures.id}"]
        assert isinstance(shown, dict)
        return shown["message_count"]

    assert counted() == 2
    scene.pictures.add_thread("corner", by=scene.moderator)
    assert counted() == 2
    made = crowd(world, scene, 3)
    assert counted() == 5
    world.discord.world.delete_message(made[-1])
    assert counted() == 4


def crowd(world: SandboxWorld, scene: Scene, number: int) -> list[Message]:
    """Put many messages into a channel without telling anybody."""
    made = [
        Message(world.discord.world.ids.next(), scene.pictures, scene.member, world.clock.now(), content=f"number {n}")
        for n in range(number)
    ]
    scene.pictures.history.extend(made)
    return made


def test_of_many_messages_the_latest_are_shown_and_only_news_are_made(
    world: SandboxWorld, scene: Scene, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = crowd(world, scene, 10_000)
    cache = ViewCache()
    first = view_of(desk, scene.member, cache)
    shown = [key for key, item in first.items() if key.startswith("message:") and str(scene.pictures.id) in str(item)]
    assert len(shown) == MOST_MESSAGES
    assert f"message:{made[-1].id}" in first
    monkeypatch.setattr("sandbox.page.view.messages.message_payload", None)
    second = view_of(desk, scene.member, cache)
    assert all(second[key] is first[key] for key in shown)


async def test_a_task_lives_by_the_clock(mara: Tab, world: SandboxWorld, clock: ManualClock, browser: Browser) -> None:
    seedream = world.seedream
    headers = {"Authorization": f"Bearer {seedream.api_token}"}
    body = {"prompt": "a boat", "max_images": 2, "version": "4.0", "size": "2K"}
    post = browser.session.post(f"{seedream.api_base_url}/generate/vol/seedream", json=body, headers=headers)
    async with post as response:
        number = (await response.json())["task_id"]
    task = await mara.until(lambda: mara.view.get(f"task:{number}"))
    assert (task["status"], task["images"], task["version"], task["results"]) == ("pending", 2, "4.0", [])
    assert mara.view["ledger"]["images"] == 2
    assert mara.view["ledger"]["entries"][0]["task"] == number
    await clock.advance(1)
    await mara.until(lambda: mara.view[f"task:{number}"]["status"] == "processing")
    await browser.session.get(f"{seedream.api_base_url}/tasks/{number}", headers=headers)
    await clock.advance(2)
    task = await mara.until(lambda: (item := mara.view[f"task:{number}"])["status"] == "completed" and item)
    assert [change["status"] for change in task["life"]] == ["pending", "processing", "completed"]
    assert task["polls"] == 1
    assert task["life"][-1]["at"] == task["ends_at"]
    assert task["results"] == [f"/results/{number}/1.jpg", f"/results/{number}/2.jpg"]
    status, answer_headers, data = await browser.get(task["results"][0])
    assert (status, answer_headers["Content-Type"], data[:2]) == (200, "image/jpeg", b"\xff\xd8")
    assert [(item["to"], item["method"], item["path"], item["status"]) for item in mara.view["traffic"]] == [
        ("seedream", "POST", "/v1/generate/vol/seedream", 200),
        ("seedream", "GET", f"/v1/tasks/{number}", 200),
    ]


@pytest.mark.usefixtures("bot")
async def test_the_tokens_of_interactions_are_not_shown(mara: Tab, scene: Scene) -> None:
    interaction = await scene.member.slash(scene.pictures, "try", what="plain")
    await mara.until(lambda: mara.message("plain: "))
    assert interaction.token not in str(mara.view["traffic"])
    assert any(item["path"] == f"/interactions/{interaction.id}/…/callback" for item in mara.view["traffic"])
