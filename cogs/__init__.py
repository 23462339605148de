"""Discord commands, one feature a file; a cog only translates between Discord and the application."""
