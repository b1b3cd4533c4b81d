"""Verification of e-signatures, as registrations ask for it; its libraries are loaded at the first file."""

import hashlib
import logging
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ila_identity.domain.attestations import Check, Signature, Signer, Verification

if TYPE_CHECKING:
    from ila_identity.signatures import report
    from ila_identity.signatures.trust import TrustProfile

log = logging.getLogger(__name__)
_MOST_SHOWN = 200
_MARK = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFiles:
    """Files of trusted lists (XML), and of the certificates (PEM) by which they may be signed; beside these
    the list of lists (XML), which names certificates too, and the SHA-256 (hex) of who may sign that one.

    In the profile `production` a file must say that its certificate was not revoked, else a person decides.
    """

    profile: str
    lists: tuple[Path, ...] = ()
    signers: tuple[Path, ...] = ()
    list_of_lists: Path | None = None
    list_of_lists_pins: frozenset[str] = frozenset()

    def mark(self) -> _MARK:
        """Return what changes when somebody puts another list in the place of one."""
        top = [self.list_of_lists] if self.list_of_lists else []
        found = [(one, one.stat()) for one in (*self.lists, *self.signers, *top) if one.is_file()]
        return tuple((str(one), stat.st_mtime_ns, stat.st_size) for one, stat in found)

    def read(self) -> "TrustProfile":
        """Return the lists; one that cannot be read, or is not what it should be, stays as an alarm."""
        from ila_identity.signatures.trust import load_profile  # large: not before a file is judged

        pins = frozenset(filter(None, map(_fingerprint, self.signers)))
        return load_profile(
            self.profile,
            [_content(one) for one in self.lists],
            pins,
            revocation_required=self.profile == "production",
            list_of_lists=_content(self.list_of_lists) if self.list_of_lists else None,
            list_of_lists_pins=self.list_of_lists_pins,
        )


class OfflineVerifier:
    """Judges one file at a time, so that large ones do not add up in memory. Lists are read again when
    their files change.
    """

    def __init__(self, files: TrustFiles) -> None:
        self._files, self._lock = files, Lock()
        self._read: tuple[_MARK, TrustProfile] | None = None

    def verify(self, content: bytes, now: datetime) -> Verification:
        """Return what holds of a signed file at an instant (UTC). It raises nothing."""
        from ila_identity.signatures.verifier import verify  # large: not before a file is judged

        with self._lock:
            found = verify(content, self._profile(), now)
        for alarm in found.alarms:
            log.error(
                "a trusted list does not count", extra={"alarm": alarm.reason, "list": dict(alarm.found)}
            )
        if any(check.reason == "second_disagrees" for check in found.not_passed()):
            # One of two programs is wrong, and it may be ours: for who keeps them, not for a clerk alone.
            log.error("two verifiers disagree on a signature")
        form = "PAdES" if content.startswith(b"%PDF-") else "XAdES"
        return Verification(
            verdict=found.outcome,
            checks=tuple(_checks(found)),
            signatures=tuple(_signature(one, form) for one in found.signatures),
        )

    def alarms(self, now: datetime) -> list[str]:
        """Return what is wrong with the trusted lists at an instant, a sentence each."""
        with self._lock:
            profile = self._profile()
        return [one.sentence("en") for one in profile.alarms_at(now)]

    def _profile(self) -> "TrustProfile":
        mark = self._files.mark()
        if self._read is None or self._read[0] != mark:
            self._read = (mark, self._files.read())
        return self._read[1]


def _content(file: Path) -> bytes:
    """Return what is in a file; nothing is refused as a broken list, which is an alarm."""
    return file.read_bytes() if file.is_file() else b""


def _fingerprint(certificate: Path) -> str | None:
    """Return the SHA-256 of a certificate; without one its list is refused, which is an alarm already."""
    try:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text("ascii"))).hexdigest()
    except (OSError, ValueError):
        return None


def _checks(found: "report.Report") -> Iterable[Check]:
    yield from (_check(one) for one in found.checks)
    for signature in found.signatures:
        yield from (_check(one, signature.name) for one in signature.checks)


def _check(one: "report.Check", signature: str | None = None) -> Check:
    return Check(
        name=one.code,
        verdict=one.outcome,
        reason=one.reason or None,
        sentence_lv=one.sentence("lv"),
        sentence_en=one.sentence("en"),
        signature=signature and _shown(signature),
    )


def _signature(one: "report.SignatureReport", form: str) -> Signature:
    return Signature(
        place=_shown(one.name),
        verdict=one.outcome,
        level=f"{form}-{one.level}",
        signer=_signer(one.signer) if one.signer else None,
        signed_at=one.signed_at,
        time_stamp_at=one.stamped_at,
    )


def _signer(one: "report.Signer") -> Signer:
    return Signer(
        name=_shown(one.name),
        identifier=_shown(one.identifier),
        country=_shown(one.country),
        issuer=_shown(one.issuer),
    )


def _shown(text: str) -> str:
    """Return words of a file as they can be kept and shown, whatever is in them."""
    clean = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return clean[:_MOST_SHOWN]
