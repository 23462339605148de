"""What a person can do on the page, and what the page refuses with Discord's reason."""

import json
from typing import Any

import pytest

from sandbox.clock import ManualClock
from sandbox.discord import File, Permissions
from sandbox.page.acts import ACTS
from sandbox.page.live import MOST_ACTS
from sandbox.page.scene import Scene
from sandbox.world import SandboxWorld
from tests.page.tab import Browser, Refused, Tab
from tests.page.trial_bot import TrialBot

NEVER = "1"
"""An id that nothing has."""


async def command(tab: Tab, name: str) -> str:
    """Return a command's id, once it is there."""
    return str((await tab.until(lambda: tab.one("command", name=name)))["id"])


async def use(tab: Tab, scene: Scene, what: str, **options: Any) -> str:
    """Use the trial command and return the interaction's id."""
    fields = {"channel": str(scene.pictures.id), "command": await command(tab, "try")}
    answer = await tab.act("slash", **fields, path=[], options={"what": what, **options})
    return str(answer["interaction"])


async def parts(tab: Tab, scene: Scene) -> str:
    """Let the bot post buttons and menus; return the message's id."""
    await use(tab, scene, "parts")
    return str((await tab.until(lambda: tab.message("parts")))["id"])


# Commands -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bot")
async def test_a_command_with_every_kind_of_option(browser: Browser, mara: Tab, theo: Tab, scene: Scene) -> None:
    _, kept = await browser.upload("boat.png", b"boat")
    number = await use(
        mara,
        scene,
        "all",
        count=3,
        flag=True,
        image={"file": kept["id"]},
        who={"id": str(scene.moderator.id)},
        where={"id": str(scene.quiet.id)},
        role={"id": str(scene.guild.roles[-1].id)},
    )
    said = "all: [3, True, 'boat.png', 'theo', 'quiet', 'Moderators']"
    await theo.until(lambda: theo.message(said))
    await mara.until(lambda: mara.message(said))
    assert f"interaction:{number}" not in mara.view, "it is answered"


@pytest.mark.usefixtures("bot")
async def test_a_sub_command(mara: Tab, scene: Scene) -> None:
    fields = {"channel": str(scene.pictures.id), "command": await command(mara, "group")}
    await mara.act("slash", **fields, path=["inner"], options={"text": "deep"})
    await mara.until(lambda: mara.message("inner: deep"))
    assert "needs one of its sub-commands" in await mara.refusal("slash", **fields, path=[], options={"text": "x"})


@pytest.mark.usefixtures("bot")
async def test_suggestions_come_from_the_bot(browser: Browser, mara: Tab, scene: Scene) -> None:
    _, kept = await browser.upload("boat.png", b"boat")
    fields = {"channel": str(scene.pictures.id), "command": await command(mara, "try"), "focused": "what"}
    answer = await mara.act("autocomplete", **fields, options={"what": "fo", "image": {"file": kept["id"]}})
    assert answer == {"choices": [{"name": "fo and more", "value": "fo!"}]}
    await use(mara, scene, "still there", image={"file": kept["id"]})
    await mara.until(lambda: mara.message("still there: [1, False, 'boat.png'"))


@pytest.mark.usefixtures("bot")
async def test_suggestions_that_do_not_come(mara: Tab, scene: Scene, world: SandboxWorld, clock: ManualClock) -> None:
    fields = {"channel": str(scene.pictures.id), "command": await command(mara, "try"), "focused": "what"}
    number = await mara.start("autocomplete", **fields, options={"what": "silence"})
    await world.discord.until(lambda: world.discord.world.unanswered)
    await clock.advance(3)
    with pytest.raises(Refused, match="Loading options failed"):
        await mara.answer(number)
    await mara.act("say", channel=str(scene.pictures.id), content="afterwards")
    await mara.until(lambda: mara.message("afterwards"))
    assert not any(key.startswith("interaction:") for heard in mara.heard for key in heard["set"])


