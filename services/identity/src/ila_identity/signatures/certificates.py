"""A certificate at a moment: its path to somebody who is listed, and what it is good for.

Source: BR-102 ("secure" means qualified; an e-seal is no personal signature); RFC 5280;
ETSI EN 319 412-5 (statements of qualified certificates).
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import core
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError

from ila_identity.signatures.report import INDETERMINATE, Finding, Signer
from ila_identity.signatures.trust import (
    DEVICE,
    FOR_SIGNATURES,
    ISSUER,
    STAMPER,
    Service,
    TrustedList,
    TrustProfile,
)

_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_QUALIFIED, _ON_DEVICE, _PURPOSE = "0.4.0.1862.1.1", "0.4.0.1862.1.4", "0.4.0.1862.1.6"
_FOR_SIGNATURE = "0.4.0.1862.1.6.1"


@dataclass(frozen=True, slots=True)
class Trusted:
    """The listed service at the end of a path, the list that names it, and who issued the certificate."""

    trusted_list: TrustedList
    service: Service
    issuer: x509.Certificate


class _Statement(core.Sequence):  # type: ignore[misc]
    _fields = [("id", core.ObjectIdentifier), ("info", core.Any, {"optional": True})]


class _Statements(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Statement


class _Purposes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.ObjectIdentifier


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is judged: `at` by the stamp, `now` by the clock (both UTC)."""

    at: datetime
    now: datetime


def trusted_issuer(certificate: bytes, others: Iterable[bytes], trust: TrustProfile, when: Moment) -> Trusted:
    """Return who vouches for a signer's certificate at a moment. Raises Finding.

    The issuer must have been granted both when it issued the certificate and at the moment.
    """
    found = _trusted(certificate, others, trust, ISSUER, when)
    issued = x509.load_der_x509_certificate(certificate).not_valid_before_utc
    if not found.service.good_at(issued):
        raise Finding("issuer_not_granted", name=found.service.name)
    return found


def trusted_stamper(
    certificate: bytes, others: Iterable[bytes], trust: TrustProfile, when: Moment
) -> Trusted:
    """Return who vouches for a time stamp at the moment it states. Raises Finding."""
    return _trusted(certificate, others, trust, STAMPER, when)


def _trusted(
    certificate: bytes, others: Iterable[bytes], trust: TrustProfile, kind: str, when: Moment
) -> Trusted:
    _valid_at(x509.load_der_x509_certificate(certificate), when.at)
    anchors = _anchors(trust, kind, when.at)
    issuer = certificate
    # Lists name the stamping unit itself, or who issued it; of signers they name the issuer alone.
    if not (kind == STAMPER and certificate in anchors):
        try:
            path = _path(certificate, others, anchors, when.at)
        except PathBuildingError:
            raise _not_listed(certificate, trust, when.now) from None
        issuer, certificate = path[-1], path[0]
    trusted_list, service = anchors[certificate]
    if not service.good_at(when.at):
        raise Finding("issuer_not_granted", name=service.name)
    return Trusted(trusted_list, service, x509.load_der_x509_certificate(issuer))


def _anchors(trust: TrustProfile, kind: str, moment: datetime) -> dict[bytes, tuple[TrustedList, Service]]:
    """Return who is listed by certificate (DER); of two services with one certificate the granted one."""
    services = trust.services(kind)
    granted_last = sorted(services, key=lambda pair: pair[1].good_at(moment))
    return {der: pair for pair in granted_last for der in pair[1].certificates}


def _valid_at(certificate: x509.Certificate, moment: datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= moment <= last:
        raise Finding("certificate_not_valid_then", first=f"{first:%d.%m.%Y}", last=f"{last:%d.%m.%Y}")


def _path(
    certificate: bytes, others: Iterable[bytes], anchors: Iterable[bytes], moment: datetime
) -> list[bytes]:
    """Return the certificates (DER) from the listed one down to the issuer.

    Raises PathBuildingError if none leads there, Finding if those that do are not valid.
    """
    own = asn1.Certificate.load(certificate)
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(one) for one in anchors],
        other_certs=[asn1.Certificate.load(one) for one in others],
        moment=moment.astimezone(UTC),
        allow_fetching=False,
        revocation_mode="soft-fail",
        time_tolerance=timedelta(0),
    )
    try:
        path = asyncio.run(CertificateValidator(own, validation_context=context).async_validate_path())
    except PathValidationError:
        raise Finding("path_broken") from None
    return [one.dump() for one in list(path)[:-1]]


def _not_listed(certificate: bytes, trust: TrustProfile, now: datetime) -> Finding:
    """Say that nobody listed issued it: a fault if a fresh list of its country was asked, else left open."""
    issuer = asn1.Certificate.load(certificate).issuer.native
    country, name = str(issuer.get("country_name", "")), str(issuer.get("common_name", ""))
    if any(one.territory == country and not one.doubt_at(now) for one in trust.lists):
        return Finding("issuer_unknown", country=country, name=name)
    return Finding("issuer_not_listed", INDETERMINATE, country=country, name=name)


def check_qualified(certificate: bytes, trusted: Trusted, moment: datetime) -> None:
    """Refuse a certificate that is not qualified, or leave open whether its key is on a secure device."""
    statements = _statements_of(certificate)
    if _QUALIFIED not in statements:
        raise Finding("not_qualified")
    span = trusted.service.span_at(moment)
    qualifiers = span.qualifiers if span else frozenset()
    # What a list says against or instead of the certificate depends on criteria that a person reads.
    if qualifiers - DEVICE or (_ON_DEVICE not in statements and qualifiers):
        raise Finding("qualified_by_list", INDETERMINATE, name=trusted.service.name)
    if _ON_DEVICE not in statements:
        raise Finding("device_unknown", INDETERMINATE)


def check_personal(certificate: bytes, trusted: Trusted, moment: datetime) -> None:
    """Refuse a certificate that is for seals or sites, or a key that is not for signing in one's own name."""
    statements = _statements_of(certificate)
    span = trusted.service.span_at(moment)
    if _PURPOSE in statements:
        if _FOR_SIGNATURE not in statements[_PURPOSE]:
            raise Finding("not_for_signatures")
    elif span and span.uses and FOR_SIGNATURES not in span.uses:
        raise Finding("not_for_signatures")
    usage = asn1.Certificate.load(certificate).key_usage_value
    if usage is None or "non_repudiation" not in usage.native:
        raise Finding("key_not_for_signatures")


def _statements_of(certificate: bytes) -> dict[str, frozenset[str]]:
    """Return the statements of a qualified certificate: purposes (dotted numbers) by statement."""
    extensions = x509.load_der_x509_certificate(certificate).extensions
    try:
        value = extensions.get_extension_for_oid(_STATEMENTS).value.value  # type: ignore[attr-defined]
    except x509.ExtensionNotFound:
        return {}
    found = {}
    for one in _Statements.load(value):
        name = one["id"].dotted
        purposes = one["info"].parse(_Purposes) if name == _PURPOSE else ()
        found[name] = frozenset(purpose.dotted for purpose in purposes)
    return found


def signer_of(certificate: bytes) -> Signer:
    """Return whom a certificate names."""
    own = asn1.Certificate.load(certificate)
    subject, issuer = own.subject.native, own.issuer.native
    given, family = subject.get("given_name"), subject.get("surname")
    full = f"{given} {family}" if given and family else subject.get("common_name", "")
    return Signer(
        name=str(full),
        identifier=str(subject.get("serial_number", "")),
        country=str(subject.get("country_name", "")),
        issuer=str(issuer.get("common_name", "")),
    )
