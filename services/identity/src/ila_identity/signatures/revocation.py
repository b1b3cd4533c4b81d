"""What a file says about the revocation of its signer's certificate: OCSP answers that came with it.

Source: BR-102; RFC 6960; ETSI EN 319 132-1 clause 5.4 (revocation values).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from ila_identity.signatures import algorithms
from ila_identity.signatures.certificates import Trusted
from ila_identity.signatures.report import INDETERMINATE, Finding
from ila_identity.signatures.trust import RESPONDER, TrustProfile

# [default] An answer a day after the stamp still tells about the stamp; later ones too, but are noted.
SOON = timedelta(hours=24)
_PSS = SignatureAlgorithmOID.RSASSA_PSS


def answer_about(
    certificate: x509.Certificate,
    answers: Iterable[bytes],
    trusted: Trusted,
    trust: TrustProfile,
    moment: datetime,
) -> datetime | None:
    """Return when an answer (DER) said that a certificate was good at a moment; None if none is about it.

    Raises Finding if the certificate was revoked, or the answer is broken, forged or too early.
    """
    for answer in answers:
        response = _loaded(answer)
        single = _about(response, certificate, trusted.issuer)
        if single is not None:
            _check_signature(response, _responder(response, trusted, trust))
            _check_status(single, moment)
            return single.this_update_utc
    return None


def _loaded(answer: bytes) -> ocsp.OCSPResponse:
    try:
        response = ocsp.load_der_ocsp_response(answer)
    except ValueError:
        raise Finding("ocsp_broken") from None
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise Finding("ocsp_broken")
    return response


def _about(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> ocsp.OCSPSingleResponse | None:
    """Return what a response says about a certificate of an issuer: number, name and key must be theirs."""
    for single in response.responses:
        if single.serial_number == certificate.serial_number:
            kind = single.hash_algorithm
            named = (single.issuer_name_hash, single.issuer_key_hash)
            if named != (_hash(kind, issuer.subject.public_bytes()), _hash(kind, _key_bits(issuer))):
                raise Finding("ocsp_of_another")
            return single
    return None


def _hash(kind: hashes.HashAlgorithm, content: bytes) -> bytes:
    made = hashes.Hash(kind)
    made.update(content)
    return made.finalize()


def _key_bits(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)


def _responder(response: ocsp.OCSPResponse, trusted: Trusted, trust: TrustProfile) -> x509.Certificate:
    """Return the certificate that signed: the issuer's own, one it gave for that, or a listed one."""
    listed = [der for _, service in trust.services(RESPONDER) for der in service.certificates]
    candidates = [*response.certificates, trusted.issuer, *map(x509.load_der_x509_certificate, listed)]
    for one in candidates:
        if _is_named(response, one):
            good = one == trusted.issuer or one.public_bytes(Encoding.DER) in listed
            if not good and not _given_by(one, trusted.issuer):
                raise Finding("ocsp_responder_unknown", INDETERMINATE)
            if not one.not_valid_before_utc <= response.produced_at_utc <= one.not_valid_after_utc:
                raise Finding("ocsp_responder_expired")
            return one
    raise Finding("ocsp_responder_unknown", INDETERMINATE)


def _is_named(response: ocsp.OCSPResponse, one: x509.Certificate) -> bool:
    if response.responder_name is not None:
        return response.responder_name == one.subject
    return response.responder_key_hash == _hash(hashes.SHA1(), _key_bits(one))  # noqa: S303 (RFC 6960 says so)


def _given_by(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether an issuer gave a certificate for answering in its name. Raises Finding if it is forged."""
    if one.issuer != issuer.subject:
        return False
    try:
        one.verify_directly_issued_by(issuer)
        uses = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    except (InvalidSignature, ValueError, TypeError):
        raise Finding("ocsp_broken") from None
    return ExtendedKeyUsageOID.OCSP_SIGNING in uses


def _check_signature(response: ocsp.OCSPResponse, responder: x509.Certificate) -> None:
    algorithm = response.signature_hash_algorithm
    kind = "ecdsa" if isinstance(responder.public_key(), ec.EllipticCurvePublicKey) else "rsa"
    if response.signature_algorithm_oid == _PSS:
        kind = "pss"
    name = algorithm.name if algorithm else ""
    algorithms.verify(responder, kind, name, response.signature, response.tbs_response_bytes)


def _check_status(single: ocsp.OCSPSingleResponse, moment: datetime) -> None:
    """Refuse a certificate that was revoked by the moment; leave open what was said before it."""
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        revoked = single.revocation_time_utc
        if revoked is None or revoked <= moment:
            raise Finding("revoked", at=f"{revoked:%d.%m.%Y %H:%M}" if revoked else "")
    elif single.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise Finding("ocsp_unknown")
    if single.this_update_utc < moment:
        raise Finding("ocsp_before_stamp", INDETERMINATE)
