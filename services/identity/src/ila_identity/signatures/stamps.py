"""The time stamp over a signature: that the signature existed at a moment, by somebody trusted to say so.

Source: BR-102 (a secure signature *with time stamp*); RFC 3161; RFC 5816; ETSI EN 319 132-1 clause 5.3.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1

from ila_identity.signatures import algorithms, cms_signers
from ila_identity.signatures.report import Finding
from ila_identity.signatures.xades import DS, XADES, Signature, algorithm_of
from ila_identity.signatures.xml import INCLUSIVE, canonical, decoded, only


@dataclass(frozen=True, slots=True)
class Stamp:
    """When (UTC) and by whose certificate (DER); `others` are certificates that came with it."""

    at: datetime
    certificate: bytes
    others: tuple[bytes, ...]


def stamp_of(signature: Signature) -> Stamp:
    """Return the time stamp of an XAdES signature, checked but for trust in who stamped. Raises Finding."""
    unsigned = signature.unsigned
    stamps = [] if unsigned is None else unsigned.findall(f"{XADES}SignatureTimeStamp")
    if not stamps:
        raise Finding("stamp_missing")
    if len(stamps) > 1:
        raise Finding("stamps_many")
    token = decoded(only(stamps[0], f"{XADES}EncapsulatedTimeStamp", "stamps_many"))
    method = stamps[0].find(f"{DS}CanonicalizationMethod")
    algorithm = INCLUSIVE if method is None else algorithm_of(method)
    return read_token(token, canonical(signature.value, algorithm))


def read_token(token: bytes, stamped: bytes) -> Stamp:
    """Return what a token (DER) says about the bytes it was made for. Raises Finding or ValueError."""
    signed = _signed_data(token)
    content = signed["encap_content_info"]["content"]
    info = content.parsed
    if not isinstance(info, tsp.TSTInfo):
        raise Finding("stamp_broken")
    imprint = info["message_imprint"]
    made = algorithms.digest_by_name(imprint["hash_algorithm"]["algorithm"].native, stamped)
    if not hmac.compare_digest(made, imprint["hashed_message"].native):
        raise Finding("stamp_of_another")
    if len(signed["signer_infos"]) != 1:
        raise Finding("stamp_broken")
    signer = signed["signer_infos"][0]
    certificates = [one.chosen for one in signed["certificates"] if one.name == "certificate"]
    own = _certificate_of(signer, certificates)
    content = content.contents
    attributes = cms_signers.check_attributes(
        signer, "tst_info", lambda name: algorithms.digest_by_name(name, content), "stamp_broken"
    )
    # The old form knows SHA-1 alone. The signature over it is a strong one, and the certificate is found by
    # issuer and number and must be on the list, so nobody gains by a collision.
    if not cms_signers.names_certificate(attributes, own, old=True):
        raise Finding("stamp_certificate_other")
    cms_signers.check_value(signer, own)
    _check_purpose(own)
    others = tuple(one.dump() for one in certificates if one is not own)
    return Stamp(info["gen_time"].native, own.dump(), others)


def _signed_data(token: bytes) -> cms.SignedData:
    """Return the signed data of a token; it must be written in the one way DER knows."""
    wrapped = cms.ContentInfo.load(token, strict=True)
    signed = wrapped["content"]
    if wrapped["content_type"].native != "signed_data" or signed["version"].native != "v3":
        raise Finding("stamp_broken")
    if signed["encap_content_info"]["content_type"].native != "tst_info":
        raise Finding("stamp_broken")
    return signed


def _certificate_of(signer: cms.SignerInfo, certificates: Iterable[asn1.Certificate]) -> asn1.Certificate:
    """Return the certificate that a signer info names. Raises Finding if it did not come along."""
    sid = signer["sid"]
    for one in certificates:
        if sid.name == "subject_key_identifier":
            named = one.key_identifier == sid.chosen.native
        else:
            issuer, serial = sid.chosen["issuer"], sid.chosen["serial_number"].native
            named = one.issuer == issuer and one.serial_number == serial
        if named:
            return one
    raise Finding("stamp_certificate_missing")


def _check_purpose(own: asn1.Certificate) -> None:
    """Refuse a certificate that is not for time stamps alone."""
    purpose = own.extended_key_usage_value
    if purpose is None or purpose.native != ["time_stamping"]:
        raise Finding("stamp_certificate_purpose")
    if "extended_key_usage" not in own.critical_extensions:
        raise Finding("stamp_certificate_purpose")
