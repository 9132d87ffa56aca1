"""Which addresses a URI may lead to, by who named it: pure.

A timeline or a playlist from elsewhere is not to make this machine ask its neighbours for something (server-side
request forgery). The rule looks at addresses, never at names, and at the address that is connected to:

- What the user wrote into a timeline may be anywhere: on this machine, in the home or company network, in the
  internet. So may the address of a video that the API gives.
- What a document from the web names (a playlist its renditions, segments, keys and maps; a redirect its target) may be
  at any public address, or at the very address that the document came from. So a media server on this machine or in
  the company's network works, with all its ports, and leads to no other machine there.
- What a playlist on disk names may be in the folders that files are read from, or at a public address: such a file
  often is a download.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Literal

Address = IPv4Address | IPv6Address

GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out for the internet (RFC 4291 2.4)."""

NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a network without IPv4 writes them (RFC 6052 2.1): as public as what they stand for."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who named a URI: the `user`, a `file` on disk, or a document from the `web`.

    `address` is where that document came from; `None` where it is not known, as behind a proxy.
    """

    kind: Literal["user", "file", "web"]
    address: Address | None = None

    @property
    def scope(self) -> "Origin":
        """An origin with the same rights; all that have none but the public ones are one."""
        if self.kind == "user":
            return WRITTEN
        own = self.address is not None and not is_public(self.address)
        return Origin("web", self.address) if own else THE_WEB


WRITTEN = Origin("user")
ON_DISK = Origin("file")
THE_WEB = Origin("web")


def may_reach(origin: Origin, target: Address) -> bool:
    """Whether what `origin` named may be at `target`."""
    if origin.kind == "user" or is_public(target):
        return True
    return origin.address is not None and plain(origin.address) == plain(target)


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's: not this machine's, not a private network's, not for many at once.

    IPv6 addresses that stand for an IPv4 address (mapped, NAT64, 6to4) are judged by that one.
    """
    address = plain(address)
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None:
        return is_public(address.sixtofour)
    return address in GLOBAL_UNICAST and address.is_global


def plain(address: Address) -> Address:
    """An address without what makes two of one: the IPv6 form of IPv4, and the network card (`%eth0`)."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def literal_address(host: str) -> Address | None:
    """The address that a host is without asking anybody; `None` for a name.

    `2130706433`, `0x7f.1` and `0177.0.0.1` are addresses to every system, and `localhost` is one by RFC 6761 6.3.
    """
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
