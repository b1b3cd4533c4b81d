"""The list of the lists of Member States: by which certificates the list of each may be signed.

Source: Regulation (EU) 910/2014 Article 22(4); ETSI TS 119 612 clause 5.3.13; Commission Implementing
Decision (EU) 2015/1505.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ila_identity.signatures.report import INDETERMINATE, Finding
from ila_identity.signatures.signed_lists import TSL, fingerprint, read_signed
from ila_identity.signatures.xml import Element, decoded

_KIND = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists"
_XML = "application/vnd.etsi.tsl+xml"
_POINTERS = f"{TSL}SchemeInformation/{TSL}PointersToOtherTSL/{TSL}OtherTSLPointer"
_CERTIFICATES = (
    f"{TSL}ServiceDigitalIdentities/{TSL}ServiceDigitalIdentity/{TSL}DigitalId/{TSL}X509Certificate"
)
_TOLD = f"{TSL}AdditionalInformation/{TSL}OtherInformation"
_MEDIA_TYPE = "{http://uri.etsi.org/02231/v2/additionaltypes#}MimeType"


@dataclass(frozen=True, slots=True)
class ListOfLists:
    """When it ends, and the SHA-256 (hex) of the certificates that may sign a list, by its country."""

    next_update: datetime
    signers: Mapping[str, frozenset[str]]

    def signers_of(self, territory: str) -> frozenset[str]:
        """Return who may sign the list of a country, and of no other."""
        return self.signers.get(territory, frozenset())

    def ended_at(self, now: datetime) -> Finding | None:
        """Return why nothing may rest on it any more at an instant, or None while it holds."""
        if now < self.next_update:
            return None
        return Finding("list_of_lists_expired", INDETERMINATE, until=f"{self.next_update:%d.%m.%Y}")


def read_list_of_lists(content: bytes, pins: frozenset[str]) -> ListOfLists:
    """Return a list of lists (XML) signed by a pinned certificate: SHA-256 (hex). Raises Finding."""
    signed = read_signed(content, lambda _: pins)
    if signed.kind != _KIND:
        raise Finding("list_of_lists_other")
    signers: dict[str, frozenset[str]] = {}
    for pointer in signed.root.iterfind(_POINTERS):
        territory = _territory_of(pointer)
        if territory:
            named = frozenset(fingerprint(decoded(one)) for one in pointer.iterfind(_CERTIFICATES))
            signers[territory] = signers.get(territory, frozenset()) | named
    return ListOfLists(signed.next_update, signers)


def _territory_of(pointer: Element) -> str:
    """Return the country whose list (XML) a pointer is to; empty for a PDF, and for the list itself."""
    if _told(pointer, _MEDIA_TYPE) != [_XML] or _KIND in _told(pointer, f"{TSL}TSLType"):
        return ""
    territories = _told(pointer, f"{TSL}SchemeTerritory")
    if len(territories) != 1:
        raise Finding("list_broken")
    return territories[0]


def _told(pointer: Element, tag: str) -> list[str]:
    return [(one.text or "").strip() for one in pointer.iterfind(f"{_TOLD}/{tag}")]
