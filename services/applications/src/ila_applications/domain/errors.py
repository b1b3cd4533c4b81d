"""Why applications refuses."""

from ila_kit.errors import Conflict, Refusal


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


class ProgrammeChanged(Conflict):
    """The programme is not the version the person saw and confirmed."""

    code = "programme-changed"
