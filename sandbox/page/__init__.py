"""The page on which a person uses the sandbox in a browser, for any bot: one aiohttp server on loopback.

`desk.py` is what a page shows and works on; `view` turns it into keys and payloads for one person; `acts` is what a
person can do; `live.py` carries both over one WebSocket a tab; `server.py` serves it all, with the files in `static`.

    python -m sandbox.page --port 8123                 # this bot
    python -m sandbox.page --port 8123 -- python my_bot.py
"""
