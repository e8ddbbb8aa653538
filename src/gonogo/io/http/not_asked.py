"""Addresses that gonogo does not ask: link-local ones and the metadata services of clouds."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_network

_NAT64 = ip_network("64:ff9b::/96")

_REFUSED = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local; 169.254.169.254 is the metadata service of most clouds
        "fe80::/10",
        "fd00:ec2::254/128",  # metadata: Amazon
        "fd20:ce::254/128",  # metadata: Google
        "100.100.100.200/32",  # metadata: Alibaba
        "168.63.129.16/32",  # metadata: Azure's host channel
    )
)


def unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one (mapped, NAT64 or 6to4), else the address itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def is_not_asked(ip: IPv4Address | IPv6Address, allowed: Iterable[str]) -> bool:
    """Whether this address, unwrapped, is link-local or a cloud's metadata service, unless `allowed` lists it."""
    return any(ip in network for network in _REFUSED) and str(ip) not in {text.strip().lower() for text in allowed}
