"""What the catalogue refuses; texts stand in `texts/problems.toml` under each code."""

from ila_kit.errors import Conflict, Denied, Refusal


class CallNotPublished(Conflict):
    """A programme is published only for a call that is."""

    code = "call-not-published"


class EditionNotRaised(Conflict):
    """The content of a call was changed without a new edition number."""

    code = "edition-not-raised"


class DemonstrationLoaded(Conflict):
    """A database with demonstration data is no place for the true schedule."""

    code = "demonstration-loaded"


class FaultyData(Refusal):
    """Data of a call that cannot be loaded; `faults` names every fault and where it is."""

    code = "faulty-data"

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults=faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(self.faults)


class EvaluationNotOpen(Conflict):
    """The commission works while the evaluation phase of its call is open."""

    code = "evaluation-not-open"


class CommissionIncomplete(Refusal):
    """A commission has a chair and at least two other members."""

    code = "commission-incomplete"


class InterestAlreadyDeclared(Conflict):
    """A declaration stands; only a conflict that turns up later may follow it."""

    code = "interest-already-declared"


class TooFewDeclarations(Conflict):
    """Too few members have declared that they have no conflict with this institution."""

    code = "too-few-declarations"


class CriterionRepeated(Refusal):
    """A decision gives one reason for each criterion."""

    code = "criterion-repeated"


class NoApprovedOffers(Conflict):
    """An agreement covers approved offers, and this institution has none in the call."""

    code = "no-approved-offers"


class OffersUndecided(Conflict):
    """One agreement covers all approved offers, and some are not decided yet."""

    code = "offers-undecided"


class StandstillNotOver(Conflict):
    """The call lets some days pass between its decisions and its agreements."""

    code = "standstill-not-over"


class AgreementExists(Conflict):
    """An institution has one agreement in a call."""

    code = "agreement-exists"


class OtherDocument(Conflict):
    """A signature is bound to the document of the agreement, and this names another one."""

    code = "other-document"


class PreparerSigns(Denied):
    """Who prepared an agreement does not sign it for the agency."""

    code = "preparer-signs"


class NoAgreementInForce(Conflict):
    """A programme is published only under an agreement in force that covers it."""

    code = "no-agreement-in-force"


class CodeTaken(Conflict):
    """Another call has this code."""

    code = "code-taken"


class SchedulePending(Conflict):
    """A call has one open proposal for its schedule at a time."""

    code = "schedule-pending"


class OwnDraft(Denied):
    """A call brings money and decides who gets it: it takes two persons."""

    code = "own-draft"


class SameProposer(Denied):
    """A change of schedule takes two persons."""

    code = "same-proposer"


class PhaseIsOver(Conflict):
    """A phase that is over is not opened again."""

    code = "phase-is-over"


class ScheduleInThePast(Conflict):
    """No phase ends in the past, and none that has begun begins again."""

    code = "schedule-in-the-past"


class OffersNotOpenYet(Conflict):
    """Offers are taken from the beginning of their phase."""

    code = "offers-not-open-yet"


class OffersClosed(Conflict):
    """The deadline for offers is over; nothing moves afterwards."""

    code = "offers-closed"


class UnknownProvider(Conflict):
    """An own institution that the catalogue has not been told of yet."""

    code = "unknown-provider"


class ProviderIsSuspended(Conflict):
    """An institution that is suspended does not submit."""

    code = "provider-suspended"


class FieldsMissing(Refusal):
    """A programme is complete when nothing that is needed is left empty."""

    code = "fields-missing"


class KindNotTaken(Refusal):
    """The call does not take this kind of programme."""

    code = "kind-not-taken"


class WrongNumberOfParts(Refusal):
    """A module or course is one part, a set or study module at least two."""

    code = "wrong-number-of-parts"


class ContentExcluded(Refusal):
    """General secondary courses and lifelong-learning modules are not taken."""

    code = "content-excluded"


class LevelOutsideCall(Refusal):
    """A DigComp level lies outside those the call takes."""

    code = "level-outside-call"


class NeedNotApproved(Refusal):
    """The content matches no learning need that the council approved for this call."""

    code = "need-not-approved"


class NeedNotCovered(Refusal):
    """The programme does not teach the area and level that its learning need asks for."""

    code = "need-not-covered"


class TooLittleDigital(Refusal):
    """Digital content is below the least share of the call."""

    code = "too-little-digital"


class PlaceNotMatched(Conflict):
    """A place counts once the register of institutions has its address."""

    code = "place-not-matched"


class LicenceUnfit(Refusal):
    """The licence is not one that the call takes."""

    code = "licence-unfit"


class InstitutionUnfit(Refusal):
    """The institution is not one that the call takes."""

    code = "institution-unfit"


class RegisterChecksOpen(Conflict):
    """A register has not answered yet, and nothing is decided without it."""

    code = "register-checks-open"


class ProgrammeNotComplete(Conflict):
    """Only a complete programme is submitted."""

    code = "programme-not-complete"


class ProgrammeOffered(Conflict):
    """A programme has one offer; a withdrawn one is revised."""

    code = "programme-offered"


class AttachmentMissing(Refusal):
    """A file that every offer needs is not attached."""

    code = "attachment-missing"


class NotConfirmed(Refusal):
    """The institution has not confirmed what it says."""

    code = "not-confirmed"


class WrongFundingSource(Refusal):
    """The funding source is not that of the call."""

    code = "wrong-funding-source"


class QuotaExceeded(Conflict):
    """The institution has submitted as many offers of this kind as the call takes."""

    code = "quota-exceeded"
