"""Why groups, sessions and results are refused."""

from ila_kit.errors import Conflict, Refusal


class GroupTooSmall(Conflict):
    """The group has fewer members than the call asks for."""

    code = "group-too-small"


class GroupEmpty(Conflict):
    """Nobody is in the group: there is nobody to teach."""

    code = "group-empty"


class GroupNotDue(Conflict):
    """The first day of the group has not come."""

    code = "group-not-due"


class GroupFull(Conflict):
    """The group has no free place."""

    code = "group-full"


class GroupBegun(Conflict):
    """The group has begun: its first day and its maximum stay as they are."""

    code = "group-begun"


class NoTrainer(Conflict):
    """Nobody is named who teaches the group."""

    code = "no-trainer"


class HoursLacking(Conflict):
    """The sessions that are over do not cover the hours of the programme."""

    code = "hours-lacking"


class MaximumTooLow(Refusal):
    """The maximum is below the minimum of the call, or below the members there are."""

    code = "maximum-too-low"


class WrongGroupDates(Refusal):
    """The last day comes before the first, or is over, or leaves sessions outside."""

    code = "wrong-group-dates"


class UnknownGroup(Refusal):
    """There is no such group of this programme to move somebody to."""

    code = "unknown-group"


class NotAMember(Refusal):
    """Somebody named here does not learn in this group."""

    code = "not-a-member"


class UnknownPart(Refusal):
    """The programme has no such part."""

    code = "unknown-part"


class PartHoursExceeded(Conflict):
    """The sessions of a part would have more learning hours than the part."""

    code = "part-hours-exceeded"


class SessionTooShort(Refusal):
    """A session lasts less than its learning hours."""

    code = "session-too-short"


class SessionOutsideGroup(Refusal):
    """A session does not lie within the days of its group."""

    code = "session-outside-group"


class SessionNotBegun(Conflict):
    """The session has not begun."""

    code = "session-not-begun"


class SessionInUse(Conflict):
    """Somebody's presence in the session is noted already."""

    code = "session-in-use"


class ConfirmationClosed(Conflict):
    """The time in which presence in a session is confirmed is over."""

    code = "confirmation-closed"


class WrongCode(Refusal):
    """That is not the code of this session, or not any more."""

    code = "wrong-session-code"


class CodeExpired(Conflict):
    """The code was right, and its time is over."""

    code = "session-code-expired"


class OverlappingConfirmation(Conflict):
    """The person confirmed to be in another session at that time."""

    code = "overlapping-confirmation"


class ResultsIncomplete(Refusal):
    """Not every member of the group has a result."""

    code = "results-incomplete"


class UntoldTest(Refusal):
    """The call asks for a final test, and its outcome is not told."""

    code = "test-not-told"
