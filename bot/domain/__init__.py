"""What the bot is about, as frozen values and pure rules: no I/O, no Discord, no HTTP."""
