"""The soundboard's default sounds, which py-cord asks for when it starts; voice is not part of the sandbox.

Source: https://discord.com/developers/docs/resources/soundboard#list-default-soundboard-sounds.
"""

from sandbox.discord.errors import Json
from sandbox.discord.routes.calls import Call, Router

_SOUNDS = (("quack", "\N{DUCK}"), ("airhorn", "\N{POSTAL HORN}"), ("cricket", "\N{CRICKET}"))


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("GET", "/soundboard-default-sounds", _default_sounds)


async def _default_sounds(_: Call) -> list[Json]:
    return [
        {
            "name": name,
            "sound_id": str(number),
            "volume": 1.0,
            "emoji_id": None,
            "emoji_name": emoji,
            "available": True,
        }
        for number, (name, emoji) in enumerate(_SOUNDS, start=1)
    ]
