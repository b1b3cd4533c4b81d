"""What the catalogue refuses around a call: papers, needs, questions, documents, offers from outside."""

from ila_kit.errors import Conflict, Denied, Refusal


class FileKindNotTaken(Refusal):
    """The call has no paper of this kind for an offer or a programme."""

    code = "file-kind-not-taken"


class CallStillRuns(Conflict):
    """A call is closed when nothing of it runs any more."""

    code = "call-still-runs"


class NeedInUse(Conflict):
    """A learning need that programmes were completed for is not taken away."""

    code = "need-in-use"


class ProposerApproves(Denied):
    """Somebody else than who proposed a learning need approves it."""

    code = "proposer-approves"


class DocumentDatedLater(Refusal):
    """A document is dated today or earlier."""

    code = "document-dated-later"


class QuestionsClosed(Conflict):
    """Questions about a call are taken until its offers close, or some days before."""

    code = "questions-closed"


class TooManyQuestions(Conflict):
    """Somebody has as many questions without an answer as one may have."""

    code = "too-many-questions"


class CorrectionUnexplained(Refusal):
    """An answer that corrects one that was given says why."""

    code = "correction-unexplained"


class ReturnNotRecorded(Refusal):
    """What came by post or in person is returned unopened: when, and by whom."""

    code = "return-not-recorded"


class NothingToReturn(Refusal):
    """What came electronically is not returned."""

    code = "nothing-to-return"


class TimesOutOfOrder(Refusal):
    """Nothing is returned before it was received, and nothing happens later than now."""

    code = "times-out-of-order"
