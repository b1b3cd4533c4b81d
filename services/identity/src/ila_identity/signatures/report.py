"""What a verification found: one check per rule, each with a stable code and a sentence for a clerk.

Source: BR-102 (`failed` can never be approved, `indeterminate` only by hand, `passed` by one person).
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TypeVar

PASSED, NOTED, INDETERMINATE, FAILED = "passed", "noted", "indeterminate", "failed"
_WORST_FIRST = (FAILED, INDETERMINATE, PASSED)
_SHOWN = 120
T = TypeVar("T")


class Finding(Exception):
    """A check that did not pass: the stable reason, what that means, and what was found (words by name)."""

    def __init__(self, reason: str, outcome: str = FAILED, **found: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome
        self.found = {name: str(value) for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that was checked. `noted` informs and stops nothing; `reason` is empty when it passed."""

    code: str
    outcome: str
    reason: str = ""
    found: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Return what was checked and what was found, in `lv` or `en`."""
        texts = _texts()
        said = texts["reasons"][self.reason] if self.reason else texts["passed"][self.code]
        return f"{texts['checks'][self.code][language]}: {self._filled(said[language])}"

    def _filled(self, text: str) -> str:
        """Return a text with what was found in it; control characters of a file's names are not shown."""
        for name, value in self.found.items():
            shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in value)
            text = text.replace(f"{{{name}}}", shown[:_SHOWN])
        return text


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, as the certificate says. Its `repr` hides the person, because a repr ends up in logs."""

    name: str = field(repr=False)
    identifier: str = field(repr=False)
    country: str
    issuer: str


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature: its place in the file, every check, who signed and when it was stamped.

    `signed_at` is the signer's own word, which nobody can check.
    """

    name: str
    checks: tuple[Check, ...]
    signer: Signer | None
    stamped_at: datetime | None
    signed_at: datetime | None = None

    @property
    def outcome(self) -> str:
        """`passed`, `indeterminate` or `failed`: the worst of its checks."""
        return worst(check.outcome for check in self.checks)

    @property
    def level(self) -> str:
        """What is in the file: `B`, `T` with a time stamp, `LT` with the issuer's word on revocation too."""
        good = {check.code for check in self.checks if check.outcome == PASSED}
        if "time_stamp" not in good:
            return "B"
        return "LT" if "revocation" in good else "T"


@dataclass(frozen=True, slots=True)
class Report:
    """The whole file: its own checks, each signature, and the alarms of the trust it was judged by."""

    checks: tuple[Check, ...]
    signatures: tuple[SignatureReport, ...]
    alarms: tuple[Check, ...] = ()

    @property
    def outcome(self) -> str:
        """`passed`, `indeterminate` or `failed`: a file is as good as its worst signature, never better."""
        if not self.signatures:
            return FAILED
        return worst([*(one.outcome for one in self.checks), *(one.outcome for one in self.signatures)])

    def not_passed(self) -> tuple[Check, ...]:
        """Return the checks that stand in the way, those of the file first."""
        every = [*self.checks, *(check for one in self.signatures for check in one.checks)]
        return tuple(check for check in every if check.outcome in (INDETERMINATE, FAILED))


class Checks:
    """Collects checks. A rule that raises Finding is recorded with it, any other error as `unreadable`."""

    def __init__(self) -> None:
        self._made: list[Check] = []

    def judge(
        self, code: str, rule: Callable[[], T], tell: Callable[[T], Mapping[str, object]] | None = None
    ) -> T | None:
        """Return what a rule gives, or None if it did not pass; `tell` puts the result into words."""
        try:
            given = rule()
            found = tell(given) if tell else {}
        except Finding as finding:
            self._made.append(Check(code, finding.outcome, finding.reason, finding.found))
            return None
        except Exception:  # what libraries of hostile files raise has no end, and none of it is a pass
            self._made.append(Check(code, FAILED, "unreadable"))
            return None
        self._made.append(Check(code, PASSED, "", {name: str(value) for name, value in found.items()}))
        return given

    def note(self, code: str, reason: str, **found: object) -> None:
        """Record something that a clerk may want to know and that stops nothing."""
        self._made.append(Check(code, NOTED, reason, {name: str(value) for name, value in found.items()}))

    def made(self) -> tuple[Check, ...]:
        """Return the checks in the order they were made."""
        return tuple(self._made)


def worst(outcomes: Iterable[str]) -> str:
    """Return the worst of some outcomes; none at all is `failed`, because nothing was shown."""
    seen = set(outcomes)
    return next((outcome for outcome in _WORST_FIRST if outcome in seen), FAILED)


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(files(__package__).joinpath("texts.toml").read_text("utf-8"))
