"""Commands: registration, and what a client lets a person type."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.clock import ManualClock
from sandbox.discord import Channel, ClientRefused, DiscordSandbox, File, Guild, Permissions, Person
from tests.sandbox_discord.limits import assert_invalid_form, assert_refused

Rest = Callable[..., Awaitable[tuple[int, Any]]]
Json = dict[str, Any]


def command(**changes: Any) -> Json:
    return {"name": "draw", "description": "Draw."} | changes


def option(kind: int = 3, **changes: Any) -> Json:
    return {"type": kind, "name": "prompt", "description": "What."} | changes


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


@pytest.mark.parametrize("in_guild", [False, True], ids=["global", "guild"])
@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)], ids=["chat input", "user", "message"])
async def test_how_many_commands_there_may_be(  # https://discord.com/developers/docs/interactions/application-commands
    sandbox: DiscordSandbox, guild: Guild, rest: Rest, kind: int, most: int, in_guild: bool
) -> None:
    scope = f"guilds/{guild.id}/" if in_guild else ""
    route = f"/applications/{sandbox.application_id}/{scope}commands"
    extra = {"description": "d"} if kind == 1 else {}
    many = [{"name": f"c{index}", "type": kind} | extra for index in range(most + 1)]
    assert (await rest("PUT", route, many[:most]))[0] == 200
    for method, body in (("PUT", many), ("POST", many[most])):
        answer = await rest(method, route, body)
        assert_refused(*answer, (400, 30032), "Maximum number of application commands reached")
    assert (await rest("POST", route, many[0]))[0] == 200


async def test_two_hundred_new_commands_a_day(
    sandbox: DiscordSandbox, guild: Guild, rest: Rest, clock: ManualClock
) -> None:
    base = f"/applications/{sandbox.application_id}"
    for batch in ("a", "b"):
        assert (await rest("PUT", f"{base}/commands", [command(name=f"{batch}{n}") for n in range(100)]))[0] == 200
    known = [command(name=f"b{n}", description="Changed.") for n in range(100)]
    assert (await rest("PUT", f"{base}/commands", known))[0] == 200
    await rest("DELETE", f"{base}/commands/{next(iter(sandbox.commands.everywhere))}")
    message = "Max number of daily application command creates has been reached (200)"
    assert_refused(*await rest("POST", f"{base}/commands", command()), (400, 30034), message)
    assert (await rest("POST", f"{base}/guilds/{guild.id}/commands", command()))[0] == 200
    await clock.advance(86_400)
    assert (await rest("POST", f"{base}/commands", command()))[0] == 200


async def test_one_command_of_a_name_and_type(sandbox: DiscordSandbox, rest: Rest) -> None:
    route = f"/applications/{sandbox.application_id}/commands"
    assert (await rest("PUT", route, [command(), {"name": "draw", "type": 2}, {"name": "draw", "type": 3}]))[0] == 200
    answer = await rest("PUT", route, [command(), command(description="Again.")])
    assert_invalid_form(*answer, {"1": "APPLICATION_COMMANDS_DUPLICATE_NAME"})


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
    option(7, name="forum", channel_types=[15]),
    option(10, name="ratio", max_value=1.5),
    option(4, name="any"),
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
    ({"prompt": "fox", "ratio": 1.6}, "takes at most 1.5"),
    ({"prompt": "fox", "ratio": float(-(2**53))}, None),
    ({"prompt": "fox", "ratio": -1e16}, "no number as large as"),
    ({"prompt": "fox", "any": 2**53 - 1}, None),
    ({"prompt": "fox", "any": 2**53}, "no number as large as"),
    ({"prompt": "fox", "any": -(2**53)}, "no number as large as"),
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


async def test_only_channels_that_are_wanted_are_offered(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, rest: Rest
) -> None:
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [command(options=OPTIONS)])
    forum = guild.add_forum("ideas")
    other = sandbox.add_guild("Other")
    other.join(ada)
    assert (await ada.slash(channel, "draw", prompt="fox", where=channel, forum=forum)).kind == 2
    for wrong in ({"forum": channel}, {"where": other.add_text_channel("general")}, {"where": sandbox.dm(ada)}):
        with pytest.raises(ClientRefused, match="is not offered here"):
            await ada.slash(channel, "draw", prompt="fox", **wrong)


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
