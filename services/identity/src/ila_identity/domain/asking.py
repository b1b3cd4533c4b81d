"""How long a register that did not answer is left alone."""

from datetime import timedelta

_LONGEST = timedelta(seconds=20)


def pause(tries: int) -> timedelta:
    """Return the time until the next question after so many vain ones: longer each time, up to a limit.

    The limit is short: whoever waits for the answer is a person, and one batch is one question.
    """
    return min(_LONGEST, timedelta(seconds=2 ** min(tries, 5)))
