"""A furnished sandbox: a server with places of every kind, two persons, and something in it to look at."""

import asyncio
from dataclasses import dataclass

from sandbox.discord import Channel, File, Guild, Permissions, Person
from sandbox.discord.permissions import EVERYONE
from sandbox.sketches import lighthouse, red_boat
from sandbox.world import SandboxWorld


@dataclass(frozen=True)
class Scene:
    """What was furnished.

    Attributes:
        pictures: the channel where everything is allowed.
        quiet: where the bot may not open threads.
        notices: where the bot may neither write nor attach files.
        ideas: a forum.
        member: somebody without special permissions.
        moderator: somebody who may manage messages and threads.
    """

    guild: Guild
    pictures: Channel
    quiet: Channel
    notices: Channel
    ideas: Channel
    member: Person
    moderator: Person

    @property
    def persons(self) -> list[Person]:
        """Those one can be."""
        return [self.member, self.moderator]


async def furnish(world: SandboxWorld) -> Scene:
    """Furnish a started sandbox."""
    discord = world.discord
    guild = discord.add_guild("Harbour Studio")
    moderators = guild.add_role("Moderators", EVERYONE | Permissions.MANAGE_MESSAGES | Permissions.MANAGE_THREADS)
    pictures = guild.add_text_channel("pictures")
    quiet = guild.add_text_channel("quiet", bot_denied=Permissions.CREATE_PUBLIC_THREADS)
    notices = guild.add_text_channel("notices", bot_denied=Permissions.SEND_MESSAGES | Permissions.ATTACH_FILES)
    ideas = guild.add_forum("ideas")
    mara = discord.add_person("mara", display_name="Mara")
    theo = discord.add_person("theo", display_name="Theo")
    guild.give_role(theo, moderators)
    discord.dm(mara)
    discord.dm(theo)
    scene = Scene(guild, pictures, quiet, notices, ideas, mara, theo)
    await _write(scene)
    return scene


async def _write(scene: Scene) -> None:
    tower = File("lighthouse.png", await asyncio.to_thread(lighthouse), description="A lighthouse on a rock, lit")
    boat = File("boat.png", await asyncio.to_thread(red_boat), description="A red sailing boat on a calm sea")
    mara, theo = scene.member, scene.moderator
    await theo.say(scene.pictures, "Sketches and finished pictures go here. Threads are welcome.")
    await mara.say(scene.pictures, "My lighthouse from this morning, for anyone who needs one.", files=[tower])
    await theo.say(scene.quiet, "A quiet room: no threads in here, please.")
    await theo.say(scene.notices, "Only people post here. The bot may neither write nor attach files.")
    question = "Who has seen a red boat at dusk? Mine looks like this."
    await mara.post(scene.ideas, "Boats at dusk", question, files=[boat])
