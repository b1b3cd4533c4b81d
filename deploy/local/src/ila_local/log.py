"""The suite's output: each line behind the role it comes from."""

import contextlib
from typing import TextIO

_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94, 31)
RUNNER = "runner"


class PrefixedLog:
    """Writes lines behind their role, in colours on a terminal; a reader who went away stops nothing."""

    def __init__(self, stream: TextIO, width: int = 20):
        self._stream = stream
        self._width = width
        self._coloured = stream.isatty()
        self._known: dict[str, int] = {}

    def __call__(self, role: str, line: str) -> None:
        """Write one line of a role."""
        self._write(f"{self._prefix(role)} {line}")

    def announce(self, line: str) -> None:
        """Write a line that stands alone."""
        self._write(line)

    def _write(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def _prefix(self, role: str) -> str:
        name = f"{role:<{self._width}}│"
        if not self._coloured:
            return name
        colour = self._known.setdefault(role, _COLOURS[len(self._known) % len(_COLOURS)])
        return f"\x1b[{colour}m{name}\x1b[0m"
