"""The faults of the registers: each question has its own, and misbehaves until told otherwise."""

from typing import Any

from flask import Response

from ila_stubs.faults import DEFAULT_SECONDS, read_order, spoiled_answer

QUESTIONS = (
    "population",
    "viis_institutions",
    "viis_addresses",
    "programme_licences",
    "legal_persons",
    "earlier_support",
)


class Faults:
    """What each question is ordered to do, changed over HTTP while requests run."""

    def __init__(self) -> None:
        self._ordered: dict[str, tuple[str, float]] = dict.fromkeys(QUESTIONS, ("none", DEFAULT_SECONDS))

    def order(self, body: object) -> None:
        """Change what the named registers do, and leave the others. Raises BadFault."""
        mode, seconds, registers = read_order(body, "registers", QUESTIONS)
        self._ordered |= dict.fromkeys(registers, (mode, seconds))

    def as_data(self) -> dict[str, Any]:
        """Return what is ordered, by register."""
        return {name: {"mode": mode, "seconds": seconds} for name, (mode, seconds) in self._ordered.items()}

    def wrong_at(self, question: str) -> bool:
        """Tell whether this register now speaks of somebody, or something, else."""
        return self._ordered[question][0] == "wrong_person"

    def spoiled_answer(self, question: str) -> Response | None:
        """Return the broken answer that replaces the real one; None to go on (late, when slow)."""
        return spoiled_answer(*self._ordered[question])
