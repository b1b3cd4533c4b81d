"""Orders of these tests to the stand-in that signs: when, what, and by whom."""

from datetime import UTC, datetime

from ila_stubs.signing import lists
from ila_stubs.signing.containers import Order, container_of
from ila_stubs.signing.pki import DAY, Holder, Pki

STAMPED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
FILES = {
    "apliecinājums.txt": "Apliecinām, ka lietosim platformu godprātīgi.".encode(),
    "pielikums a+b.txt": b"Pielikums",
}
PKI = Pki()


def good_order(**faults: object) -> Order:
    """Return an order for a good signature over the files, with faults as told."""
    good = {"signer": PKI.signer, "stamper": PKI.stamper, "files": FILES, "stamped_at": STAMPED}
    return Order(**good | faults)


def good_file(**faults: object) -> bytes:
    """Return a container with one signature, good unless faults are told."""
    return container_of(good_order(**faults))


def listed() -> list[tuple[str, Holder]]:
    return [("CA/QC", PKI.issuer), ("TSA/QTST", PKI.stamper)]


def trusted_list(pki: Pki, services: object, **told: object) -> bytes:
    """Return a trusted list that is in force, unless told otherwise."""
    return lists.trusted_list(pki, services, **{"until": NOW + 180 * DAY} | told)
