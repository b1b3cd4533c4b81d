"""One XAdES signature: its form, what it covers, its value, its certificate.

Only what stands at the expected place counts. References are followed by that place, never by a search for
an Id, so a signature that is wrapped around, moved or doubled has nothing to point to.

Source: BR-102; ETSI EN 319 132-1 clauses 5 and 6; XML Signature 1.1.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from asn1crypto.tsp import IssuerSerial
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ila_identity.signatures import algorithms
from ila_identity.signatures.report import Finding
from ila_identity.signatures.xml import (
    INCLUSIVE,
    Element,
    canonical,
    decoded,
    only,
    parsed,
    refuse_hidden_nodes,
    refuse_ids_twice,
)

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_ROOT = "{http://uri.etsi.org/02918/v1.2.1#}XAdESSignatures"
_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_CHILDREN = ["SignedInfo", "SignatureValue", "KeyInfo", "Object"]
_MOST_REFERENCES = 1_000
_NAMES_CERTIFICATE = (f"{XADES}SigningCertificate", f"{XADES}SigningCertificateV2")


@dataclass(frozen=True, slots=True)
class Signature:
    """The parts of a signature, each found at its place; certificates follow the signer's own."""

    signed_info: Element
    value: Element
    properties: Element
    unsigned: Element | None
    certificate: x509.Certificate
    others: tuple[bytes, ...]

    def references(self) -> list[Element]:
        """Return its references in order."""
        found: list[Element] = self.signed_info.findall(f"{DS}Reference")
        return found


def signatures_of(content: bytes) -> list[Element]:
    """Return the signature elements of a signature file of a container. Raises Finding."""
    root = parsed(content, _ROOT)
    refuse_hidden_nodes(root)
    refuse_ids_twice(root)
    if any(child.tag != f"{DS}Signature" for child in root):
        raise Finding("element_misplaced")
    if not len(root):
        raise Finding("no_signature")
    return list(root)


def read_signature(element: Element) -> Signature:
    """Return a signature taken apart. Raises Finding if anything is not exactly where it belongs."""
    if [child.tag for child in element] != [f"{DS}{name}" for name in _CHILDREN]:
        raise Finding("element_misplaced")
    signed_info, value, key_info, holder = element
    qualifying = only(holder, f"{XADES}QualifyingProperties", "properties_not_one")
    properties = only(qualifying, f"{XADES}SignedProperties", "properties_not_one")
    _alone(element)
    if len(holder) != 1 or qualifying[0] is not properties or len(qualifying) > 2:
        raise Finding("element_misplaced")
    own = element.get("Id") or ""
    if not own or qualifying.get("Target") != f"#{own}":
        raise Finding("properties_of_another")
    certificate, *others = certificates_of(key_info)
    return Signature(
        signed_info=signed_info,
        value=value,
        properties=properties,
        unsigned=_unsigned(qualifying),
        certificate=x509.load_der_x509_certificate(certificate),
        others=(*others, *_embedded(qualifying)),
    )


def signing_time(signature: Signature) -> datetime | None:
    """Return when a signer says to have signed, if that can be read."""
    stated = signature.properties.findtext(f"{XADES}SignedSignatureProperties/{XADES}SigningTime") or ""
    try:
        moment = datetime.fromisoformat(stated.strip())
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _alone(element: Element) -> None:
    """Refuse a second signature or second properties anywhere inside, whatever the Ids say."""
    counts = {
        f"{DS}Signature": 1,
        f"{DS}SignedInfo": 1,
        f"{DS}SignatureValue": 1,
        f"{XADES}QualifyingProperties": 1,
        f"{XADES}SignedProperties": 1,
    }
    for tag, count in counts.items():
        if sum(1 for _ in element.iter(tag)) != count:
            raise Finding("properties_not_one" if tag.endswith("Properties") else "signature_nested")


def _unsigned(qualifying: Element) -> Element | None:
    if len(qualifying) == 1:
        return None
    unsigned = only(qualifying, f"{XADES}UnsignedProperties", "element_misplaced")
    return only(unsigned, f"{XADES}UnsignedSignatureProperties", "element_misplaced")


def certificates_of(key_info: Element) -> list[bytes]:
    """Return the certificates (DER) of a KeyInfo, the signer's first. Raises Finding if there is none."""
    data = only(key_info, f"{DS}X509Data", "certificate_missing")
    found = [decoded(one) for one in data.findall(f"{DS}X509Certificate")]
    if not found:
        raise Finding("certificate_missing")
    return found


def _embedded(qualifying: Element) -> list[bytes]:
    path = f"{XADES}UnsignedProperties/{XADES}UnsignedSignatureProperties/{XADES}CertificateValues"
    return [decoded(one) for one in qualifying.findall(f"{path}/{XADES}EncapsulatedX509Certificate")]


def check_properties_covered(signature: Signature) -> None:
    """Refuse a signature whose own SignedProperties are not covered by exactly one reference of that type."""
    covering = [one for one in signature.references() if one.get("Type") == _SIGNED_PROPERTIES]
    if len(covering) != 1:
        raise Finding("properties_not_covered")
    reference = covering[0]
    own = signature.properties.get("Id")
    if not own or reference.get("URI") != f"#{own}":
        raise Finding("properties_not_covered")
    _same_digest(reference, canonical(signature.properties, _one_canonicalisation(reference)), own)


