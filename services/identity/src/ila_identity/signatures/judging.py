"""Who stands behind a signature that holds by itself: its stamp, its certificate, the lists they are on.

Source: BR-102.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from ila_identity.signatures import certificates, revocation
from ila_identity.signatures.report import INDETERMINATE, NOTED, Checks, Finding
from ila_identity.signatures.stamps import Stamp
from ila_identity.signatures.trust import TrustedList, TrustProfile


@dataclass(frozen=True, slots=True)
class Claim:
    """A signature that holds by itself: whose (DER), what came with it (DER), when it was stamped."""

    certificate: bytes
    others: tuple[bytes, ...]
    answers: tuple[bytes, ...]
    stamp: Stamp


def judge_trust(claim: Claim, trust: TrustProfile, now: datetime, checks: Checks) -> None:
    """Judge who stands behind a signature and its stamp, as of the stamp."""
    at = claim.stamp.at
    when = certificates.Moment(at, now)
    others = (*claim.others, *claim.stamp.others)
    checks.judge("stamp_moment", lambda: _not_in_future(at, now), lambda _: {"at": shown(at)})
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

    said = checks.judge("revocation", answered, lambda when: {"at": shown(when)})
    if said is not None and said - at > revocation.SOON:
        checks.note("revocation", "ocsp_late", at=shown(said))


def _not_in_future(at: datetime, now: datetime) -> None:
    if at > now:
        raise Finding("stamp_in_future", at=shown(at))


def _fresh(lists: Iterable[TrustedList], now: datetime) -> None:
    """Leave open whatever rests on a list that has ended: nobody says what became of its services since."""
    for one in lists:
        doubt = one.doubt_at(now)
        if doubt:
            raise doubt


def told(stamp: Stamp) -> dict[str, object]:
    """Return what a sentence about a stamp names."""
    return {"at": shown(stamp.at)}


def shown(moment: datetime) -> str:
    """Return an instant as a clerk reads it."""
    return f"{moment:%d.%m.%Y %H:%M:%S} UTC"
