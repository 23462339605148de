"""How fast and how frugal the bot is, beside the smallest honest bot that does the same; `README.md` tells how."""
