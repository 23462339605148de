"""Whether the people who manage a server let somebody use the bot's command there.

Source: https://discord.com/developers/docs/interactions/application-commands#get-guild-application-command-permissions
"""

from collections.abc import Sequence

import aiohttp
import discord

from bot.domain.overrides import Override, Target, Usage, allows
from bot.errors import DiscordUnavailable

COMMAND = "seedream"
"""What a mention stands for."""


class CommandRights:
    """Asks Discord once for each server, and again after something was changed there.

    Args:
        client: logged in.
    """

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._overrides: dict[int, Sequence[Override]] = {}
        self._command_id: int | None = None

    def forget(self, guild_id: int | None = None) -> None:
        """Ask anew: for one server whose settings changed, or for all of them, where changes may have been missed."""
        if guild_id is None:
            self._overrides.clear()
        else:
            self._overrides.pop(guild_id, None)

    async def allows(self, member: discord.Member, channel: discord.abc.GuildChannel | discord.Thread) -> bool:
        """Tell whether a member may use the command in a place; whoever administers a server may use everything.

        Raises:
            DiscordUnavailable: it cannot be known just now.
        """
        guild = member.guild
        if member.guild_permissions.administrator:
            return True
        if guild.id not in self._overrides:
            self._overrides[guild.id] = await self._asked(guild.id)
        root = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
        usage = Usage(guild.id, root, member.id, [role.id for role in member.roles])
        return allows(self._overrides[guild.id], usage)

    async def _asked(self, guild_id: int) -> Sequence[Override]:
        application_id = self._client.application_id or 0
        try:
            answer = await self._client.http.get_guild_application_command_permissions(application_id, guild_id)
            settings = {int(item["id"]): item["permissions"] for item in answer if item["permissions"]}
            if set(settings) - {application_id}:
                found = settings.get(await self._command(application_id))
                # What is said of a command holds instead of what is said of all of them.
                chosen = found if found is not None else settings.get(application_id, [])
            else:
                chosen = settings.get(application_id, [])
        except discord.Forbidden:
            # Without the scope applications.commands there are no commands to be kept from.
            return ()
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise DiscordUnavailable(detail=str(error)) from error
        return tuple(Override(int(item["id"]), Target(item["type"]), item["permission"]) for item in chosen)

    async def _command(self, application_id: int) -> int:
        if self._command_id is None:
            commands = await self._client.http.get_global_commands(application_id)
            self._command_id = next((int(item["id"]) for item in commands if item["name"] == COMMAND), 0)
        return self._command_id
