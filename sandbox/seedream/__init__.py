"""SinanCode's Seedream HTTP API in a box: real sockets on loopback, its rules, and a ledger of what was paid.

It is an independent witness of what the bot sends: it states the API's rules itself and shares no code with the bot.
`SeedreamSandbox` is the way in.
"""

from sandbox.seedream.ledger import LedgerEntry, RequestRecord
from sandbox.seedream.server import SeedreamSandbox
from sandbox.seedream.tasks import StatusChange, Task, TaskPlan
from sandbox.seedream.uploads import Upload

__all__ = [
    "LedgerEntry",
    "RequestRecord",
    "SeedreamSandbox",
    "StatusChange",
    "Task",
    "TaskPlan",
    "Upload",
]
