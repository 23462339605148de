"""The composition root: opens everything, hands plain values down, closes in reverse, drains when asked to stop."""

from bot.app.lifecycle import App, Patience
from bot.app.presence import OFFLINE_SECONDS, sync_commands

__all__ = ["OFFLINE_SECONDS", "App", "Patience", "sync_commands"]
