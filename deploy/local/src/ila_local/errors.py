"""What stops a command with a sentence instead of a trace."""


class CannotRun(Exception):
    """The command cannot go on; the text tells the person why, and what helps."""
