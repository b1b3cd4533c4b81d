"""Network addresses of callers: which one a request came from, and which count as one."""

from collections.abc import Callable
from hmac import compare_digest
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Networks = tuple[Any, ...]
Address = IPv4Address | IPv6Address


def networks(setting: str) -> Networks:
    """Return the networks a setting names, separated by commas. Raises ValueError for one that is none."""
    return tuple(ip_network(name.strip()) for name in setting.split(",") if name.strip())


def from_front(secret: str) -> Callable[[dict[str, Any]], bool]:
    """Return a function that tells whether nginx in front of us sent a request: it knows the secret."""

    def check(environ: dict[str, Any]) -> bool:
        shown: str = environ.get("HTTP_X_FRONT", "")
        return bool(shown and secret) and compare_digest(shown.encode("latin-1"), secret.encode())

    return check


def real_address(
    trusted: Networks, is_from_front: Callable[[dict[str, Any]], bool]
) -> Callable[[dict[str, Any]], str]:
    """Return a function that tells the address a request came from.

    Behind a proxy of ours that is the last entry of its X-Forwarded-For; anybody else's is a mere claim.
    """

    def find(environ: dict[str, Any]) -> str:
        peer = str(environ.get("REMOTE_ADDR", ""))
        if not is_from_front(environ) and (not trusted or not _within(_parsed(peer), trusted)):
            return peer
        given = _parsed(environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip())
        return str(given) if given else peer

    return find


def counted_as(address: str, unlimited: Networks) -> str | None:
    """Return the name under which requests of an address are counted; None when they are not."""
    found = _parsed(address)
    if found is None or _within(found, unlimited):
        return None
    # Whoever has one IPv6 address has a network of them.
    return str(IPv6Network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


def _parsed(address: str) -> Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _within(address: Address | None, within: Networks) -> bool:
    return address is not None and any(address in network for network in within)
