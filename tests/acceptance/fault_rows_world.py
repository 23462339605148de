"""What people and moderators do to the bot midway, and kills of its process."""

from collections.abc import Awaitable, Callable

from sandbox.discord import Permissions
from sandbox.faults import Fault, FaultKind
from tests.acceptance.fault_rows import AT_MOST_ONCE, EVERYWHERE, NEVER, TWICE, Moment, Row, request_of
from tests.acceptance.fault_scene import Scene, Spot, Timed, Where

_CHANNELS = (Spot.TEXT, Spot.THREAD, Spot.POST)
_FOLDED = (Spot.THREAD, Spot.POST)


def _place(scene: Scene) -> None:
    scene.channel().delete()


def _thread(scene: Scene) -> None:
    scene.house.place(scene.interaction).delete()


def _channel(scene: Scene) -> None:
    scene.house.channel.delete()


def _kick(scene: Scene) -> None:
    scene.house.guild.leave(scene.house.world.discord.bot)


def _server(scene: Scene) -> None:
    _kick(scene)
    for channel in list(scene.house.guild.channels):
        channel.delete()


def _archive(scene: Scene) -> None:
    scene.house.place(scene.interaction).archived = True


def _lock(scene: Scene) -> None:
    scene.house.place(scene.interaction).locked = True


def _close(scene: Scene) -> None:
    _lock(scene)
    _archive(scene)


def _deny(rights: Permissions) -> Callable[[Scene], None]:
    def strike(scene: Scene) -> None:
        place = scene.channel()
        (place.parent or place).set_overwrite(scene.house.world.discord.bot, deny=rights)

    return strike


def _card(scene: Scene) -> None:
    card = scene.interaction.original
    assert card is not None
    scene.house.world.discord.world.delete_message(card)


def _task(scene: Scene) -> None:
    (message,) = scene.house.messages(scene.interaction)
    scene.house.world.discord.world.delete_message(message)


def _shut_door(scene: Scene) -> None:
    scene.house.person.accepts_dms = False


def _share_another(scene: Scene) -> None:
    scene.house.world.discord.add_guild("Studio").join(scene.house.person)


def _token(scene: Scene) -> None:
    scene.interaction.expire()


def _nothing(scene: Scene) -> None:
    """Leave the world as it is."""


def _kill(
    kind: FaultKind, *, down: float = 0.0, meanwhile: Callable[[Scene], None] = _nothing
) -> Callable[[Scene], Awaitable[None]]:
    """Kill the process while the answer about the pictures is on its way, and start it again some seconds later."""

    async def strike(scene: Scene) -> None:
        house, faults = scene.house, scene.house.world.discord.faults
        method, path, when = request_of(scene, Moment.PICTURES)
        scene.fault = faults.add(Timed(kind=kind, method=method, path=path, when=when))

        def struck() -> bool:
            return scene.fault not in faults.faults and (kind is FaultKind.RESET_BEFORE or bool(scene.shown))

        await house.world.until(struck, what="the pictures on their way")
        # Whatever the process does in its last moments, it does not find out.
        away = [
            faults.add(Fault(FaultKind.RESET_BEFORE, path=path, times=None)) for path in ("/channels/", "/webhooks/")
        ]
        await house.crash()
        for fault in away:
            faults.remove(fault)
        meanwhile(scene)
        await house.clock.advance(down)
        await house.start()
        await house.world.until(lambda: house.app and house.app.worker.open_jobs, what="the job to be taken up again")

    return strike


def _both(*deeds: Callable[[Scene], None]) -> Callable[[Scene], None]:
    def strike(scene: Scene) -> None:
        for deed in deeds:
            deed(scene)

    return strike


_NO_LONGER_OPEN = ("The place you asked in is no longer open to me, so I write to you here.",)
_THREAD_GONE = ("The thread is no longer open to me, so I go on here.",)