@pytest.mark.usefixtures("bot")
async def test_context_menus(mara: Tab, scene: Scene) -> None:
    message = str(mara.message("My lighthouse")["id"])
    await mara.act("message_command", message=message, command=await command(mara, "Read"))
    shown = await mara.until(lambda: mara.message("read: My lighthouse"))
    assert shown["seen"]["command"]["type"] == 3
    fields = {"user": str(scene.moderator.id), "channel": str(scene.pictures.id)}
    await mara.act("user_command", **fields, command=await command(mara, "Greet"))
    await mara.until(lambda: mara.message("greetings, theo"))


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "what is required"),
        ({"what": "x", "count": 4}, "count takes 1 to 3, not 4"),
        ({"what": "x", "count": "2"}, "count takes a value of type integer"),
        ({"what": "x", "colour": "red"}, "has no option 'colour'"),
        ({"what": "x", "image": {"file": "gone"}}, "A file is not there any more"),
        ({"what": "x", "image": "text"}, "image takes a value of type attachment"),
        ({"what": "x", "who": {"id": NEVER}}, "There is no such role here"),
        ({"what": "x", "who": {"id": "mara"}}, "neither plain, nor a file, nor an id"),
        ({"what": "x", "who": {"id": "9" * 5000}}, "neither plain, nor a file, nor an id"),
        ({"what": "x", "who": {}}, "neither plain, nor a file, nor an id"),
        ({"what": "x" * 6001}, "what takes at most 6000 characters"),
    ],
)
async def test_values_that_are_refused(mara: Tab, scene: Scene, options: dict[str, Any], sentence: str) -> None:
    fields = {"channel": str(scene.pictures.id), "command": await command(mara, "try")}
    assert sentence in await mara.refusal("slash", **fields, options=options)


@pytest.mark.usefixtures("bot")
async def test_an_unanswered_command_fails_after_three_seconds_and_is_dismissed(
    mara: Tab, theo: Tab, scene: Scene, clock: ManualClock
) -> None:
    number = await use(mara, scene, "silence")
    key = f"interaction:{number}"
    waiting = await mara.until(lambda: mara.view.get(key))
    assert waiting == {
        "id": number,
        "channel": str(scene.pictures.id),
        "kind": "command",
        "name": "try",
        "message": None,
        "custom_id": None,
        "state": "waiting",
        "modal": None,
    }
    await clock.advance(2.9)
    assert await mara.refusal("dismiss", interaction=number) == "That is over already."
    assert mara.view[key]["state"] == "waiting"
    await clock.advance(0.1)
    await mara.until(lambda: mara.view[key]["state"] == "failed")
    assert key not in theo.view
    assert await theo.refusal("dismiss", interaction=number) == "That is over already."
    await mara.act("dismiss", interaction=number)
    await mara.until(lambda: key not in mara.view)


async def test_without_a_bot_a_command_fails_at_once(bot: TrialBot, mara: Tab, scene: Scene) -> None:
    await command(mara, "try")
    await bot.close()
    number = await use(mara, scene, "plain")
    await mara.until(lambda: mara.view.get(f"interaction:{number}", {}).get("state") == "failed")


# Components and modals ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bot")
async def test_a_button_and_menus(mara: Tab, scene: Scene) -> None:
    message = await parts(mara, scene)
    await mara.act("select", message=message, custom_id="menu", values=["Two"])
    await mara.until(lambda: mara.message("chosen: ['Two']"))
    await mara.act("select", message=message, custom_id="people", values=[{"id": str(scene.moderator.id)}])
    await mara.until(lambda: mara.message("people: ['theo']"))
    await mara.act("click", message=message, custom_id="press")
    await mara.until(lambda: mara.message("pressed"))


