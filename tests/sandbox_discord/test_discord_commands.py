"""Commands: registration with all its limits, and what a client lets a person type."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.discord import Channel, ClientRefused, DiscordSandbox, File, Guild, Permissions, Person

Rest = Callable[..., Awaitable[tuple[int, Any]]]
Json = dict[str, Any]


def command(**changes: Any) -> Json:
    return {"name": "draw", "description": "Draw."} | changes


def option(kind: int = 3, **changes: Any) -> Json:
    return {"type": kind, "name": "prompt", "description": "What."} | changes


def options(count: int, **changes: Any) -> list[Json]:
    return [option(name=f"o{index}", **changes) for index in range(count)]


LIMITS: list[tuple[Json, Json, str]] = [
    (command(name="x" * 32), command(name="x" * 33), "0.name"),
    (command(name="größe-1_2"), command(name="Draw"), "0.name"),
    (command(name="draw"), command(name="dr aw"), "0.name"),
    (command(description="x" * 100), command(description="x" * 101), "0.description"),
    (command(description="x"), command(description=""), "0.description"),
    (command(options=options(25)), command(options=options(26)), "0.options"),
    (command(options=options(2)), command(options=[option(), option()]), "0.options.1.name"),
    (
        command(options=[option(required=True), option(name="b")]),
        command(options=[option(), option(name="b", required=True)]),
        "0.options.1",
    ),
    (command(options=[option(max_length=6000)]), command(options=[option(max_length=6001)]), "0.options.0.max_length"),
    (
        command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(25)])]),
        command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]),
        "0.options.0.choices",
    ),
    (
        command(options=[option(choices=[{"name": "x" * 100, "value": "x" * 100}])]),
        command(options=[option(choices=[{"name": "x" * 100, "value": "x" * 101}])]),
        "0.options.0.choices.0.value",
    ),
    (
        command(options=[option(autocomplete=True)]),
        command(options=[option(autocomplete=True, choices=[{"name": "a", "value": "a"}])]),
        "0.options.0.autocomplete",
    ),
    (command(options=[option(4, max_value=15)]), command(options=[option(11, max_value=15)]), "0.options.0.type"),
    (
        command(
            options=options(
                3, choices=[{"name": f"{n:02}" + "x" * 98, "value": "y"} for n in range(25)], description="d" * 30
            )
        ),
        command(
            options=options(
                4, choices=[{"name": f"{n:02}" + "x" * 98, "value": "y"} for n in range(25)], description="d" * 30
            )
        ),
        "0",
    ),
    (command(contexts=[0, 1, 2]), command(contexts=[3]), "0.contexts.0"),
    (command(integration_types=[0, 1]), command(integration_types=[]), "0.integration_types"),
    ({"name": "Use as reference", "type": 3}, {"name": "x", "type": 3, "description": "y"}, "0.description"),
    ({"name": "x" * 32, "type": 2}, {"name": "x" * 33, "type": 2}, "0.name"),
    (command(name_localizations={"de": "malen"}), command(name_localizations={"de": "Malen"}), "0.name_localizations"),
]


@pytest.mark.parametrize(("good", "bad", "path"), LIMITS)
async def test_each_limit_of_a_command(sandbox: DiscordSandbox, rest: Rest, good: Json, bad: Json, path: str) -> None:
    route = f"/applications/{sandbox.application_id}/commands"
    status, answer = await rest("PUT", route, [good])
    assert status == 200, answer
    status, answer = await rest("PUT", route, [bad])
    assert (status, answer["code"]) == (400, 50035)
    node = answer["errors"]
    for part in path.split("."):
        node = node[part]
    assert sandbox.commands.names() == [good["name"]]


async def test_registering_reading_changing_and_deleting(sandbox: DiscordSandbox, rest: Rest) -> None:
    route = f"/applications/{sandbox.application_id}/commands"
    _, [first] = await rest("PUT", route, [command()])
    _, [again] = await rest("PUT", route, [command(description="Paint.")])
    assert again["id"] == first["id"]
    assert again["version"] != first["version"]
    _, other = await rest("POST", route, command(name="other"))
    assert sandbox.commands.names() == ["draw", "other"]
    status, answer = await rest("PATCH", f"{route}/{other['id']}", {"name": "draw"})
    assert (status, answer["code"]) == (400, 40041)
    _, changed = await rest("PATCH", f"{route}/{other['id']}", {"description": "Other."})
    assert (await rest("GET", f"{route}/{other['id']}"))[1] == changed
    assert (await rest("DELETE", f"{route}/{other['id']}"))[0] == 204
    assert (await rest("GET", f"{route}/{other['id']}"))[1]["code"] == 10063
    assert [item["name"] for item in (await rest("GET", route))[1]] == ["draw"]
    assert (await rest("PUT", route, []))[1] == []
    assert first.keys() >= {"id", "application_id", "version", "default_member_permissions", "type", "name"}


async def test_limits_over_several_commands(sandbox: DiscordSandbox, rest: Rest) -> None:
    route = f"/applications/{sandbox.application_id}/commands"
    status, answer = await rest("PUT", route, [command(), command()])
    assert (status, answer["code"]) == (400, 50035)
    many = [command(name=f"c{index}") for index in range(101)]
    status, answer = await rest("PUT", route, many)
    assert (status, answer["code"]) == (400, 30032)
    assert (await rest("PUT", route, many[:100]))[0] == 200
    assert (await rest("PUT", route, [command(name=f"d{index}") for index in range(100)]))[0] == 200
    status, answer = await rest("PUT", route, [command()])
    assert (status, answer["code"]) == (400, 30034)


async def test_a_guilds_own_commands(sandbox: DiscordSandbox, guild: Guild, channel: Channel, rest: Rest) -> None:
    ada = sandbox.add_person("ada")
    base = f"/applications/{sandbox.application_id}/guilds"
    assert (await rest("PUT", f"{base}/{guild.id}/commands", [command()]))[0] == 200
    assert (await rest("PUT", f"{base}/{guild.id}/commands", [command(contexts=[0])]))[1]["code"] == 50035
    assert (await rest("PUT", f"{base}/1/commands", []))[1]["code"] == 50001
    assert (await rest("GET", "/applications/1/commands"))[1]["code"] == 20012
    assert sandbox.commands.names(guild.id) == ["draw"]
    await ada.slash(channel, "draw")
    other = sandbox.add_guild("Other")
    other.join(ada)
    with pytest.raises(ClientRefused, match="no command"):
        await ada.slash(other.add_text_channel("general"), "draw")


OPTIONS = [
    option(required=True, min_length=2, max_length=5),
    option(4, name="count", min_value=1, max_value=3),
    option(4, name="images", choices=[{"name": "One", "value": 1}, {"name": "Auto", "value": 0}]),
    option(11, name="image"),
    option(5, name="big"),
    option(6, name="who"),
    option(7, name="where"),
    option(10, name="ratio", max_value=1.5),
    option(3, name="dash-ed"),
]

TYPED: list[tuple[Json, str | None]] = [
    ({"prompt": "fox"}, None),
    ({}, "prompt is required"),
    ({"prompt": "f"}, "2 to 5 characters"),
    ({"prompt": "foxes!"}, "2 to 5 characters"),
    ({"prompt": 5}, "takes a value of type string"),
    ({"prompt": "fox", "count": 3}, None),
    ({"prompt": "fox", "count": 4}, "takes 1 to 3"),
    ({"prompt": "fox", "count": True}, "type integer"),
    ({"prompt": "fox", "images": 0}, None),
    ({"prompt": "fox", "images": "Auto"}, None),
    ({"prompt": "fox", "images": 2}, "offers One, Auto"),
    ({"prompt": "fox", "image": File("a.png", b"x")}, None),
    ({"prompt": "fox", "image": "a.png"}, "type attachment"),
    ({"prompt": "fox", "image": File("a.png", b"x" * 101)}, "too large"),
    ({"prompt": "fox", "big": True, "ratio": 1.5, "dash_ed": "x"}, None),
    ({"prompt": "fox", "ratio": 1.6}, "takes None to 1.5"),
    ({"prompt": "fox", "unknown": 1}, "no option 'unknown'"),
]


@pytest.mark.parametrize(("values", "refusal"), TYPED)
async def test_what_a_client_lets_a_person_type(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, rest: Rest, values: Json, refusal: str | None
) -> None:
    sandbox.upload_limit = 100
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [command(options=OPTIONS)])
    if refusal is None:
        assert (await ada.slash(channel, "draw", **values)).kind == 2
    else:
        with pytest.raises(ClientRefused, match=refusal):
            await ada.slash(channel, "draw", **values)


async def test_sub_commands(sandbox: DiscordSandbox, channel: Channel, ada: Person, rest: Rest) -> None:
    sub = option(1, name="now", options=[option(required=True)])
    body = command(options=[option(2, name="group", options=[sub])])
    assert (await rest("PUT", f"/applications/{sandbox.application_id}/commands", [body]))[0] == 200
    await ada.slash(channel, "draw group now", prompt="x")
    for wrong in ("draw", "draw group", "draw group later"):
        with pytest.raises(ClientRefused):
            await ada.slash(channel, wrong, prompt="x")


PLACES: list[tuple[Json, str, bool]] = [
    ({}, "guild", True),
    ({}, "dm", True),
    ({}, "private", False),
    ({}, "elsewhere", False),
    ({"integration_types": [0, 1]}, "private", True),
    ({"integration_types": [0, 1]}, "elsewhere", True),
    ({"integration_types": [1]}, "guild", True),
    ({"integration_types": [0, 1], "contexts": [0]}, "dm", False),
    ({"integration_types": [0, 1], "contexts": [1, 2]}, "guild", False),
    ({"default_member_permissions": str(int(Permissions.MANAGE_GUILD))}, "guild", False),
    ({"default_member_permissions": str(int(Permissions.SEND_MESSAGES))}, "guild", True),
    ({"default_member_permissions": "0"}, "guild", False),
]


@pytest.mark.parametrize(("changes", "place", "offered"), PLACES)
async def test_where_a_command_is_offered(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, rest: Rest, changes: Json, place: str, offered: bool
) -> None:
    elsewhere = sandbox.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(ada)
    places = {
        "guild": channel,
        "dm": sandbox.dm(ada),
        "private": sandbox.private_dm(ada, sandbox.add_person("bea")),
        "elsewhere": elsewhere.add_text_channel("general"),
    }
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [command(**changes)])
    if offered:
        await ada.slash(places[place], "draw")
    else:
        with pytest.raises(ClientRefused):
            await ada.slash(places[place], "draw")
    ada.user_installed = False
    if place in ("private", "elsewhere"):
        with pytest.raises(ClientRefused):
            await ada.slash(places[place], "draw")


async def test_where_a_person_may_not_use_commands(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, rest: Rest
) -> None:
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [command()])
    with pytest.raises(ClientRefused, match="forum"):
        await ada.slash(guild.add_forum("ideas"), "draw")
    thread = channel.add_thread("closed")
    thread.locked = True
    with pytest.raises(ClientRefused, match="locked"):
        await ada.slash(thread, "draw")
    channel.set_overwrite(None, deny=Permissions.USE_APPLICATION_COMMANDS)
    with pytest.raises(ClientRefused, match="may not use commands"):
        await ada.slash(channel, "draw")
    channel.set_overwrite(None, deny=Permissions.VIEW_CHANNEL)
    with pytest.raises(ClientRefused, match="cannot see"):
        await ada.slash(channel, "draw")


async def test_what_a_client_does_not_let_a_person_write(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, bea: Person
) -> None:
    sandbox.upload_limit = 100
    theirs = await bea.say(channel, "mine")
    with pytest.raises(ClientRefused):
        await ada.edit(theirs, "yours")
    with pytest.raises(ClientRefused):
        await ada.delete(theirs)
    channel.set_overwrite(ada, deny=Permissions.ADD_REACTIONS)
    with pytest.raises(ClientRefused):
        await ada.react(theirs, "🎨")
    for content, files in (("", []), ("x" * 2001, []), ("x", [File("a", b"")] * 11), ("", [File("a", b"x" * 101)])):
        with pytest.raises(ClientRefused):
            await ada.say(channel, content, files=files)
    channel.set_overwrite(ada, deny=Permissions.ATTACH_FILES)
    with pytest.raises(ClientRefused):
        await ada.say(channel, files=[File("a", b"x")])
    with pytest.raises(ClientRefused):
        await ada.say(guild.add_forum("ideas"), "x")


async def test_the_application_as_a_doctor_reads_it(sandbox: DiscordSandbox, rest: Rest) -> None:
    for route in ("/applications/@me", "/oauth2/applications/@me"):
        _, application = await rest("GET", route)
        assert application["id"] == str(sandbox.application_id)
        assert set(application["integration_types_config"]) == {"0", "1"}
        assert application["flags"] == 0
    sandbox.application.integration_types_config.pop("1")
    _, application = await rest("GET", "/applications/@me")
    assert set(application["integration_types_config"]) == {"0"}