ROWS = (
    Row("the thread is deleted", Moment.WAITING, (Spot.TEXT,), _thread, where=Where.PLACE, says=_THREAD_GONE),
    Row("the place is deleted", Moment.WAITING, _CHANNELS, _place, where=Where.DIRECT, says=_NO_LONGER_OPEN),
    Row("the channel above is deleted", Moment.WAITING, (Spot.THREAD,), _channel, where=Where.DIRECT),
    Row("the place is deleted in somebody else's server", Moment.WAITING, (Spot.INSTALL,), _place, where=Where.DIRECT),
    Row("the bot is kicked", Moment.WAITING, _CHANNELS, _kick, where=Where.REPLY),
    Row("the bot is kicked", Moment.BETWEEN, (Spot.TEXT,), _kick, images=15, rest=Where.REPLY),
    Row(
        "the server is deleted, and the person shares another one with the bot",
        Moment.WAITING,
        _CHANNELS,
        _both(_share_another, _server),
        where=Where.DIRECT,
        says=_NO_LONGER_OPEN,
    ),
    Row(
        "the server is deleted, and the person shares no other one with the bot",
        Moment.WAITING,
        _CHANNELS,
        _server,
        where=Where.NOWHERE,
        pings=NEVER,
    ),
    Row(
        "the right to see the place is taken away",
        Moment.WAITING,
        _CHANNELS,
        _deny(Permissions.VIEW_CHANNEL),
        where=Where.REPLY,
    ),
    Row(
        "the right to see the place is taken away, and the interaction's token has ended",
        Moment.WAITING,
        _CHANNELS,
        _both(_deny(Permissions.VIEW_CHANNEL), _token),
        where=Where.DIRECT,
        says=_NO_LONGER_OPEN,
    ),
    Row(
        "the right to write is taken away",
        Moment.WAITING,
        _CHANNELS,
        _deny(Permissions.SEND_MESSAGES | Permissions.SEND_MESSAGES_IN_THREADS),
        where=Where.REPLY,
    ),
    Row(
        "the right to attach files is taken away",
        Moment.WAITING,
        _CHANNELS,
        _deny(Permissions.ATTACH_FILES),
        where=Where.REPLY,
    ),
    Row("the right to use embeds is taken away", Moment.WAITING, _CHANNELS, _deny(Permissions.EMBED_LINKS)),
    Row(
        "the right to read the history is taken away",
        Moment.WAITING,
        _CHANNELS,
        _deny(Permissions.READ_MESSAGE_HISTORY),
    ),
    Row("the thread is archived", Moment.WAITING, (Spot.TEXT, *_FOLDED), _archive),
    Row("the thread is locked", Moment.WAITING, (Spot.TEXT,), _lock, where=Where.PLACE, says=_THREAD_GONE),
    Row(
        "the thread is locked and archived", Moment.WAITING, (Spot.TEXT,), _close, where=Where.PLACE, says=_THREAD_GONE
    ),
    Row("the place is locked", Moment.WAITING, _FOLDED, _lock, where=Where.REPLY),
    Row("the place is locked and archived", Moment.WAITING, _FOLDED, _close, where=Where.DIRECT),
    Row("the reply is deleted", Moment.WAITING, (Spot.TEXT, Spot.THREAD, Spot.POST, Spot.DIRECT), _card),
    Row("the reply is deleted", Moment.WAITING, (Spot.INSTALL,), _card, where=Where.PLACE),
    Row("the message with task id and status is deleted", Moment.WAITING, (Spot.TEXT,), _task),
    Row("the interaction's token ends early", Moment.WAITING, (Spot.TEXT, Spot.THREAD, Spot.POST, Spot.DIRECT), _token),
    Row(
        "the interaction's token ends early",
        Moment.WAITING,
        (Spot.INSTALL,),
        _token,
        where=Where.DIRECT,
        says=_NO_LONGER_OPEN,
    ),
    Row(
        "the interaction's token ends early",
        Moment.BETWEEN,
        (Spot.INSTALL,),
        _token,
        images=15,
        pings=AT_MOST_ONCE,
        rest=Where.DIRECT,
    ),
    Row("the person takes no direct messages any more", Moment.WAITING, (Spot.DIRECT,), _shut_door, where=Where.REPLY),
    Row(
        "the person takes no direct messages any more, and the interaction's token has ended",
        Moment.WAITING,
        (Spot.DIRECT,),
        _both(_shut_door, _token),
        where=Where.NOWHERE,
        pings=NEVER,
    ),
    *(
        Row(
            f"the process is killed when Discord has {taken} them, and started again", Moment.PICTURES, EVERYWHERE, kill
        )
        for taken, kill in (("taken", _kill(FaultKind.RESET_AFTER)), ("not taken", _kill(FaultKind.RESET_BEFORE)))
    ),
    *(
        Row(
            f"the process is killed when Discord has {taken} them, and started again in an hour",
            Moment.PICTURES,
            (Spot.INSTALL,),
            kill,
            where=Where.LINKS,
            says=("Discord did not confirm these, so should they be missing:",),
        )
        for taken, kill in (
            ("taken", _kill(FaultKind.RESET_AFTER, down=3600)),
            ("not taken", _kill(FaultKind.RESET_BEFORE, down=3600)),
        )
    ),
    Row(
        "the process is killed when Discord has taken them, and loses the right to read the history meanwhile",
        Moment.PICTURES,
        _CHANNELS,
        _kill(FaultKind.RESET_AFTER, down=3600, meanwhile=_deny(Permissions.READ_MESSAGE_HISTORY)),
        where=Where.LINKS,
        pings=TWICE,
        says=("I cannot tell whether all of your pictures have come.",),
    ),
    Row(
        "the process is killed when Discord has taken them, and loses the right to see the place meanwhile",
        Moment.PICTURES,
        _CHANNELS,
        _kill(FaultKind.RESET_AFTER, down=3600, meanwhile=_deny(Permissions.VIEW_CHANNEL)),
        where=Where.LINKS,
        pings=TWICE,
        says=("I cannot tell whether all of your pictures have come.",),
    ),
)