@pytest.mark.usefixtures("bot")
async def test_a_button_that_stays_silent_and_is_pressed_again(mara: Tab, scene: Scene, clock: ManualClock) -> None:
    message = await parts(mara, scene)
    first = (await mara.act("click", message=message, custom_id="silent"))["interaction"]
    shown = await mara.until(lambda: mara.view.get(f"interaction:{first}"))
    assert (shown["kind"], shown["message"], shown["custom_id"]) == ("component", message, "silent")
    await clock.advance(3)
    await mara.until(lambda: mara.view[f"interaction:{first}"]["state"] == "failed")
    second = (await mara.act("click", message=message, custom_id="silent"))["interaction"]
    await mara.until(lambda: [item["id"] for item in mara.all("interaction")] == [second])


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("act", "fields", "sentence"),
    [
        ("click", {"custom_id": "off"}, "is disabled"),
        ("click", {"custom_id": "nothing"}, "There is no button 'nothing'"),
        ("select", {"custom_id": "menu", "values": []}, "takes 1 of its options, not 0"),
        ("select", {"custom_id": "menu", "values": ["Three"]}, "Offered are One, Two, not 'Three'"),
        ("select", {"custom_id": "menu", "values": ["One", "Two"]}, "takes 1 of its options, not 2"),
        ("select", {"custom_id": "nothing", "values": ["One"]}, "There is no menu nothing"),
        ("select", {"custom_id": "people", "values": ["theo"]}, "does not offer 'theo'"),
        ("select", {"custom_id": "people", "values": [{"id": "9" * 20}]}, "There is no such role here"),
        ("select", {"custom_id": "people", "values": [{"id": "channel"}]}, "does not offer"),
        ("select", {"custom_id": "people", "values": [{"id": "role"}]}, "does not offer"),
    ],
)
async def test_components_that_are_refused(
    mara: Tab, scene: Scene, act: str, fields: dict[str, Any], sentence: str
) -> None:
    message = await parts(mara, scene)
    ids = {"channel": scene.quiet.id, "role": scene.guild.roles[-1].id}
    if fields.get("values") in ([{"id": "channel"}], [{"id": "role"}]):
        fields = fields | {"values": [{"id": str(ids[fields["values"][0]["id"]])}]}
    assert sentence in await mara.refusal(act, message=message, **fields)


@pytest.mark.usefixtures("bot")
async def test_a_modal_is_shown_filled_in_and_gone(browser: Browser, mara: Tab, theo: Tab, scene: Scene) -> None:
    number = await use(mara, scene, "modal")
    key = f"interaction:{number}"
    shown = await mara.until(lambda: (item := mara.view.get(key)) and item["state"] == "modal" and item)
    assert shown["modal"]["title"] == "Questions"
    labels = shown["modal"]["components"]
    assert [(label["label"], label["component"]["custom_id"]) for label in labels] == [
        ("Name", "name"),
        ("Colour", "colour"),
        ("Files", "files"),
    ]
    assert all(label["id"] and label["component"]["id"] for label in labels)
    assert await theo.refusal("submit_modal", interaction=number, values={}) == "That is over already."
    refused = await mara.refusal("submit_modal", interaction=number, values={"name": "x" * 21, "colour": ["Red"]})
    assert refused == "Name takes 1 to 20 characters, not 21."
    refused = await mara.refusal("submit_modal", interaction=number, values={"name": True, "colour": ["Red"]})
    assert refused == "Name takes text, not True."
    refused = await mara.refusal("submit_modal", interaction=number, values={"name": "x", "colour": ["Red", "Red"]})
    assert refused == "Colour takes 1, not 2."
    assert mara.view[key]["state"] == "modal", "one may correct what was refused"
    _, kept = await browser.upload("boat.png", b"boat")
    values = {"name": "Ada", "colour": ["Blue"], "files": [{"file": kept["id"]}]}
    await mara.act("submit_modal", interaction=number, values=values)
    await theo.until(lambda: theo.message("modal: Ada ['Blue'] ['boat.png']"))
    await mara.until(lambda: key not in mara.view)
    del values["files"]
    assert await mara.refusal("submit_modal", interaction=number, values=values) == "The modal was sent already."


@pytest.mark.usefixtures("bot")
async def test_a_modal_that_is_closed(mara: Tab, scene: Scene) -> None:
    number = await use(mara, scene, "modal")
    await mara.until(lambda: mara.view.get(f"interaction:{number}", {}).get("state") == "modal")
    await mara.act("close_modal", interaction=number)
    await mara.until(lambda: f"interaction:{number}" not in mara.view)
    refused = await mara.refusal("submit_modal", interaction=number, values={"name": "x"})
    assert refused == "The modal was closed."
    assert await mara.refusal("close_modal", interaction=number) == "There is no modal open."


# Writing and reacting -------------------------------------------------------------------------------------------


