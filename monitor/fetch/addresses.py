"""Which IP addresses the program may connect to.

Python's own flags do not answer that: ``is_global`` lets NAT64, 6to4, IPv4-compatible and cloud platform addresses
through, and ``is_private`` blocks public hosts behind NAT64. The table below is written out instead, from the IANA
special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates). IPv6 is judged the other way round:
only global unicast (2000::/3) is public, less the blocks inside it that are not for hosts.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_NOT_PUBLIC_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(block), name)
    for block, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud platform"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(block), name)
    for block, name in (
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
    )
)

_CARRIES_V4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""IPv4-mapped and the well-known NAT64 prefix (RFC 6052): the last 32 bits name the host that answers."""

_LOCAL: tuple[Network, ...] = tuple(
    ip_network(block)
    for block in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
"""Loopback, RFC 1918 and unique local addresses: what ``allow_private`` opens. Link-local stays shut, since the
metadata services of cloud machines live there."""

_METADATA_V6 = IPv6Address("fd00:ec2::254")
"""The one metadata service inside the unique local range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """What the operator allows beyond the public internet; from the configuration file only."""

    allow_private: bool = False
    allow_networks: tuple[Network, ...] = ()

    def judge(self, text: str) -> str | None:
        """None if a connection to the address *text* is allowed, else the reason why not."""
        address = _parse(text)
        if address is None:
            return f"{text} is not a plain IP address"
        if any(address in network for network in self.allow_networks if network.version == address.version):
            return None
        if self.allow_private and _is_local(address):
            return None
        if (name := _find_special_use(address)) is None:
            return None
        hint = "; fetch.allow_private would permit it" if _is_local(address) else ""
        return f"{text} is not a public address ({name}){hint}"


def is_local_host(host: str) -> bool:
    """True for ``localhost`` and for literals of loopback and private networks; names are not looked up."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _parse(name)
    return address is not None and _is_local(address)


def _parse(text: str) -> Address | None:
    """The address that answers at *text*, the embedded one for IPv4 in IPv6; None for scoped ones and other text."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None:
        return None
    if any(address in network for network in _CARRIES_V4):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_local(address: Address) -> bool:
    if address == _METADATA_V6:
        return False
    return any(address in network for network in _LOCAL if network.version == address.version)


def _find_special_use(address: Address) -> str | None:
    """The name of the special-purpose block around *address*, None if it is public."""
    if isinstance(address, IPv4Address):
        return next((name for network, name in _NOT_PUBLIC_V4 if address in network), None)
    found = next((name for network, name in _NOT_PUBLIC_V6 if address in network), None)
    if found is None and address not in _GLOBAL_UNICAST:
        return "not global unicast"
    return found
