"""Why applications refuses."""

from ila_kit.errors import Conflict, Denied, Refusal


class UnknownProgramme(Refusal):
    """No such programme is published."""

    code = "unknown-programme"


class AlreadyApplied(Conflict):
    """The person has an application for this programme that is not over."""

    code = "already-applied"


class ApplicationsNotOpenYet(Conflict):
    """The call does not take applications yet."""

    code = "applications-not-open-yet"


class ApplicationsClosed(Conflict):
    """The call takes no more applications."""

    code = "applications-closed"


class NotPinnedYet(Conflict):
    """Entries to the draw of the call can still be made."""

    code = "not-pinned-yet"


class NoPublicValue(Conflict):
    """Nobody has entered the public value that is to be confirmed."""

    code = "no-public-value"


class EnteredByYou(Denied):
    """Whoever entered the public value does not confirm it."""

    code = "entered-by-you"


class PublicValueDiffers(Refusal):
    """The public value is not the one that somebody else entered."""

    code = "public-value-differs"


class NotDrawnYet(Conflict):
    """The lots of the call are still to be drawn."""

    code = "not-drawn-yet"


class NoDraw(Conflict):
    """The application takes part in no draw: it is a draft, or its places go by receipt."""

    code = "no-draw"


class EnrolmentsBarred(Conflict):
    """The institution lets nobody new in for now, by a sanction of the agency."""

    code = "enrolments-barred"


class ProgrammeChanged(Conflict):
    """The programme is not the version the person saw and confirmed."""

    code = "programme-changed"


class PlaceNoLongerOffered(Conflict):
    """The time to accept the place is over."""

    code = "place-no-longer-offered"


class PriceChanged(Conflict):
    """The price is not the one that is held for the person."""

    code = "price-changed"


class ContestTooLate(Conflict):
    """The time to contest the decision is over."""

    code = "contest-too-late"


class DecidedByYou(Denied):
    """Whoever decided does not decide about the contest of it."""

    code = "decided-by-you"


class OwnApplication(Denied):
    """Nobody decides about an application of their own."""

    code = "own-application"


class TooMuchEvidence(Refusal):
    """The application has as many files of evidence as it may have."""

    code = "too-much-evidence"
