"""The seedream-bot application: a Discord bot that turns `/seedream` into Seedream pictures."""

from importlib.metadata import version

__version__ = version("seedream-bot")
