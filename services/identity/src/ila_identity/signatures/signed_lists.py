"""A list of trust (XML): what it says of itself, believed only with its signature, by a known certificate.

Source: BR-102; Regulation (EU) 910/2014 Article 22; ETSI TS 119 612 clauses 5.3 and 5.7.
"""

import copy
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from ila_identity.signatures import algorithms, xades
from ila_identity.signatures.report import Finding
from ila_identity.signatures.xml import (
    Element,
    canonical,
    decoded,
    only,
    parsed,
    refuse_hidden_nodes,
    refuse_ids_twice,
)

TSL = "{http://uri.etsi.org/02231/v2#}"
MOST_LIST = 32 * 2**20
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
Signers = Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class SignedList:
    """A list whose signature holds: its parts, its country, its number, its kind (URI), when it ends, and
    the SHA-256 (hex) of the certificate that signed it.
    """

    root: Element = field(repr=False)
    territory: str
    number: str
    kind: str
    next_update: datetime
    signer: str


def read_signed(content: bytes, signers: Signers) -> SignedList:
    """Return a list whose signature holds. Raises Finding.

    `signers` gives the SHA-256 (hex) of the certificates that may sign the list of a country.
    """
    root = parsed(content, f"{TSL}TrustServiceStatusList", MOST_LIST)
    refuse_hidden_nodes(root)
    refuse_ids_twice(root)
    scheme = only(root, f"{TSL}SchemeInformation", "list_broken")
    territory = scheme.findtext(f"{TSL}SchemeTerritory") or ""
    signer = _check_signature(root, territory, signers)
    next_update = scheme.findtext(f"{TSL}NextUpdate/{TSL}dateTime")
    if not next_update:
        raise Finding("list_closed")
    return SignedList(
        root=root,
        territory=territory,
        number=scheme.findtext(f"{TSL}TSLSequenceNumber") or "",
        kind=(scheme.findtext(f"{TSL}TSLType") or "").strip(),
        next_update=moment(next_update),
        signer=signer,
    )


def _check_signature(root: Element, territory: str, signers: Signers) -> str:
    """Return who signed a list: over all of it but the signature, and being one who may."""
    signature = xades.read_signature(only(root, f"{xades.DS}Signature", "list_unsigned"))
    signer = fingerprint(signature.certificate.public_bytes(Encoding.DER))
    if signer not in signers(territory):
        raise Finding("list_signer_unknown", territory=territory, fingerprint=signer)
    xades.check_properties_covered(signature)
    xades.check_value(signature)
    xades.check_certificate_named(signature)
    whole = [one for one in signature.references() if one.get("URI") == ""]
    if len(whole) != 1 or len(signature.references()) != 2:
        raise Finding("list_unsigned")
    _check_whole(root, whole[0])
    return signer


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 (hex) of a certificate (DER)."""
    return hashlib.sha256(certificate).hexdigest()


def _check_whole(root: Element, reference: Element) -> None:
    transforms = reference.findall(f"{xades.DS}Transforms/{xades.DS}Transform")
    if len(transforms) != 2 or xades.algorithm_of(transforms[0]) != _ENVELOPED:
        raise Finding("transform")
    content = canonical(_without_signature(root), xades.algorithm_of(transforms[1]))
    algorithm = only(reference, f"{xades.DS}DigestMethod", "list_broken").get("Algorithm")
    stated = decoded(only(reference, f"{xades.DS}DigestValue", "list_broken"))
    if not hmac.compare_digest(algorithms.digest(algorithm, content), stated):
        raise Finding("list_altered")


def _without_signature(root: Element) -> Element:
    """Return a copy without its signature; the text behind a removed element must stay."""
    whole = copy.deepcopy(root)
    signature = whole.find(f"{xades.DS}Signature")
    before = signature.getprevious()
    before.tail = (before.tail or "") + (signature.tail or "")
    whole.remove(signature)
    return whole


def moment(text: str) -> datetime:
    """Return an instant of a list. Raises Finding if it is none, or names no zone."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Finding("list_broken") from None
    if read.tzinfo is None:
        raise Finding("list_broken")
    return read
