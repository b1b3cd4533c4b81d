"""The verification of a signed file: every rule in its order, one report.

Source: BR-102.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from ila_identity.signatures import certificates, second_opinion, stamps, xades
from ila_identity.signatures.container import Container, read_container
from ila_identity.signatures.judging import Claim, judge_trust, told
from ila_identity.signatures.report import FAILED, Checks, Finding, Report, SignatureReport
from ila_identity.signatures.trust import TrustProfile
from ila_identity.signatures.xml import MOST_XML, Element, decoded

_MOST_SIGNATURES = 20
_ANSWERS = f"{xades.XADES}RevocationValues/{xades.XADES}OCSPValues/{xades.XADES}EncapsulatedOCSPValue"


def verify(content: bytes, trust: TrustProfile, now: datetime) -> Report:
    """Return what holds of a signed file (its bytes) at an instant (UTC). It raises nothing."""
    checks = Checks()
    judge = _judged_pdf if content.startswith(b"%PDF-") else _judged_container
    signatures = judge(content, trust, now, checks)
    return Report(checks.made(), signatures, trust.alarms_at(now))


def _judged_container(
    content: bytes, trust: TrustProfile, now: datetime, checks: Checks
) -> tuple[SignatureReport, ...]:
    container = read_container(content, checks)
    if container is None:
        return ()
    return tuple(_judged(*found, container, trust, now) for found in _signatures(container, checks))


def _judged_pdf(
    content: bytes, trust: TrustProfile, now: datetime, checks: Checks
) -> tuple[SignatureReport, ...]:
    from ila_identity.signatures import pdf  # large, and most files are containers

    return pdf.judged(content, trust, now, checks)


def _signatures(container: Container, checks: Checks) -> list[tuple[str, Element]]:
    """Return every signature of a container with its place; one unreadable file of them spoils all."""
    found = checks.judge("signatures", lambda: _all_of(container), lambda read: {"count": len(read)})
    return found or []


def _all_of(container: Container) -> list[tuple[str, Element]]:
    # Together, not each: what XML becomes in memory is many times its size.
    if sum(map(len, container.signatures.values())) > MOST_XML:
        raise Finding("xml_too_large")
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
    _judge_itself(signature, container, checks)
    own = signature.certificate.public_bytes(Encoding.DER)
    signer = checks.judge("signer", lambda: certificates.signer_of(own))
    stamp = checks.judge("time_stamp", lambda: stamps.stamp_of(signature), told)
    if stamp is not None:
        answers = checks.judge("answers_readable", lambda: _answers(signature.unsigned))
        judge_trust(Claim(own, signature.others, answers or (), stamp), trust, now, checks)
        _judge_once_more(signature, container.data, stamp.at, checks)
    stated = xades.signing_time(signature)
    return SignatureReport(name, checks.made(), signer, stamp.at if stamp else None, stated)


def _judge_itself(signature: xades.Signature, container: Container, checks: Checks) -> None:
    """Judge what a signature covers, its value, and the certificate it names."""
    checks.judge("properties_covered", lambda: xades.check_properties_covered(signature))
    checks.judge(
        "files_covered",
        lambda: xades.check_files_covered(signature, container.data),
        lambda count: {"count": count},
    )
    checks.judge("media_types", lambda: xades.check_media_types(signature, container.media_types))
    checks.judge("signature_value", lambda: xades.check_value(signature), lambda used: {"algorithm": used})
    checks.judge("certificate_named", lambda: xades.check_certificate_named(signature))


def _judge_once_more(
    signature: xades.Signature, data: Mapping[str, bytes], at: datetime, checks: Checks
) -> None:
    """Have a signature in which nothing failed confirmed by another verifier; one that failed stays so."""
    if any(check.outcome == FAILED for check in checks.made()):
        return
    checks.judge(
        "second_opinion",
        lambda: second_opinion.confirm(signature, data, at),
        lambda count: {"count": count},
    )


def _answers(unsigned: Element | None) -> tuple[bytes, ...]:
    found: Iterable[Element] = () if unsigned is None else unsigned.findall(_ANSWERS)
    return tuple(decoded(one) for one in found)
