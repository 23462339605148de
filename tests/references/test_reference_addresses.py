from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.references.addresses import is_public, is_public_text, may_speak_http

NAT64 = IPv6Network("64:ff9b::/96")


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "162.159.130.233",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700::6810:85e5",
        "2a00:1450:4001:80e::200e",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2606:4700::5efe:8.8.8.8",
        "2606:4700::1:127.0.0.1",
    ],
)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))
    assert is_public_text(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::8.8.8.8",
        "64:ff9b:1:ffff:ffff:ffff:8.8.8.8",
        "::ffff:0:8.8.8.8",
        "::8.8.8.8",
        "2606:4700::5efe:127.0.0.1",
        "2606:4700::200:5efe:10.0.0.1",
        "2606:4700::200:5efe:169.254.169.254",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not is_public_text(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "127.1",
        "0x7f.0.0.1",
        "017700000001",
        "2130706433",
        "8.8.8",
        "fe80::1%eth0",
        "1.1.1.1 ",
        "[::1]",
    ],
)
def test_other_spellings_are_no_public_addresses(text: str) -> None:
    assert not is_public_text(text)


@given(st.ip_addresses())
def test_nothing_that_the_standard_library_calls_special_is_public(address: IPv4Address | IPv6Address) -> None:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    embedded = isinstance(address, IPv6Address) and (address.ipv4_mapped or address in NAT64)
    if special and not embedded:
        assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_ipv6_is_judged_as_itself_or_refused(address: IPv4Address) -> None:
    number = int(address)
    assert is_public(IPv6Address(0xFFFF << 32 | number)) is is_public(address)
    assert is_public(IPv6Address(0x64FF9B << 96 | number)) is is_public(address)
    assert not is_public(IPv6Address(0x2002 << 112 | number << 80 | 1))
    assert not is_public(IPv6Address(0x20010000 << 96 | number ^ 0xFFFF_FFFF))
    assert not is_public(IPv6Address(number))


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_private_networks_are_refused_throughout(address: IPv4Address) -> None:
    assert not is_public(address)


PRIVATE = st.one_of(
    *(
        st.ip_addresses(v=4, network=network)
        for network in (
            "10.0.0.0/8",
            "127.0.0.0/8",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "224.0.0.0/4",
            "240.0.0.0/4",
        )
    )
)


@given(PRIVATE, st.integers(0, 2**64 - 1), st.sampled_from([0x5EFE, 0x0200_5EFE]))
def test_no_way_of_writing_a_private_ipv4_address_into_ipv6_makes_it_public(
    address: IPv4Address, prefix: int, third: int
) -> None:
    number = int(address)
    for inside in (
        number,
        0xFFFF << 32 | number,
        0xFFFF << 48 | number,
        0x64FF9B << 96 | number,
        0x64FF9B0001 << 80 | number,
        0x2002 << 112 | number << 80,
        0x20010000 << 96 | prefix << 32 & (1 << 96) - 1 | number ^ 0xFFFF_FFFF,
        prefix << 64 | third << 32 | number,
    ):
        assert not is_public(IPv6Address(inside & (1 << 128) - 1))


@given(st.ip_addresses(v=6))
def test_what_is_public_stands_in_the_part_that_is_given_out_to_the_world(address: IPv6Address) -> None:
    inside = address.ipv4_mapped or (address in NAT64 and IPv4Address(int(address) & 0xFFFF_FFFF))
    if is_public(address) and not inside:
        assert address.is_global
        assert int(address) >> 125 == 1


@pytest.mark.parametrize("port", [80, 443, 8000, 8080, 8443, 3000, 32768, 65535])
def test_ports_of_the_web(port: int) -> None:
    assert may_speak_http(port)


@pytest.mark.parametrize("port", [0, 1, 21, 22, 23, 25, 53, 110, 143, 465, 587, 2049, 5060, 6000, 6667, 10080])
def test_ports_of_other_services(port: int) -> None:
    assert not may_speak_http(port)