async def test_writing_replying_reacting_and_taking_it_all_back(mara: Tab, theo: Tab, scene: Scene) -> None:
    first = (await mara.act("say", channel=str(scene.pictures.id), content="one"))["message"]
    await theo.until(lambda: theo.message("one"))
    reply = (await theo.act("say", channel=str(scene.pictures.id), content="two", reply_to=first))["message"]
    shown = await mara.until(lambda: mara.message("two"))
    assert (shown["referenced_message"]["id"], shown["seen"]["pings_me"]) == (first, True)
    await mara.act("react", message=reply, emoji="🎨")
    await theo.until(lambda: (theo.message("two") or {}).get("reactions"))
    await mara.act("unreact", message=reply, emoji="🎨")
    await theo.until(lambda: not theo.message("two").get("reactions"))
    await mara.act("edit", message=first, content="three")
    await theo.until(lambda: theo.message("three"))
    await theo.act("delete", message=first)
    await mara.until(lambda: f"message:{first}" not in mara.view)
    assert mara.message("two")["referenced_message"] is None


@pytest.mark.usefixtures("bot")
async def test_an_ephemeral_message_is_put_away(mara: Tab, scene: Scene) -> None:
    await use(mara, scene, "secret")
    message = (await mara.until(lambda: mara.message("between us")))["id"]
    assert "takes no reactions" in await mara.refusal("react", message=message, emoji="🎨")
    fields = {"channel": str(scene.pictures.id), "content": "x", "reply_to": message}
    assert "cannot be replied to" in await mara.refusal("say", **fields)
    await mara.act("delete", message=message)
    await mara.until(lambda: mara.message("between us") is None)


async def test_what_cannot_be_written(mara: Tab, scene: Scene, world: SandboxWorld) -> None:
    pictures, theirs = str(scene.pictures.id), str(mara.message("Sketches and")["id"])
    own = str(mara.message("My lighthouse")["id"])
    for act, fields, sentence in (
        ("say", {"channel": pictures, "content": "  "}, "There is nothing to send."),
        ("say", {"channel": pictures, "content": "x" * 2001}, "at most 2000 characters"),
        ("say", {"channel": str(scene.ideas.id), "content": "x"}, "In a forum one writes into posts."),
        ("say", {"channel": str(world.discord.dm(scene.moderator).id), "content": "x"}, "There is no such channel"),
        ("say", {"channel": NEVER, "content": "x"}, "There is no such channel"),
        ("say", {"channel": pictures, "content": "x", "reply_to": NEVER}, "There is no such message"),
        ("edit", {"message": theirs, "content": "x"}, "Only one's own messages"),
        ("edit", {"message": own, "content": "x" * 2001}, "at most 2000 characters"),
        ("delete", {"message": theirs}, "may not delete"),
        ("react", {"message": NEVER, "emoji": "🎨"}, "There is no such message"),
        ("react", {"message": own, "emoji": "text"}, "text is no emoji"),
        ("thread", {"channel": pictures, "archived": True}, "is not a thread"),
    ):
        assert sentence in await mara.refusal(act, **fields), (act, fields)
    assert mara.message("My lighthouse")["content"].startswith("My lighthouse")


async def test_at_most_twenty_emoji(mara: Tab) -> None:
    message = str(mara.message("My lighthouse")["id"])
    for number in range(20):
        await mara.act("react", message=message, emoji=chr(0x1F600 + number))
    assert await mara.refusal("react", message=message, emoji="🎨") == "Maximum number of reactions reached (20)."


async def test_where_one_may_not_write(mara: Tab, scene: Scene) -> None:
    scene.quiet.set_overwrite(scene.member, deny=Permissions.SEND_MESSAGES)
    channel = await mara.until(
        lambda: (item := mara.one("channel", name="quiet")) and not item["may"]["write"] and item
    )
    assert channel["why_not"] == "mara may not write in #quiet."
    assert await mara.refusal("say", channel=channel["id"], content="x") == channel["why_not"]


async def test_threads_are_looked_after_as_discord_allows(
    mara: Tab, theo: Tab, scene: Scene, world: SandboxWorld
) -> None:
    message = await scene.moderator.say(scene.pictures, "start")
    thread = world.discord.world.open_thread(scene.pictures, "talk", owner=scene.moderator, message=message)
    said = await scene.member.say(thread, "mine")
    number = str(thread.id)
    assert "whoever opened a thread may archive it" in await mara.refusal("thread", channel=number, archived=True)
    assert "Only moderators may lock" in await mara.refusal("thread", channel=number, locked=True)
    await theo.act("thread", channel=number, archived=True)
    await mara.until(lambda: mara.one("channel", kind="thread", archived=True))
    for act, fields in (("edit", {"content": "x"}), ("react", {"emoji": "🎨"}), ("delete", {})):
        assert await mara.refusal(act, message=str(said.id), **fields) == "The thread is archived."
    await mara.act("thread", channel=number, archived=False)
    await theo.act("thread", channel=number, archived=True, locked=True)
    assert "is locked" in await mara.refusal("thread", channel=number, archived=False)
    assert "is locked" in await mara.refusal("say", channel=number, content="x")
    await theo.act("thread", channel=number, locked=False)
    await mara.act("say", channel=number, content="awake again")
    await mara.until(lambda: mara.one("channel", kind="thread", archived=False, locked=False))


