"""Persons: they type commands, click, write, react, and see what a Discord client shows them."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.discord.channels import Channel
from sandbox.discord.client_commands import Filled, command_data, completes, fill_in, offered_command
from sandbox.discord.client_components import choose, fill_modal, find_button, find_select
from sandbox.discord.client_writing import require_writing
from sandbox.discord.command_registry import Command, CommandType
from sandbox.discord.components import number
from sandbox.discord.errors import ClientRefused, Json
from sandbox.discord.files import Attachment, File, keep
from sandbox.discord.interactions import Choice, Interaction, InteractionKind
from sandbox.discord.mentions import find_mentions
from sandbox.discord.messages import Message, MessageType
from sandbox.discord.payloads.interactions import interaction_payload
from sandbox.discord.payloads.messages import message_payload
from sandbox.discord.payloads.users import user_payload
from sandbox.discord.permissions import Permissions
from sandbox.discord.reacting import add_reaction, remove_reaction
from sandbox.discord.users import User
from sandbox.discord.validation.messages import AllowedMentions

if TYPE_CHECKING:
    from sandbox.discord.world import World


class Person(User):
    """Somebody with a Discord client."""

    def __init__(self, world: "World", name: str, *, display_name: str, locale: str) -> None:
        super().__init__(world.ids.next(), name, display_name, locale=locale)
        self._world = world

    # Commands ------------------------------------------------------------------------------------------------

    async def slash(self, channel: Channel, name: str, /, **options: Any) -> Interaction:
        """Use a slash command; returns as soon as the bot has been told.

        Args:
            channel: where.
            name: the command, with its sub-commands separated by blanks.
            options: the values: text, numbers, truth values, a `File`, a `Person`, a `Channel`, a `Role`. A choice is
                given by its value or its label.

        Raises:
            ClientRefused: the client does not offer the command here, or does not take the values.
        """
        command, path = self._offered(channel, name)
        filled = fill_in(command, path, options, channel, self._keep)
        interaction = Interaction(self._world, InteractionKind.COMMAND, self, channel, command=command)
        return self._dispatch(interaction, command_data(command, filled))

    async def autocomplete(
        self, channel: Channel, name: str, /, *, focused: str, timeout: float = 5.0, **options: Any
    ) -> list[Choice]:
        """Type into an option and wait for the suggestions.

        Args:
            channel: where.
            name: the command.
            focused: the option being typed; what stands in it so far is its value in `options`.
            timeout: real seconds to wait.
            options: what is filled in so far.

        Raises:
            ClientRefused: the option has no suggestions.
            TimeoutError: the bot did not answer.
        """
        command, path = self._offered(channel, name)
        given = {focused: ""} | options
        filled = fill_in(command, path, given, channel, self._keep, focused=focused)
        if not any(completes(option, focused) for option in command.options):
            raise ClientRefused(f"{focused} of {name} has no suggestions.")
        filled.resolved.clear()
        interaction = Interaction(self._world, InteractionKind.AUTOCOMPLETE, self, channel, command=command)
        self._dispatch(interaction, command_data(command, filled))
        await interaction.acknowledged(timeout)
        return interaction.choices

    async def use_on_message(self, command_name: str, message: Message) -> Interaction:
        """Use a message command: right click, Apps.

        Raises:
            ClientRefused: the client does not offer it there.
        """
        channel = message.channel
        self._require_seeing(message)
        command = offered_command(self._world, self, channel, command_name, CommandType.MESSAGE)
        interaction = Interaction(self._world, InteractionKind.COMMAND, self, channel, command=command, target=message)
        resolved = {"messages": {str(message.id): message_payload(message, self._world.bot)}}
        data = command_data(command, Filled(resolved=resolved)) | {"target_id": str(message.id)}
        return self._dispatch(interaction, data)

    async def use_on_user(self, command_name: str, user: User, channel: Channel) -> Interaction:
        """Use a user command.

        Raises:
            ClientRefused: the client does not offer it there.
        """
        command = offered_command(self._world, self, channel, command_name, CommandType.USER)
        interaction = Interaction(self._world, InteractionKind.COMMAND, self, channel, command=command)
        filled = Filled()
        filled.resolve("users", user.id, user_payload(user))
        return self._dispatch(interaction, command_data(command, filled) | {"target_id": str(user.id)})

    # Components and modals -----------------------------------------------------------------------------------

    async def click(self, message: Message, *, label: str | None = None, custom_id: str | None = None) -> Interaction:
        """Click a button, found by its label or custom_id.

        Raises:
            ClientRefused: there is no such button for this person, or it cannot be clicked.
        """
        self._require_seeing(message)
        button = find_button(message, label, custom_id)
        interaction = Interaction(self._world, InteractionKind.COMPONENT, self, message.channel, message=message)
        data: Json = {"component_type": button["type"], "custom_id": button["custom_id"], "id": button["id"]}
        return self._dispatch(interaction, data)

    async def select(self, message: Message, values: Iterable[Any], *, custom_id: str | None = None) -> Interaction:
        """Choose in a select menu: options by value or label, or persons, channels, roles.

        Raises:
            ClientRefused: the menu is not there or does not offer this.
        """
        self._require_seeing(message)
        menu = find_select(message, custom_id)
        filled = Filled()
        chosen = choose(menu, list(values), message.channel, filled)
        interaction = Interaction(self._world, InteractionKind.COMPONENT, self, message.channel, message=message)
        data: Json = {"component_type": menu["type"], "custom_id": menu["custom_id"], "id": menu["id"]}
        data["values"] = chosen
        if filled.resolved:
            data["resolved"] = filled.resolved
        return self._dispatch(interaction, data)

    async def submit_modal(self, interaction: Interaction, values: Mapping[str, Any]) -> Interaction:
        """Fill in the modal that an interaction opened, and send it.

        Args:
            interaction: the one that was answered with a modal.
            values: by custom_id or by label: text, options, `File`s, a tick.

        Raises:
            ClientRefused: there is no modal (any more), or it does not take the values.
        """
        if interaction.modal is None or interaction.person is not self:
            raise ClientRefused("There is no modal open.")
        if interaction.modal_used:
            raise ClientRefused("The modal was sent already.")
        modal = interaction.modal | {"components": number(interaction.modal["components"])}
        data = fill_modal(modal, values, interaction.channel, self._keep)
        interaction.modal_used = True
        submission = Interaction(
            self._world,
            InteractionKind.MODAL_SUBMIT,
            self,
            interaction.channel,
            message=interaction.message,
            parent=interaction,
        )
        return self._dispatch(submission, data)

    # Writing and reacting ------------------------------------------------------------------------------------

    async def say(
        self, channel: Channel, content: str = "", *, files: Iterable[File] = (), reply_to: Message | None = None
    ) -> Message:
        """Write a message.

        Raises:
            ClientRefused: the person may not, or there is nothing to send.
        """
        uploads = list(files)
        require_writing(self, channel, content, uploads, upload_limit=self._world.upload_limit)
        kind = MessageType.DEFAULT if reply_to is None else MessageType.REPLY
        now = self._world.clock.now()
        message = Message(self._world.ids.next(), channel, self, now, kind=kind, content=content.strip())
        message.reference = reply_to
        message.reference_id = reply_to.id if reply_to else None
        folder = f"attachments/{channel.id}"
        message.attachments = [self._store(file, folder, ephemeral=False) for file in uploads]
        found = find_mentions(message.content, channel, self, AllowedMentions(), replied_to=reply_to)
        message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone
        message.pinged = found.pinged
        self._world.publish(message)
        return message

    async def edit(self, message: Message, content: str) -> None:
        """Change one's own message.

        Raises:
            ClientRefused: it is somebody else's.
        """
        if message.author is not self:
            raise ClientRefused("Only one's own messages can be edited.")
        message.remember(self._world.clock.now())
        message.content = content.strip()
        message.edited_at = self._world.clock.now()
        found = find_mentions(message.content, message.channel, self, AllowedMentions(), replied_to=message.reference)
        message.mentions = found.users
        self._world.events.message_update(message)

    async def react(self, message: Message, emoji: str) -> None:
        """Add a reaction.

        Raises:
            ClientRefused: the person may not.
        """
        self._require_seeing(message)
        held = message.channel.permissions_of(self)
        if emoji not in message.reactions and Permissions.ADD_REACTIONS not in held:
            raise ClientRefused(f"{self.name} may not add reactions here.")
        if message.channel.thread is not None and message.channel.archived:
            raise ClientRefused("The thread is archived.")
        add_reaction(self._world, message, self, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        remove_reaction(self._world, message, self, emoji)

    async def delete(self, message: Message) -> None:
        """Delete a message: one's own, or another's as a moderator; an ephemeral one is dismissed.

        Raises:
            ClientRefused: the person may not.
        """
        self._require_seeing(message)
        moderates = Permissions.MANAGE_MESSAGES in message.channel.permissions_of(self)
        if message.author is not self and not moderates and not message.ephemeral:
            raise ClientRefused(f"{self.name} may not delete this message.")
        self._world.delete_message(message)

    # Seeing --------------------------------------------------------------------------------------------------

    def sees(self, channel: Channel) -> list[Message]:
        """Return what this person sees in a channel, oldest first, with the ephemeral messages meant for them."""
        everything = [*channel.messages, *channel.ephemerals]
        return sorted((item for item in everything if item.visible_to(self)), key=lambda item: item.id)

    # The client's side ---------------------------------------------------------------------------------------

    def _offered(self, channel: Channel, name: str) -> tuple[Command, list[str]]:
        first, *path = name.removeprefix("/").split()
        return offered_command(self._world, self, channel, first, CommandType.CHAT_INPUT), path

    def _dispatch(self, interaction: Interaction, data: Json) -> Interaction:
        world = self._world
        world.interactions[interaction.id] = interaction
        payload = interaction_payload(interaction, data)
        world.events.interaction_create(interaction, payload)
        if interaction.told:
            world.timers.start(interaction)
        world.changes.notify()
        return interaction

    def _keep(self, file: File) -> Attachment:
        if len(file.data) > self._world.upload_limit:
            raise ClientRefused(f"{file.filename} is too large: {len(file.data)} bytes.")
        return self._store(file, f"ephemeral-attachments/{self._world.application.id}", ephemeral=True)

    def _store(self, file: File, folder: str, *, ephemeral: bool) -> Attachment:
        store = partial(keep, self._world.cdn, file, folder=folder, ephemeral=ephemeral, vanishes=ephemeral)
        return store(attachment_id=self._world.ids.next(), at=self._world.clock.now())

    def _require_seeing(self, message: Message) -> None:
        if not message.visible_to(self):
            raise ClientRefused(f"{self.name} does not see this message.")
