"""Persons: they type commands, click, write, react, and see what a Discord client shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.discord.channels import Channel
from sandbox.discord.client_commands import Filled, command_data, completes, fill_in
from sandbox.discord.client_components import choose, fill_modal, find_button, find_select
from sandbox.discord.client_offers import offered_command
from sandbox.discord.client_writing import require_size
from sandbox.discord.command_registry import Command, CommandType
from sandbox.discord.components import number
from sandbox.discord.errors import ClientRefused, Json
from sandbox.discord.files import Attachment, File
from sandbox.discord.interactions import Choice, Interaction, InteractionKind
from sandbox.discord.messages import Message
from sandbox.discord.payloads.interactions import interaction_payload
from sandbox.discord.payloads.messages import message_payload
from sandbox.discord.payloads.users import user_payload
from sandbox.discord.users import User
from sandbox.discord.writers import Writer


class Person(Writer):
    """Somebody with a Discord client."""

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
        return await self.complete(channel, name, options, focused=focused, timeout=timeout)

    async def complete(
        self, channel: Channel, name: str, options: Mapping[str, Any], *, focused: str, timeout: float = 5.0
    ) -> list[Choice]:
        """Do what `autocomplete` does, with the options as a mapping: their names may be anything."""
        command, path = self._offered(channel, name)
        given = {focused: ""} | {key: value for key, value in options.items() if value is not None}
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
        """Fill in the modal that an interaction opened, and send it; where the bot did not answer, once more.

        Args:
            interaction: the one that was answered with a modal.
            values: by custom_id or by label: text, options, `File`s, a tick.

        Raises:
            ClientRefused: there is no modal (any more), or it does not take the values.
        """
        if interaction.modal is None or interaction.person is not self:
            raise ClientRefused("There is no modal open.")
        if interaction.modal_closed:
            raise ClientRefused("The modal was closed.")
        if interaction.open_modal is None:
            raise ClientRefused("The modal was sent already.")
        modal = interaction.modal | {"components": number(interaction.modal["components"])}
        data = fill_modal(modal, values, interaction.channel, self._keep)
        submission = interaction.submission = Interaction(
            self._world,
            InteractionKind.MODAL_SUBMIT,
            self,
            interaction.channel,
            message=interaction.message,
            parent=interaction,
        )
        return self._dispatch(submission, data)

    def close_modal(self, interaction: Interaction) -> None:
        """Close the modal that an interaction opened; the bot is not told.

        Raises:
            ClientRefused: there is none.
        """
        if interaction.open_modal is None or interaction.person is not self:
            raise ClientRefused("There is no modal open.")
        interaction.modal_closed = True
        self._world.changes.notify()

    # The client's side ---------------------------------------------------------------------------------------

    def _offered(self, channel: Channel, name: str) -> tuple[Command, list[str]]:
        first, *path = name.removeprefix("/").split()
        return offered_command(self._world, self, channel, first, CommandType.CHAT_INPUT), path

    def _dispatch(self, interaction: Interaction, data: Json) -> Interaction:
        world = self._world
        interaction.data = data
        world.interactions[interaction.id] = interaction
        payload = interaction_payload(interaction, data)
        world.events.interaction_create(interaction, payload)
        if interaction.told:
            world.timers.start(interaction)
        world.changes.notify()
        return interaction

    def _keep(self, file: File) -> Attachment:
        require_size(file, self._world.upload_limit)
        return self._store(file, f"ephemeral-attachments/{self._world.application.id}", ephemeral=True)