def _one_canonicalisation(reference: Element) -> str:
    transforms = reference.findall(f"{DS}Transforms/{DS}Transform")
    if not transforms:
        return INCLUSIVE
    if len(transforms) != 1:
        raise Finding("transform")
    return algorithm_of(transforms[0])


def algorithm_of(element: Element) -> str:
    """Return the algorithm an element names; parameters inside it are refused."""
    if len(element):
        raise Finding("transform")
    return element.get("Algorithm") or ""


def check_files_covered(signature: Signature, data: Mapping[str, bytes]) -> int:
    """Return how many files a signature covers: every data file, once, with its digest. Raises Finding."""
    references = [one for one in signature.references() if one.get("Type") != _SIGNED_PROPERTIES]
    if len(references) > _MOST_REFERENCES:
        raise Finding("too_many_references")
    names = [_file_of(reference) for reference in references]
    for name in names:
        if name not in data:
            raise Finding("reference_to_missing", name=name)
        if names.count(name) > 1:
            raise Finding("reference_twice", name=name)
    for name in data:
        if name not in names:
            raise Finding("file_not_covered", name=name)
    for name, reference in zip(names, references, strict=True):
        _same_digest(reference, data[name], name)
    return len(names)


def _file_of(reference: Element) -> str:
    """Return the name a reference means: percent-decoded, and `+` is a plus."""
    if reference.get("Type") or reference.find(f"{DS}Transforms") is not None:
        raise Finding("transform")
    try:
        return unquote(reference.get("URI") or "", errors="strict")
    except UnicodeDecodeError:
        raise Finding("reference_to_missing", name=reference.get("URI")) from None


def _same_digest(reference: Element, content: bytes, name: str) -> None:
    algorithm = algorithm_of(only(reference, f"{DS}DigestMethod", "element_misplaced"))
    stated = decoded(only(reference, f"{DS}DigestValue", "element_misplaced"))
    if not hmac.compare_digest(algorithms.digest(algorithm, content), stated):
        raise Finding("digest_wrong", name=name)


def check_media_types(signature: Signature, media_types: Mapping[str, str]) -> None:
    """Refuse a signature that calls a file another kind than the manifest does."""
    by_id = {one.get("Id"): one for one in signature.references() if one.get("Id")}
    path = f"{XADES}SignedDataObjectProperties/{XADES}DataObjectFormat"
    for form in signature.properties.findall(path):
        reference = by_id.get((form.get("ObjectReference") or "").removeprefix("#"))
        if reference is None:
            raise Finding("format_of_nothing")
        name = _file_of(reference)
        stated = form.findtext(f"{XADES}MimeType")
        if stated is not None and media_types.get(name, stated) != stated:
            raise Finding("media_type_differs", name=name, stated=stated)


def check_value(signature: Signature) -> str:
    """Return the algorithm a signature's value was checked with. Raises Finding if it is wrong."""
    signed_info = signature.signed_info
    canonicalisation = algorithm_of(only(signed_info, f"{DS}CanonicalizationMethod", "element_misplaced"))
    algorithm = algorithm_of(only(signed_info, f"{DS}SignatureMethod", "element_misplaced"))
    if len(signed_info) != 2 + len(signature.references()):
        raise Finding("element_misplaced")
    kind, name = algorithms.scheme_of(algorithm)
    value = decoded(signature.value)
    if kind == "ecdsa":
        value = algorithms.der_of_pair(signature.certificate.public_key(), value)
    algorithms.verify(signature.certificate, kind, name, value, canonical(signed_info, canonicalisation))
    return f"{kind} {name}"


def check_certificate_named(signature: Signature) -> None:
    """Refuse a certificate that the signature does not name: by digest, and by number if it says one."""
    signed = signature.properties.find(f"{XADES}SignedSignatureProperties")
    named = [] if signed is None else [one for one in signed if one.tag in _NAMES_CERTIFICATE]
    if len(named) != 1 or not len(named[0]):
        raise Finding("certificate_not_named")
    own = named[0][0]
    form = only(own, f"{XADES}CertDigest", "certificate_not_named")
    algorithm = algorithm_of(only(form, f"{DS}DigestMethod", "certificate_not_named"))
    der = signature.certificate.public_bytes(Encoding.DER)
    stated = decoded(only(form, f"{DS}DigestValue", "certificate_not_named"))
    if not hmac.compare_digest(algorithms.digest(algorithm, der), stated):
        raise Finding("certificate_other")
    if _serial(own, signature.certificate.serial_number) != signature.certificate.serial_number:
        raise Finding("certificate_other")


def _serial(named: Element, unstated: int) -> int:
    """Return the serial number a certificate is named by, in the old form or the new one."""
    first = named.findtext(f"{XADES}IssuerSerial/{DS}X509SerialNumber")
    if first is not None:
        return int(first)
    second = named.find(f"{XADES}IssuerSerialV2")
    if second is None:
        return unstated
    serial: int = IssuerSerial.load(decoded(second))["serial_number"].native
    return serial
