"""The refusals of this service; their texts stand in `texts/problems.toml` under the code."""

from ila_kit.errors import Conflict, Denied, Refusal


class NoMethodology(Refusal):
    """No methodology was valid on that date."""

    code = "no-methodology"


class WrongNumberOfParts(Refusal):
    """The kind of training takes another number of parts."""

    code = "wrong-number-of-parts"


class HoursOutOfRange(Refusal):
    """Learning hours are whole numbers within bounds."""

    code = "hours-out-of-range"


class UnknownContinuingProgramme(Refusal):
    """The methodology names no unit cost for that continuing programme."""

    code = "unknown-continuing-programme"


class CeilingNotApplicable(Refusal):
    """Only a set of modules belongs to a continuing programme."""

    code = "ceiling-not-applicable"


class UnknownCall(Refusal):
    """No published call has that id."""

    code = "unknown-call"


class LimitBelowUse(Conflict):
    """The new limit of a budget line is below what is already promised from it."""

    code = "limit-below-use"


class NothingToClaim(Refusal):
    """No verified result of the organisation waits to be claimed."""

    code = "nothing-to-claim"


class SamePerson(Denied):
    """Somebody took an earlier step with the same thing; whichever role they hold now."""

    code = "same-person"


class ChecksFailed(Refusal):
    """Some of the named checks do not pass."""

    code = "checks-failed"


class UnknownLine(Refusal):
    """The claim has no such line."""

    code = "unknown-line"


class NothingLeft(Refusal):
    """A reduction that leaves nothing is a refusal."""

    code = "nothing-left"


class NotPayable(Conflict):
    """The claim is not approved, or is in another payment run."""

    code = "claim-not-payable"


class ApproverMayNotRelease(Denied):
    """Nobody who approved a provider releases its first payment."""

    code = "approver-may-not-release"


class SettlementDayOutOfRange(Refusal):
    """The bank cannot have carried the run out on that day."""

    code = "settlement-day-out-of-range"
