"""A public key infrastructure of its own that makes good signed containers, and any fault to order.

Everything is invented and made anew for each run; no key is kept.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import quote

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from lxml import etree

DAY = timedelta(days=1)
STAMPED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
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
FILES = {
    "apliecinājums.txt": "Apliecinām, ka lietosim platformu godprātīgi.".encode(),
    "pielikums a+b.txt": b"Pielikums",
}
_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")


@dataclass(frozen=True)
class Holder:
    """A certificate with its private key."""

    key: object
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def signed(self, content: bytes) -> bytes:
        """Return a signature value (ECDSA: DER; RSA: PKCS 1) with SHA-256."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(content, ec.ECDSA(hashes.SHA256()))

    def signed_for_xml(self, content: bytes) -> bytes:
        value = self.signed(content)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return value
        first, second = utils.decode_dss_signature(value)
        return first.to_bytes(32) + second.to_bytes(32)


def name(common: str, *, country: str = "LV", number: str | None = None) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, country), (NameOID.COMMON_NAME, common)]
    if number:
        parts.append((NameOID.SERIAL_NUMBER, number))
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def statements(*, purpose: str = "0.4.0.1862.1.6.1", device: bool = True) -> x509.UnrecognizedExtension:
    """Return the statements of a qualified certificate: for signatures unless another purpose is named."""

    def sequence(*parts: bytes) -> bytes:
        content = b"".join(parts)
        return bytes([0x30, len(content)]) + content

    def number(dotted: str) -> bytes:
        return core.ObjectIdentifier(dotted).dump()

    stated = [sequence(number("0.4.0.1862.1.1"))]
    if device:
        stated.append(sequence(number("0.4.0.1862.1.4")))
    stated.append(sequence(number("0.4.0.1862.1.6"), sequence(number(purpose))))
    return x509.UnrecognizedExtension(_STATEMENTS, sequence(*stated))


def usage(*named: str) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    every += ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{one: one in named for one in every})


def issue(
    subject: x509.Name,
    issuer: Holder | None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
    *,
    first: datetime = datetime(2025, 1, 1, tzinfo=UTC),
    last: datetime = datetime(2030, 1, 1, tzinfo=UTC),
    key: object | None = None,
) -> Holder:
    """Return a holder of a certificate given by an issuer, or by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder(subject_name=subject, public_key=key.public_key())
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Holder(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


class Pki:
    """An issuer, a stamping unit, a responder, and people who sign."""

    @cached_property
    def issuer(self) -> Holder:
        return self.authority("Paraugu izdevējs")

    @cached_property
    def stranger(self) -> Holder:
        return self.authority("Svešs izdevējs")

    def authority(self, common: str, country: str = "LV") -> Holder:
        basic = (x509.BasicConstraints(ca=True, path_length=None), True)
        return issue(name(common, country=country), None, [basic, (usage("key_cert_sign", "crl_sign"), True)])

    @cached_property
    def signer(self) -> Holder:
        return self.person(self.issuer)

    @cached_property
    def rsa_signer(self) -> Holder:
        return self.person(self.issuer, key=rsa.generate_private_key(65537, 2048))

    def person(
        self,
        issuer: Holder,
        *,
        stated: x509.UnrecognizedExtension | None = None,
        used: str = "content_commitment",
        **dates: object,
    ) -> Holder:
        extensions: list[tuple[x509.ExtensionType, bool]] = [(usage(used), True)]
        extensions.append((stated or statements(), False))
        return issue(name("PARAUGA PERSONA", number="PNOLV-300000-00000"), issuer, extensions, **dates)

    def unqualified(self) -> Holder:
        return issue(name("PARAUGA PERSONA"), self.issuer, [(usage("content_commitment"), True)])

    @cached_property
    def stamper(self) -> Holder:
        return self.stamping_unit(self.issuer)

    def stamping_unit(
        self, issuer: Holder, purposes: Iterable[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,)
    ) -> Holder:
        return issue(
            name("Paraugu laika zīmogs"),
            issuer,
            [(usage("digital_signature"), True), (x509.ExtendedKeyUsage(purposes), True)],
        )

    @cached_property
    def responder(self) -> Holder:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        return issue(
            name("Paraugu atbildētājs"), self.issuer, [(usage("digital_signature"), True), (purpose, False)]
        )

    @cached_property
    def operator(self) -> Holder:
        return issue(name("Saraksta uzturētājs"), None, [(usage("digital_signature"), True)])


def token(stamper: Holder, stamped: bytes, at: datetime = STAMPED, *, named: Holder | None = None) -> bytes:
    """Return a time-stamp token (DER) over some bytes; `named`: whom its own attribute calls the signer."""
    return token_over(stamper, hashlib.sha256(stamped).digest(), at, named).dump()


def token_over(stamper: Holder, imprint: bytes, at: datetime, named: Holder | None = None) -> cms.ContentInfo:
    """Return a time-stamp token over a SHA-256 digest."""
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.3.6.1.4.1.99999.1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": imprint,
            },
            "serial_number": 7,
            "gen_time": at,
        }
    )
    content = info.dump()
    identity = hashlib.sha256((named or stamper).der).digest()
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
            cms.CMSAttribute(
                {
                    "type": "signing_certificate_v2",
                    "values": [
                        tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": identity})]})
                    ],
                }
            ),
        ]
    )
    own = asn1.Certificate.load(stamper.der)
    number = {"issuer": own.issuer, "serial_number": own.serial_number}
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", number),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": stamper.signed(attributes.dump()),
        }
    )
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(content),
            },
            "certificates": [own],
            "signer_infos": [signer],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": signed})


def answer(
    responder: Holder,
    certificate: Holder,
    issuer: Holder,
    at: datetime,
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    revoked: datetime | None = None,
) -> bytes:
    """Return an OCSP answer (DER) about a certificate."""
    return (
        ocsp.OCSPResponseBuilder()
        .add_response(
            certificate.certificate, issuer.certificate, hashes.SHA1(), status, at, at + DAY, revoked, None
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, responder.certificate)
        .certificates([responder.certificate])
        .sign(responder.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def digest_of(algorithm: str, content: bytes) -> str:
    return b64(hashlib.new("sha1" if algorithm == SHA1 else "sha256", content).digest())


@dataclass
class Order:
    """What to sign and how; every field is a fault when it is told otherwise."""

    signer: Holder
    stamper: Holder | None
    files: dict[str, bytes]
    stamped_at: datetime = STAMPED
    method: str = ECDSA
    digest: str = SHA256
    certificate_digest: str = SHA256
    canonicalisation: str = EXCLUSIVE
    answers: tuple[bytes, ...] = ()
    make_token: Callable[[Holder, bytes, datetime], bytes] = token
    before_signing: Callable[[etree._Element], None] = lambda signature: None
    references: str = ""
    id: str = "S0"


def signature_of(order: Order) -> etree._Element:
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


def seal(root: etree._Element, order: Order) -> None:
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


def signature_file(*signatures: etree._Element) -> bytes:
    """Return a signature file of a container, as it stands in META-INF."""
    inside = b"".join(etree.tostring(one) for one in signatures)
    return f'<asic:XAdESSignatures xmlns:asic="{NS["asic"]}">'.encode() + inside + b"</asic:XAdESSignatures>"


def manifest(files: Iterable[str], media_type: str = MEDIA_TYPE) -> bytes:
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


def trusted_list(
    pki: Pki,
    services: Iterable[tuple[str, Holder]],
    *,
    until: datetime = NOW + 180 * DAY,
    status: str = "granted",
    since: datetime = datetime(2024, 1, 1, tzinfo=UTC),
    territory: str = "LV",
) -> bytes:
    """Return a trusted list (XML) signed by the operator; services by kind (`CA/QC`, `TSA/QTST`)."""
    return signed_list(pki, list_text(services, until, status, since, territory))


def list_text(
    services: Iterable[tuple[str, Holder]], until: datetime, status: str, since: datetime, territory: str
) -> str:
    listed = "".join(
        f"""<TSPService><ServiceInformation>\
<ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/{kind}</ServiceTypeIdentifier>\
<ServiceName><Name xml:lang="en">{kind} of the test</Name></ServiceName><ServiceDigitalIdentity><DigitalId>\
<X509Certificate>{b64(holder.der)}</X509Certificate></DigitalId></ServiceDigitalIdentity>\
<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{status}</ServiceStatus>\
<StatusStartingTime>{since:%Y-%m-%dT%H:%M:%SZ}</StatusStartingTime></ServiceInformation></TSPService>"""
        for kind, holder in services
    )
    return f"""<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list"><SchemeInformation>\
<TSLSequenceNumber>1</TSLSequenceNumber><SchemeTerritory>{territory}</SchemeTerritory>\
<NextUpdate><dateTime>{until:%Y-%m-%dT%H:%M:%SZ}</dateTime></NextUpdate></SchemeInformation>\
<TrustServiceProviderList><TrustServiceProvider><TSPServices>{listed}</TSPServices></TrustServiceProvider>\
</TrustServiceProviderList></TrustServiceStatusList>"""


def signed_list(pki: Pki, text: str) -> bytes:
    root = etree.fromstring(text)
    reference = (
        '<ds:Reference URI=""><ds:Transforms>'
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        f'<ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>{digest_of(SHA256, canonical(root))}</ds:DigestValue></ds:Reference>"
    )
    root.append(signature_of(Order(pki.operator, None, {}, references=reference)))
    return etree.tostring(root)


def fingerprint(holder: Holder) -> str:
    return hashlib.sha256(holder.der).hexdigest()


PKI = Pki()


def good_order(**faults: object) -> Order:
    """Return an order for a good signature over the files, with faults as told."""
    return Order(**{"signer": PKI.signer, "stamper": PKI.stamper, "files": FILES, **faults})


def good_file(**faults: object) -> bytes:
    """Return a container with one signature, good unless faults are told."""
    order = good_order(**faults)
    return packed(entries_of(order.files, signature_file(signature_of(order))))


def listed() -> list[tuple[str, Holder]]:
    return [("CA/QC", PKI.issuer), ("TSA/QTST", PKI.stamper)]
