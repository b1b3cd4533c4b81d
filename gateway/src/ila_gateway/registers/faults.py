"""Why a register gave no answer that can be used."""

TIMEOUT = "timeout"
DOWN = "down"
GARBAGE = "garbage"
WRONG_ANSWER = "wrong-answer"
BREAKER_OPEN = "breaker-open"


class RegisterFault(Exception):
    """A register gave no answer that can be used; `kind` says why, and nothing of what it said."""

    def __init__(self, kind: str):
        super().__init__(kind)
        self.kind = kind
