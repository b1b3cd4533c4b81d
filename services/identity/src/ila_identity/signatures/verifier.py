"""The verification of a signed file: every rule in its order, one report.

Source: BR-102.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ila_identity.signatures import certificates, revocation, stamps, xades
from ila_identity.signatures.container import Container, read_container
from ila_identity.signatures.report import INDETERMINATE, NOTED, Checks, Finding, Report, SignatureReport
from ila_identity.signatures.stamps import Stamp
from ila_identity.signatures.trust import TrustedList, TrustProfile
from ila_identity.signatures.xml import Element, decoded

_MOST_SIGNATURES = 20
_ANSWERS = f"{xades.XADES}RevocationValues/{xades.XADES}OCSPValues/{xades.XADES}EncapsulatedOCSPValue"


@dataclass(frozen=True, slots=True)
class Claim:
    """A signature that holds by itself: whose (DER), what came with it (DER), when it was stamped."""

    certificate: bytes
    others: tuple[bytes, ...]
    answers: tuple[bytes, ...]
    stamp: Stamp


def verify(content: bytes, trust: TrustProfile, now: datetime) -> Report:
    """Return what holds of a signed file (its bytes) at an instant (UTC). It raises nothing."""
    checks = Checks()
    container = read_container(content, checks)
    found = [] if container is None else _signatures(container, checks)
    judged = tuple(_judged(name, element, container, trust, now) for name, element in found if container)
    return Report(checks.made(), judged, trust.alarms_at(now))


def _signatures(container: Container, checks: Checks) -> list[tuple[str, Element]]:
    """Return every signature of a container with its place; one unreadable file of them spoils all."""
    found = checks.judge("signatures", lambda: _all_of(container), lambda read: {"count": len(read)})
    return found or []


def _all_of(container: Container) -> list[tuple[str, Element]]:
    found = [
        (f"{name}#{place}", element)
        for name, content in container.signatures.items()
        for place, element in enumerate(xades.signatures_of(content), 1)
    ]
    if not found:
        raise Finding("no_signature")
    if len(found) > _MOST_SIGNATURES:
        raise Finding("too_many_signatures", limit=_MOST_SIGNATURES)
    return found


def _judged(
    name: str, element: Element, container: Container, trust: TrustProfile, now: datetime
) -> SignatureReport:
    checks = Checks()
    signature = checks.judge("structure", lambda: xades.read_signature(element))
    if signature is None:
        return SignatureReport(name, checks.made(), None, None)
    checks.judge("properties_covered", lambda: xades.check_properties_covered(signature))
    checks.judge(
        "files_covered",
        lambda: xades.check_files_covered(signature, container.data),
        lambda count: {"count": count},
    )
    checks.judge("media_types", lambda: xades.check_media_types(signature, container.media_types))
    checks.judge("signature_value", lambda: xades.check_value(signature), lambda used: {"algorithm": used})
    checks.judge("certificate_named", lambda: xades.check_certificate_named(signature))
    stamp = checks.judge("time_stamp", lambda: stamps.stamp_of(signature), _told)
    own = signature.certificate.public_bytes(Encoding.DER)
    if stamp is not None:
        answers = checks.judge("answers_readable", lambda: _answers(signature.unsigned))
        judge_trust(Claim(own, signature.others, answers or (), stamp), trust, now, checks)
    signer = checks.judge("signer", lambda: certificates.signer_of(own))
    return SignatureReport(name, checks.made(), signer, stamp.at if stamp else None)


def _answers(unsigned: Element | None) -> tuple[bytes, ...]:
    found: Iterable[Element] = () if unsigned is None else unsigned.findall(_ANSWERS)
    return tuple(decoded(one) for one in found)


def judge_trust(claim: Claim, trust: TrustProfile, now: datetime, checks: Checks) -> None:
    """Judge who stands behind a signature and its stamp, as of the stamp."""
    at = claim.stamp.at
    when = certificates.Moment(at, now)
    others = (*claim.others, *claim.stamp.others)
    checks.judge("stamp_moment", lambda: _not_in_future(at, now), lambda _: {"at": _shown(at)})
    stamper = checks.judge(
        "stamp_trusted",
        lambda: certificates.trusted_stamper(claim.stamp.certificate, others, trust, when),
        lambda found: {"name": found.service.name},
    )
    issuer = checks.judge(
        "certificate_path",
        lambda: certificates.trusted_issuer(claim.certificate, others, trust, when),
        lambda found: {"name": found.service.name},
    )
    if issuer is not None:
        checks.judge("qualified", lambda: certificates.check_qualified(claim.certificate, issuer, at))
        checks.judge("personal", lambda: certificates.check_personal(claim.certificate, issuer, at))
        _judge_revocation(claim, issuer, trust, checks)
    used = {one.trusted_list.territory: one.trusted_list for one in (stamper, issuer) if one}
    checks.judge("lists_fresh", lambda: _fresh(used.values() or trust.lists, now))


def _judge_revocation(
    claim: Claim, issuer: certificates.Trusted, trust: TrustProfile, checks: Checks
) -> None:
    at = claim.stamp.at
    own = x509.load_der_x509_certificate(claim.certificate)

    def answered() -> datetime:
        said = revocation.answer_about(own, claim.answers, issuer, trust, at)
        if said is None:
            raise Finding("no_answer", INDETERMINATE if trust.revocation_required else NOTED)
        return said

    said = checks.judge("revocation", answered, lambda when: {"at": _shown(when)})
    if said is not None and said - at > revocation.SOON:
        checks.note("revocation", "ocsp_late", at=_shown(said))


def _not_in_future(at: datetime, now: datetime) -> None:
    if at > now:
        raise Finding("stamp_in_future", at=_shown(at))


def _fresh(lists: Iterable[TrustedList], now: datetime) -> None:
    """Leave open whatever rests on a list that has ended: nobody says what became of its services since."""
    for one in lists:
        if not one.fresh_at(now):
            raise Finding("list_expired", INDETERMINATE, **one.told())


def _told(stamp: Stamp) -> dict[str, object]:
    return {"at": _shown(stamp.at)}


def _shown(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M:%S} UTC"
