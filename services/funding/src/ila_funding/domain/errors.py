"""The refusals of this service; their texts stand in `texts/problems.toml` under the code."""

from ila_kit.errors import Conflict, Refusal


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
