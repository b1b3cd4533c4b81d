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
