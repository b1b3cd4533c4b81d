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


class DoubleFunding(Refusal):
    """Money of the same person pays for the same content already."""

    code = "double-funding"


class SupportCheckOpen(Conflict):
    """The register of earlier support has not said that nobody else paid."""

    code = "support-check-open"


class UnknownKind(Refusal):
    """The methodology does not say how that kind of cost is calculated."""

    code = "unknown-kind"


class WrongPart(Refusal):
    """A part lacks what its kind is calculated from: hours, a cost, or the name of a thing."""

    code = "wrong-part"


class UnknownListedPrice(Refusal):
    """The price list has no such thing."""

    code = "unknown-listed-price"


class VersionTaken(Conflict):
    """Another methodology has that version already: decisions name versions."""

    code = "version-taken"


class AmbiguousMethodology(Refusal):
    """It would decide days that another version decides, without saying that it corrects that one."""

    code = "ambiguous-methodology"


class NothingToCorrect(Refusal):
    """It says that it corrects a version which does not decide its first day."""

    code = "nothing-to-correct"


class UnknownCall(Refusal):
    """No published call has that id."""

    code = "unknown-call"


class LimitBelowUse(Conflict):
    """The new limit of a budget line is below what is already promised from it."""

    code = "limit-below-use"


class NothingChanges(Refusal):
    """The proposed limit or rules are those that the budget line has."""

    code = "line-unchanged"


class LineExists(Conflict):
    """There is a budget line for that funding source, call and stratum."""

    code = "line-exists"


class ChangePending(Conflict):
    """Another change of the budget line waits for its approval."""

    code = "change-pending"


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


class EntitlementExhausted(Refusal):
    """What is left of a learner's entitlement in the call does not pay for the programme."""

    code = "entitlement-exhausted"


class EntitlementExpired(Refusal):
    """The learner's entitlement in the call is over."""

    code = "entitlement-expired"


class UnknownLearner(Refusal):
    """Nobody opened an account under that id."""

    code = "unknown-learner"


class UnknownProgramme(Refusal):
    """The call has no such programme, or nobody told of it yet."""

    code = "unknown-programme"


class TopUpDayOutOfRange(Refusal):
    """A top-up lasts at least until tomorrow, at most some years."""

    code = "top-up-day-out-of-range"


class NothingUnused(Conflict):
    """All of the top-up is used already."""

    code = "nothing-unused"


class PeriodNotNext(Conflict):
    """Months are closed in their order, once they are over."""

    code = "period-not-next"


class PeriodProposed(Conflict):
    """Somebody proposed to close that month already."""

    code = "period-proposed"


class LateChangeQueued(Conflict):
    """The settlement of that run is in the queue of late changes already."""

    code = "late-change-queued"


class SettlementDayOutOfRange(Refusal):
    """The bank cannot have carried the run out on that day."""

    code = "settlement-day-out-of-range"
