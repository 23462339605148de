"""An embedded Discord: gateway, REST API and CDN over real sockets on loopback, and persons who use it.

`DiscordSandbox` serves any bot that discord.py can drive, unmodified; `Person` does what a person does in a client:
types commands, clicks, fills in modals, writes, reacts, and sees what is meant for them. What this Discord does not
know it refuses with 404 and a line in the log; what it knows it checks and refuses as Discord does.

    async with DiscordSandbox() as sandbox:
        guild = sandbox.add_guild("Studio")
        channel = guild.add_text_channel("pictures")
        ada = sandbox.add_person("ada")
        with pointed_at(sandbox):
            ...  # start a bot with sandbox.token
            await sandbox.wait_ready()
            interaction = await ada.slash(channel, "hello")
            await interaction.acknowledged()
"""

from sandbox.discord.application import Application
from sandbox.discord.channels import Channel, ChannelType
from sandbox.discord.cloudflare import cloudflare_fault
from sandbox.discord.command_registry import Command
from sandbox.discord.errors import ClientRefused
from sandbox.discord.files import Attachment, File
from sandbox.discord.guilds import Guild, Member, Role
from sandbox.discord.intents import Intents
from sandbox.discord.interactions import Acknowledgement, Choice, Interaction
from sandbox.discord.messages import Message, MessageFlags, MessageType, Revision
from sandbox.discord.observing import Observer, SeenAnswer, SeenRequest
from sandbox.discord.permissions import Permissions
from sandbox.discord.persons import Person
from sandbox.discord.pointing import pointed_at
from sandbox.discord.rate_limits import Limit, RateLimits, rate_limit_fault
from sandbox.discord.records import RequestRecord
from sandbox.discord.server import DiscordSandbox
from sandbox.discord.users import User

__all__ = [
    "Acknowledgement",
    "Application",
    "Attachment",
    "Channel",
    "ChannelType",
    "Choice",
    "ClientRefused",
    "Command",
    "DiscordSandbox",
    "File",
    "Guild",
    "Intents",
    "Interaction",
    "Limit",
    "Member",
    "Message",
    "MessageFlags",
    "MessageType",
    "Observer",
    "Permissions",
    "Person",
    "RateLimits",
    "RequestRecord",
    "Revision",
    "Role",
    "SeenAnswer",
    "SeenRequest",
    "User",
    "cloudflare_fault",
    "pointed_at",
    "rate_limit_fault",
]