# The socket itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "",
        "nonsense",
        "[]",
        "null",
        "1",
        '{"act": ',
        "[" * 100_000,
        '{"act": "say", "id": 1, "content": NaN}',
        '{"act": "say", "id": 1e999}',
        '{"act": "say", "id": 1, "content": "\\ud800"}',
    ],
)
async def test_what_is_no_proper_message_is_refused_and_ends_nothing(mara: Tab, scene: Scene, words: str) -> None:
    await mara.socket.send_str(words)
    with pytest.raises(Refused, match="does not understand: it is no JSON object"):
        await mara.answer(None)
    await mara.act("say", channel=str(scene.pictures.id), content="still here")


async def test_bytes_are_refused_too(mara: Tab, scene: Scene) -> None:
    await mara.socket.send_bytes(b'{"act": "say"}')
    with pytest.raises(Refused, match="does not understand"):
        await mara.answer(None)
    await mara.act("say", channel=str(scene.pictures.id), content="still here")


@pytest.mark.parametrize("act", [*ACTS])
async def test_an_act_with_nothing_in_it_is_refused(mara: Tab, act: str) -> None:
    assert "does not understand" in await mara.refusal(act)


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ({"act": "fly"}, "there is no act 'fly'"),
        ({"act": ["say"]}, "there is no act"),
        ({}, "there is no act 'None'"),
        ({"act": "say", "channel": 5}, "channel of say"),
        ({"act": "say", "channel": "-1"}, "channel of say"),
        ({"act": "say", "channel": "1" * 30}, "channel of say"),
        ({"act": "say", "channel": "1", "content": None}, "content of say"),
        ({"act": "say", "channel": "1", "files": "x"}, "files of say"),
        ({"act": "fault", "name": "discord-500", "on": "yes"}, "on of fault"),
        ({"act": "bot", "do": "dance"}, "do of bot"),
        ({"act": "click", "message": "1", "custom_id": {}}, "custom_id of click"),
        ({"act": "select", "message": "1", "custom_id": "a", "values": {}}, "values of select"),
        ({"act": "submit_modal", "interaction": "1", "values": []}, "values of submit_modal"),
    ],
)
async def test_deeds_that_are_not_understood(mara: Tab, deed: dict[str, Any], reason: str) -> None:
    for number in ("a", 7, None):
        await mara.socket.send_str(json.dumps({**deed, "id": number}))
        with pytest.raises(Refused, match="does not understand") as refused:
            await mara.answer(number)
        assert reason in str(refused.value)


async def test_a_mistake_of_the_sandbox_is_told_and_ends_nothing(
    mara: Tab, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr("sandbox.discord.persons.Person.say", broken)
        refused = await mara.refusal("say", channel=str(scene.pictures.id), content="x")
    assert refused == "Something went wrong in the sandbox itself (RuntimeError); its log tells more."
    await mara.act("say", channel=str(scene.pictures.id), content="still here")


@pytest.mark.usefixtures("bot")
async def test_too_much_at_once(mara: Tab, scene: Scene) -> None:
    fields = {"channel": str(scene.pictures.id), "command": await command(mara, "try"), "focused": "what"}
    for _ in range(MOST_ACTS):
        await mara.start("autocomplete", **fields, options={"what": "silence"})
    assert "Too much at once" in await mara.refusal("say", channel=str(scene.pictures.id), content="x")


@pytest.mark.usefixtures("bot")
async def test_a_tab_that_goes_away_leaves_nothing_behind(browser: Browser, scene: Scene) -> None:
    async with browser.tab(scene.member) as tab:
        fields = {"channel": str(scene.pictures.id), "command": await command(tab, "try"), "focused": "what"}
        await tab.start("autocomplete", **fields, options={"what": "silence"})
    await scene.moderator.say(scene.pictures, "and on it goes", files=[File("a.txt", b"a")])
