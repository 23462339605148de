"""Which IP addresses belong to the public internet, and which ports to other services than the web: pure rules.

They are the same on every Python version. Sources: https://www.iana.org/assignments/iana-ipv4-special-registry,
https://www.iana.org/assignments/iana-ipv6-special-registry, https://fetch.spec.whatwg.org/#port-blocking.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; also 100.100.100.200, Alibaba's metadata service
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's host agent, on an otherwise public address
        "169.254.0.0/16",  # link-local; also 169.254.169.254, most clouds' metadata service
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocol assignments; also Oracle's metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which hides an IPv4 address and is withdrawn
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""The third quarter of an address that has an IPv4 one in its last: https://www.rfc-editor.org/rfc/rfc5214#section-6.1"""

_OTHER_SERVICES = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179),
        *(389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636),
        *(989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566),
        *(6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is a public one that anybody on the internet could reach.

    IPv6 addresses that carry an IPv4 one are judged by it where they are in use (mapped, NAT64), else refused.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        # On a network of IPv6 alone, every IPv4 host is reached this way: https://www.rfc-editor.org/rfc/rfc6052.
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP and not is_public(IPv4Address(int(address) & 0xFFFF_FFFF)):
        return False
    return address in _GLOBAL_UNICAST_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


def is_public_text(address: str) -> bool:
    """Tell whether a text is the plain spelling of a public address; other spellings (`127.1`, zones) are not."""
    try:
        return is_public(ip_address(address))
    except ValueError:
        return False


def may_speak_http(port: int) -> bool:
    """Tell whether a port is left to the web; on the others, mail servers and the like would be spoken to."""
    return port not in _OTHER_SERVICES
