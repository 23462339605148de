"""Checks of what a bot sends, answering as Discord does: every refused field at once, in one tree."""
