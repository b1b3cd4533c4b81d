"""Certificates of invented authorities and people, time stamps and words on revocation."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_FIRST, _LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
_OCSP_NAMES = hashes.SHA1()  # noqa: S303 — as answers name certificates in the field; nothing rests on it
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """A certificate with its private key."""

    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(Encoding.DER)

    def signed(self, content: bytes) -> bytes:
        """Return a signature value (ECDSA: DER; RSA: PKCS 1) with SHA-256."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        value: bytes = self.key.sign(content, ec.ECDSA(hashes.SHA256()))
        return value

    def signed_for_xml(self, content: bytes) -> bytes:
        """Return a signature value as XML signatures write it: of ECDSA both numbers, 32 bytes each."""
        value = self.signed(content)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return value
        first, second = utils.decode_dss_signature(value)
        return first.to_bytes(32) + second.to_bytes(32)


def name(common: str, *, country: str = "LV", number: str | None = None) -> x509.Name:
    """Return a subject."""
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
        written: bytes = core.ObjectIdentifier(dotted).dump()
        return written

    stated = [sequence(number("0.4.0.1862.1.1"))]
    if device:
        stated.append(sequence(number("0.4.0.1862.1.4")))
    stated.append(sequence(number("0.4.0.1862.1.6"), sequence(number(purpose))))
    return x509.UnrecognizedExtension(_STATEMENTS, sequence(*stated))


def usage(*named: str) -> x509.KeyUsage:
    """Return what a key is for."""
    every = [*("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")]
    every += ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{one: one in named for one in every})


def issue(
    subject: x509.Name,
    issuer: Holder | None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
    *,
    first: datetime = _FIRST,
    last: datetime = _LAST,
    key: Key | None = None,
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
        """Who issues certificates of people, and is listed."""
        return self.authority("Paraugu izdevējs")

    @cached_property
    def stranger(self) -> Holder:
        """Who issues certificates and is on no list."""
        return self.authority("Svešs izdevējs")

    def authority(self, common: str, country: str = "LV") -> Holder:
        """Return another issuer."""
        basic = (x509.BasicConstraints(ca=True, path_length=None), True)
        return issue(name(common, country=country), None, [basic, (usage("key_cert_sign", "crl_sign"), True)])

    @cached_property
    def signer(self) -> Holder:
        """Somebody who signs."""
        return self.person(self.issuer)

    @cached_property
    def rsa_signer(self) -> Holder:
        """Somebody who signs with RSA."""
        return self.person(self.issuer, key=rsa.generate_private_key(65537, 2048))

    def person(
        self,
        issuer: Holder,
        *,
        stated: x509.UnrecognizedExtension | None = None,
        used: str = "content_commitment",
        subject: x509.Name | None = None,
        **dates: Any,
    ) -> Holder:
        """Return somebody with a qualified certificate for signatures, unless told otherwise."""
        extensions: list[tuple[x509.ExtensionType, bool]] = [(usage(used), True)]
        extensions.append((stated or statements(), False))
        named = subject or name("PARAUGA PERSONA", number="PNOLV-300000-00000")
        return issue(named, issuer, extensions, **dates)

    def unqualified(self) -> Holder:
        """Return somebody whose certificate is not qualified."""
        return issue(name("PARAUGA PERSONA"), self.issuer, [(usage("content_commitment"), True)])

    @cached_property
    def stamper(self) -> Holder:
        """Who stamps time."""
        return self.stamping_unit(self.issuer)

    def stamping_unit(
        self, issuer: Holder, purposes: Iterable[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,)
    ) -> Holder:
        """Return another one who stamps time."""
        return issue(
            name("Paraugu laika zīmogs"),
            issuer,
            [(usage("digital_signature"), True), (x509.ExtendedKeyUsage(purposes), True)],
        )

    @cached_property
    def responder(self) -> Holder:
        """Who says whether certificates are revoked."""
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        return issue(
            name("Paraugu atbildētājs"), self.issuer, [(usage("digital_signature"), True), (purpose, False)]
        )

    @cached_property
    def operator(self) -> Holder:
        """Who signs the trusted list."""
        return issue(name("Saraksta uzturētājs"), None, [(usage("digital_signature"), True)])

    @cached_property
    def union(self) -> Holder:
        """Who signs the list of lists."""
        return issue(
            name("Sarakstu saraksta uzturētājs", country="EU"), None, [(usage("digital_signature"), True)]
        )


def token(stamper: Holder, stamped: bytes, at: datetime, *, named: Holder | None = None) -> bytes:
    """Return a time-stamp token (DER) over some bytes; `named`: whom its own attribute calls the signer."""
    made: bytes = token_over(stamper, hashlib.sha256(stamped).digest(), at, named).dump()
    return made


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
            certificate.certificate, issuer.certificate, _OCSP_NAMES, status, at, at + DAY, revoked, None
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, responder.certificate)
        .certificates([responder.certificate])
        .sign(responder.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
