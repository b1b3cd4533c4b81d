"""The register of earlier support, asked about each hold: what it says before money moves.

Source: BR-713 (a register that is down holds, never passes).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ila_funding.domain.hold import CLEAR, FOUND, PENDING, Hold
from ila_funding.domain.support import STUDIES, VOCATIONAL, says_content
from ila_funding.domain.training import same_title


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCheck:
    """A live hold about which the register is to be asked; an answer from before `since` does not count."""

    hold_id: UUID
    application_id: UUID
    person_id: UUID
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSupport:
    """What another source paid, as the register tells it."""

    reference: str
    source: str
    family: str
    title: str
    supported_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportAnswer:
    """What the register told of a person: every support, none when there was none."""

    person_id: UUID
    answer_id: UUID
    observed_at: datetime
    supports: Sequence[OtherSupport] = ()


def answers_for(hold: Hold, answer: SupportAnswer) -> bool:
    """Tell whether an answer decides a hold: it is open, live, this person's, and older than the answer."""
    mine = hold.person_id == answer.person_id and answer.observed_at >= hold.created_at
    return mine and hold.live and hold.support_check == PENDING


def same_support(content_keys: Iterable[str], supports: Iterable[OtherSupport]) -> OtherSupport | None:
    """Return a support that paid one of these contents, or None.

    Where the register names a family that is none of ours, the title alone decides: what cannot be told
    apart is taken for the same. A title that says no content is compared with nothing, as in `content_keys`.

    Source: BR-713.
    """
    keys = set(content_keys)
    titles = {key.partition(":")[2] for key in keys}
    for one in supports:
        title = same_title(one.title)
        known = one.family in (STUDIES, VOCATIONAL)
        if says_content(one.title) and (f"{one.family}:{title}" in keys if known else title in titles):
            return one
    return None


def checked(hold: Hold, answer: SupportAnswer, found: OtherSupport | None, now: datetime) -> Hold:
    """Return a hold with what the register said about it."""
    return replace(
        hold,
        support_check=FOUND if found else CLEAR,
        support_answer_id=answer.answer_id,
        support_checked_at=answer.observed_at,
        earlier_support=f"{found.source}: {found.reference}" if found else None,
        version=hold.version + 1,
        updated_at=now,
    )


def told_now(hold: Hold, now: datetime) -> Hold:
    """Return a hold that others are told of now: its days begin, for nobody could use them before."""
    return replace(hold, told_at=now, expires_at=now + (hold.expires_at - hold.created_at))
