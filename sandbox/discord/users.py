"""Users: the bot, and everybody who is a person."""

from dataclasses import dataclass


@dataclass(eq=False)
class User:
    """An account.

    Attributes:
        id: its snowflake.
        name: the unique user name.
        display_name: what others read; Discord's `global_name`.
        bot: whether it belongs to an application.
        locale: the language of the person's client, e.g. `en-US`.
        accepts_dms: False: messages of the bot are refused with 50007.
        user_installed: whether the app is added to this account. None: not yet, but the person adds it when
            using it where only that makes it available.
    """

    id: int
    name: str
    display_name: str
    bot: bool = False
    locale: str = "en-US"
    accepts_dms: bool = True
    user_installed: bool | None = None

    @property
    def mention(self) -> str:
        """The text that mentions this user."""
        return f"<@{self.id}>"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
