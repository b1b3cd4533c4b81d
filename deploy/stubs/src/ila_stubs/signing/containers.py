"""Signed containers (ASiC-E with XAdES), and any fault of them to order."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from lxml import etree

from ila_stubs.signing.pki import Holder, token

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
NS = {
    "asic": "http://uri.etsi.org/02918/v1.2.1#",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xades": "http://uri.etsi.org/01903/v1.3.2#",
}
DS, XADES = f"{{{NS['ds']}}}", f"{{{NS['xades']}}}"
MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"
Element = Any


def b64(content: bytes) -> str:
    """Return bytes as text."""
    return base64.b64encode(content).decode()


def canonical(element: Element) -> bytes:
    """Return an element as it is digested."""
    written: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    return written


def digest_of(algorithm: str, content: bytes) -> str:
    """Return the digest of bytes as text."""
    return b64(hashlib.new("sha1" if algorithm == SHA1 else "sha256", content).digest())


@dataclass
class Order:
    """What to sign and how; every field is a fault when it is told otherwise."""

    signer: Holder
    stamper: Holder | None
    files: dict[str, bytes]
    stamped_at: datetime
    method: str = ECDSA
    digest: str = SHA256
    certificate_digest: str = SHA256
    canonicalisation: str = EXCLUSIVE
    answers: tuple[bytes, ...] = ()
    make_token: Callable[[Holder, bytes, datetime], bytes] = token
    before_signing: Callable[[Element], None] = lambda signature: None
    references: str = ""
    id: str = "S0"


def signature_of(order: Order) -> Element:
    """Return a signed and stamped ds:Signature."""
    references = order.references or "".join(
        _reference(order, f"{order.id}-r{place}", quote(file), content, order.digest)
        for place, (file, content) in enumerate(order.files.items())
    )
    formats = "".join(
        f'<xades:DataObjectFormat ObjectReference="#{order.id}-r{place}"><xades:MimeType>text/plain'
        "</xades:MimeType></xades:DataObjectFormat>"
        for place, _ in enumerate(order.files)
    )
    formats = (
        f"<xades:SignedDataObjectProperties>{formats}</xades:SignedDataObjectProperties>" if formats else ""
    )
    root = etree.fromstring(
        f"""<ds:Signature xmlns:ds="{NS["ds"]}" xmlns:xades="{NS["xades"]}" Id="{order.id}"><ds:SignedInfo>\
<ds:CanonicalizationMethod Algorithm="{order.canonicalisation}"/>\
<ds:SignatureMethod Algorithm="{order.method}"/>{references}\
<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#{order.id}-sp"><ds:Transforms>\
<ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="{order.digest}"/>\
<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue Id="{order.id}-v"/>\
<ds:KeyInfo><ds:X509Data>\
<ds:X509Certificate>{b64(order.signer.der)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>\
<xades:QualifyingProperties Target="#{order.id}"><xades:SignedProperties Id="{order.id}-sp">\
<xades:SignedSignatureProperties><xades:SigningTime>{order.stamped_at:%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime>\
<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>\
<ds:DigestMethod Algorithm="{order.certificate_digest}"/>\
<ds:DigestValue>{digest_of(order.certificate_digest, order.signer.der)}</ds:DigestValue></xades:CertDigest>\
</xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>{formats}</xades:SignedProperties>\
</xades:QualifyingProperties></ds:Object></ds:Signature>"""
    )
    order.before_signing(root)
    seal(root, order)
    return root


def seal(root: Element, order: Order) -> None:
    """Fill in digest of properties, value, stamp and answers."""
    properties = root.find(f"{DS}Object/{XADES}QualifyingProperties/{XADES}SignedProperties")
    covering = root.find(f"{DS}SignedInfo/{DS}Reference[@Type]/{DS}DigestValue")
    if properties is not None and covering is not None:
        covering.text = digest_of(order.digest, canonical(properties))
    value = root.find(f"{DS}SignatureValue")
    value.text = b64(order.signer.signed_for_xml(canonical(root.find(f"{DS}SignedInfo"))))
    unsigned = "".join(
        f"<xades:EncapsulatedOCSPValue>{b64(one)}</xades:EncapsulatedOCSPValue>" for one in order.answers
    )
    if unsigned:
        values = f"<xades:OCSPValues>{unsigned}</xades:OCSPValues>"
        unsigned = f"<xades:RevocationValues>{values}</xades:RevocationValues>"
    if order.stamper:
        stamp = b64(order.make_token(order.stamper, canonical(value), order.stamped_at))
        unsigned = (
            f'<xades:SignatureTimeStamp><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
            f"<xades:EncapsulatedTimeStamp>{stamp}</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp>{unsigned}"
        )
    qualifying = root.find(f"{DS}Object/{XADES}QualifyingProperties")
    if unsigned and qualifying is not None:
        qualifying.append(
            etree.fromstring(
                f'<xades:UnsignedProperties xmlns:xades="{NS["xades"]}" xmlns:ds="{NS["ds"]}">'
                f"<xades:UnsignedSignatureProperties>{unsigned}</xades:UnsignedSignatureProperties>"
                "</xades:UnsignedProperties>"
            )
        )


def _reference(order: Order, mark: str, uri: str, content: bytes, algorithm: str) -> str:
    return (
        f'<ds:Reference Id="{mark}" URI="{uri}"><ds:DigestMethod Algorithm="{algorithm}"/>'
        f"<ds:DigestValue>{digest_of(algorithm, content)}</ds:DigestValue></ds:Reference>"
    )


def signature_file(*signatures: Element) -> bytes:
    """Return a signature file of a container, as it stands in META-INF."""
    inside = b"".join(etree.tostring(one) for one in signatures)
    return f'<asic:XAdESSignatures xmlns:asic="{NS["asic"]}">'.encode() + inside + b"</asic:XAdESSignatures>"


def manifest(files: Iterable[str], media_type: str = MEDIA_TYPE) -> bytes:
    """Return the list of contents."""
    entries = "".join(f'<m:file-entry m:full-path="{one}" m:media-type="text/plain"/>' for one in files)
    return (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" m:version="1.2">'
        f'<m:file-entry m:full-path="/" m:media-type="{media_type}"/>{entries}</m:manifest>'
    ).encode()


def entries_of(files: dict[str, bytes], *signatures: bytes) -> dict[str, bytes]:
    """Return everything in a container, in order."""
    signed = {f"META-INF/signatures{place}.xml": one for place, one in enumerate(signatures)}
    return {
        "mimetype": MEDIA_TYPE.encode(),
        "META-INF/manifest.xml": manifest(files),
        **files,
        **signed,
    }


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a container of entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for file, content in entries.items():
            archive.writestr(zipfile.ZipInfo(file, (2026, 11, 23, 12, 0, 0)), content, method)
    return written.getvalue()


def container_of(order: Order) -> bytes:
    """Return a container with the files of an order, signed."""
    return packed(entries_of(order.files, signature_file(signature_of(order))))
