"""What a guarded connection fails with, known to whoever has to read it; it is raised through the HTTP client.

It stands beside the tree in `bot.errors`, not in it: an `OSError`, so that the HTTP client treats it as a connection
that did not come about. Whoever catches the client's error asks `refused_host` and raises an error of the tree.
"""


class AddressNotPublicError(OSError):
    """A connection would have gone to an address that is not public.

    Attributes:
        host: the name or address that was refused.
    """

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not on the public internet")
        self.host = host


def refused_host(error: BaseException) -> str | None:
    """Return the host behind a failed connection if it was refused for its address, else None.

    Args:
        error: as the HTTP client raised it; a `ClientConnectorError` holds the reason in `os_error`
            (https://docs.aiohttp.org/en/stable/client_reference.html#aiohttp.ClientConnectorError).
    """
    cause = getattr(error, "os_error", error)
    return cause.host if isinstance(cause, AddressNotPublicError) else None
