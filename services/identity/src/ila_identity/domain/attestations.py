"""The signed file of a registration: what its verification found, who signed, and by what right.

Source: BR-102.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ila_kit.registers import RegisterAnswer

from ila_identity.domain.errors import MalformedPersonalCode
from ila_identity.domain.personal_codes import PersonalCode

PASSED, NOTED, INDETERMINATE, FAILED = "passed", "noted", "indeterminate", "failed"
APPROVALS_NEEDED = {PASSED: 1, INDETERMINATE: 2}
# By what right somebody signed; `open` waits for the register, `unproven` can be mended by an authorisation.
NAMED, REPRESENTATIVE, AUTHORISED = "named", "representative", "authorised"
WAITING, UNPROVEN = "open", "unproven"
RIGHTS = (NAMED, REPRESENTATIVE, AUTHORISED, WAITING, UNPROVEN)
ENTITLED = frozenset({NAMED, REPRESENTATIVE, AUTHORISED})
_LATVIAN = "PNOLV-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Whom a certificate names. `identifier` as it is written there (`PNOLV-…`); the `repr` hides both."""

    name: str = field(repr=False)
    identifier: str = field(repr=False)
    country: str
    issuer: str

    @property
    def personal_code(self) -> PersonalCode | None:
        """The Latvian personal code that the certificate states."""
        try:
            return PersonalCode.parse(self.identifier.removeprefix(_LATVIAN))
        except MalformedPersonalCode:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature of the file. `signed_at` is the signer's own word, `time_stamp_at` that of the stamp.

    `level`: `XAdES-T` with a time stamp, `-LT` with the issuer's word on revocation as well, else `-B`.
    """

    place: str
    verdict: str
    level: str
    signer: Signer | None
    signed_at: datetime | None
    time_stamp_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at, in words. `signature` is the place of the one it is about."""

    name: str
    verdict: str
    reason: str | None
    sentence_lv: str
    sentence_en: str
    signature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What the verification of a file found, as of the instant it arrived."""

    verdict: str
    checks: tuple[Check, ...]
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """The signed file, as it was received, and what was found in it; nothing on those never verified."""

    id: UUID
    name: str
    media_type: str
    sha256: str
    verdict: str
    received_at: datetime
    checks: tuple[Check, ...] = ()
    signatures: tuple[Signature, ...] = ()

    @property
    def first(self) -> Signature | None:
        """The signature that stands for the file where one alone is shown."""
        return next(iter(self.signatures), None)

    @property
    def signers(self) -> list[Signer]:
        """Who signed."""
        return [one.signer for one in self.signatures if one.signer]

    @property
    def approvals_needed(self) -> int:
        """How many different approvers it takes: two where the signature could not be verified."""
        return APPROVALS_NEEDED.get(self.verdict, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """A file by which somebody may sign for the institution, and who found by hand that it says so."""

    id: UUID
    name: str
    media_type: str
    sha256: str
    received_at: datetime
    checked_by: UUID | None = None
    checked_at: datetime | None = None
    reason: str | None = None

    def checked(self, by: UUID, reason: str, now: datetime) -> "Authorisation":
        """Return it with the word of who looked at it."""
        return replace(self, checked_by=by, checked_at=now, reason=reason)


def right_of(
    attestation: Attestation,
    administrator: PersonalCode,
    legal_person: RegisterAnswer | None,
    authorisation: Authorisation | None,
) -> str:
    """Return by what right the file was signed: that of the named person, of a representative by register,
    or of an authorisation checked by hand; else what is missing.

    Source: BR-102.
    """
    codes = {one.personal_code for one in attestation.signers} - {None}
    if administrator in codes:
        return NAMED
    if _represented(legal_person, {code.digits for code in codes if code}):
        return REPRESENTATIVE
    if authorisation and authorisation.checked_by:
        return AUTHORISED
    return WAITING if legal_person is None else UNPROVEN


def _represented(legal_person: RegisterAnswer | None, codes: set[str]) -> bool:
    """Tell whether those who signed may sign for a legal person: alone, or as many as it takes together."""
    told: dict[str, Any] = (legal_person and legal_person.answer) or {}
    signing = [one for one in told.get("representatives") or [] if _digits(one) in codes]
    # Who stands in the register twice is still one person.
    people = len({_digits(one) for one in signing})
    return any(_enough(one.get("signatures_needed"), people) for one in signing)


def _enough(needed: Any, people: int) -> bool:
    return type(needed) is int and 1 <= needed <= people


def _digits(representative: dict[str, Any]) -> str:
    return str(representative.get("personal_code", "")).replace("-", "")
