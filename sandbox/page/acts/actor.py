"""Who acts, and how ids that come from a page become what they stand for, as far as the person sees it."""

import re
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from sandbox.discord import Channel, ClientRefused, Command, File, Interaction, Message, Person, Role, User
from sandbox.discord.errors import Json
from sandbox.page import words
from sandbox.page.desk import Desk
from sandbox.page.view.channels import sees

Answer = Json | None

_SNOWFLAKE = r"^[0-9]{1,20}$"

Id = Annotated[str, StringConstraints(pattern=_SNOWFLAKE)]
"""A snowflake as text."""


class Fields(BaseModel):
    """What an act takes; anything else that is sent is not looked at."""

    model_config = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)


@dataclass
class Actor:
    """A person in one act.

    Attributes:
        taken: the chosen files that the act has taken; they are forgotten once it has succeeded.
    """

    desk: Desk
    person: Person
    taken: list[str] = field(default_factory=list)

    def channel(self, channel_id: str) -> Channel:
        """Return a channel.

        Raises:
            ClientRefused: there is none that the person sees.
        """
        channel = self.desk.world.discord.world.channels.get(int(channel_id))
        if channel is None or not sees(self.person, channel):
            raise ClientRefused(words.NO_CHANNEL)
        return channel

    def message(self, message_id: str) -> Message:
        """Return a message.

        Raises:
            ClientRefused: there is none that the person sees.
        """
        wanted = int(message_id)
        for channel in self.desk.world.discord.world.channels.values():
            if not sees(self.person, channel):
                continue
            for shelf in (channel.history, channel.ephemerals):
                found = next((item for item in reversed(shelf) if item.id == wanted), None)
                if found is not None and found.visible_to(self.person):
                    return found
        raise ClientRefused(words.NO_MESSAGE)

    def command(self, command_id: str) -> Command:
        """Return a command; whether it is offered to the person is checked when it is used.

        Raises:
            ClientRefused: there is none.
        """
        registry = self.desk.world.discord.commands
        for scope in (registry.everywhere, *registry.by_guild.values()):
            if (command := scope.get(int(command_id))) is not None:
                return command
        raise ClientRefused(words.NO_COMMAND)

    def interaction(self, interaction_id: str) -> Interaction:
        """Return one of the person's own interactions.

        Raises:
            ClientRefused: there is none.
        """
        interaction = self.desk.world.discord.world.interactions.get(int(interaction_id))
        if interaction is None or interaction.person is not self.person:
            raise ClientRefused(words.NO_INTERACTION)
        return interaction

    def file(self, file_id: str) -> File:
        """Take a chosen file.

        Raises:
            ClientRefused: it is not there any more.
        """
        file = self.desk.files.find(file_id)
        self.taken.append(file_id)
        return file

    def user(self, user_id: str, channel: Channel) -> User:
        """Return somebody who is in a channel's server or conversation.

        Raises:
            ClientRefused: there is none.
        """
        user = self.desk.world.discord.world.users.get(int(user_id))
        here = channel.recipients if channel.guild is None else [m.user for m in channel.guild.members.values()]
        if user is None or user not in here:
            raise ClientRefused(words.NO_PERSON)
        return user

    def role(self, role_id: str, channel: Channel) -> Role:
        """Return a role of a channel's server.

        Raises:
            ClientRefused: there is none.
        """
        roles = channel.guild.roles if channel.guild is not None else []
        role = next((item for item in roles if str(item.id) == role_id), None)
        if role is None:
            raise ClientRefused(words.NO_ROLE)
        return role

    def anything(self, some_id: str, channel: Channel) -> User | Role | Channel:
        """Return the user, role or channel of an id.

        Raises:
            ClientRefused: there is none.
        """
        world = self.desk.world.discord.world
        if int(some_id) in world.users:
            return self.user(some_id, channel)
        if int(some_id) in world.channels:
            return self.channel(some_id)
        return self.role(some_id, channel)

    def value(self, given: object, channel: Channel) -> object:
        """Return an option's or a field's value: `{file: id}` and `{id: …}` become what they stand for, in lists too.

        Raises:
            ClientRefused: it is none, or what it stands for is not there.
        """
        if isinstance(given, list):
            return [self.value(item, channel) for item in given]
        if not isinstance(given, dict):
            return given
        if is_file(given):
            return self.file(given["file"])
        if isinstance(given.get("id"), str) and re.fullmatch(_SNOWFLAKE, given["id"]):
            return self.anything(given["id"], channel)
        raise ClientRefused(words.NOT_UNDERSTOOD.format(reason="a value is neither plain, nor a file, nor an id"))


def is_file(given: object) -> bool:
    """Tell whether a value stands for a chosen file."""
    return isinstance(given, dict) and isinstance(given.get("file"), str)
