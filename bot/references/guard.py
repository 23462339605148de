"""An HTTP session that connects to the public internet only, whatever a name resolves to or a redirect says.

The last gate stands where the socket is made, on the very address that is connected to; so neither a second DNS answer
nor an odd spelling of an address leads past it. The resolver before it drops what is not public, so that a name with
both kinds of addresses still works.
"""

import socket
from collections.abc import Collection

from aiohttp import AddrInfoType, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors.network import AddressNotPublicError
from bot.references.addresses import is_public_text

Origin = tuple[str, int]
"""A host, as it stands in a URL, and a port."""


class AddressGuard(AbstractResolver):
    """Resolves names and makes sockets, for public addresses and the allowed origins only.

    Args:
        resolver: asks DNS.
        allowed_origins: hosts with ports that may be anywhere; the sandbox's CDN on loopback is one.
    """

    def __init__(self, resolver: AbstractResolver, allowed_origins: Collection[Origin] = ()) -> None:
        self._resolver = resolver
        self._allowed_origins = frozenset((host.lower().strip("[]"), port) for host, port in allowed_origins)
        self._allowed_addresses = set(self._allowed_origins)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return a name's addresses less those that are not public.

        Raises:
            AddressNotPublicError: nothing is left.
            OSError: the name is not known.
        """
        found = await self._resolver.resolve(host, port, family)
        if (host.lower(), port) in self._allowed_origins:
            self._allowed_addresses.update((result["host"], port) for result in found)
            return found
        public = [result for result in found if is_public_text(result["host"])]
        if found and not public:
            raise AddressNotPublicError(host)
        return public

    def make_socket(self, address: AddrInfoType) -> socket.socket:
        """Return a socket for one address that is about to be connected to; aiohttp's `socket_factory`.

        Raises:
            AddressNotPublicError: the address is neither public nor allowed.
        """
        family, kind, protocol, _, target = address
        host, port = str(target[0]), int(target[1])
        if (host, port) not in self._allowed_addresses and not is_public_text(host):
            raise AddressNotPublicError(host)
        return socket.socket(family=family, type=kind, proto=protocol)

    async def close(self) -> None:
        """Close the resolver."""
        await self._resolver.close()


def open_guarded_session(
    *,
    user_agent: str,
    allowed_origins: Collection[Origin] = (),
    connect_timeout: float,
    read_timeout: float,
    total_timeout: float,
    limit: int = 20,
    resolver: AbstractResolver | None = None,
) -> ClientSession:
    """Return a session for links that people hand in; call it inside the running loop and close what it returns.

    A connection it refuses fails with a `ClientConnectorError`, which `bot.errors.network.refused_host` tells apart.
    It knows no proxy and no cookies, and leaves compressed bodies as they come, so that a small answer cannot swell.

    Args:
        user_agent: sent with every request.
        allowed_origins: hosts with ports that may be on a private address.
        connect_timeout: seconds until a connection must stand.
        read_timeout: seconds between two pieces of an answer.
        total_timeout: seconds for one download; what drips is cut off then.
        limit: connections open at the same time.
        resolver: asks DNS; the system's by default.
    """
    guard = AddressGuard(resolver or ThreadedResolver(), allowed_origins)
    return ClientSession(
        connector=TCPConnector(resolver=guard, socket_factory=guard.make_socket, limit=limit),
        timeout=ClientTimeout(
            total=total_timeout, connect=connect_timeout, sock_connect=connect_timeout, sock_read=read_timeout
        ),
        headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
