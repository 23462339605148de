"""The HTTP sessions toward the API, opened once by the composition root."""

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector


def open_session(
    *,
    user_agent: str,
    connect_timeout: float,
    read_timeout: float,
    total_timeout: float,
    limit: int = 100,
    keep_alive: bool = True,
) -> ClientSession:
    """Return a session for `SeedreamClient`; call it inside the running event loop and close what it returns.

    Args:
        user_agent: sent with every request.
        connect_timeout: seconds until a connection must stand, name look-up, TLS and the wait for a free one included.
        read_timeout: seconds between two pieces of an answer.
        total_timeout: seconds for one request from start to end.
        limit: connections open at the same time; 0 for no limit.
        keep_alive: whether connections are used again. The session of the paid POST says no: see `SeedreamClient`.
    """
    return ClientSession(
        connector=TCPConnector(limit=limit, force_close=not keep_alive),
        timeout=ClientTimeout(
            total=total_timeout, connect=connect_timeout, sock_connect=connect_timeout, sock_read=read_timeout
        ),
        headers={"User-Agent": user_agent},
        cookie_jar=DummyCookieJar(),
    )
