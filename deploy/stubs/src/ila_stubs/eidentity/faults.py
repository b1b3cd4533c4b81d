"""The fault of the provider: one at a time, at the endpoints it names."""

from dataclasses import asdict, dataclass

from flask import Response

from ila_stubs.faults import DEFAULT_SECONDS, read_order, spoiled_answer

ENDPOINTS = ("discovery", "jwks", "authorize", "token", "userinfo", "end_session")


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave, and the endpoints that do."""

    mode: str = "none"
    seconds: float = DEFAULT_SECONDS
    endpoints: tuple[str, ...] = ENDPOINTS

    @classmethod
    def read(cls, body: object) -> "Fault":
        """Return the ordered fault. Raises BadFault for anything that is not one."""
        return cls(*read_order(body, "endpoints", ENDPOINTS))

    def as_data(self) -> dict[str, object]:
        """Return the fault as it is shown over HTTP."""
        return asdict(self)


class Faults:
    """The fault in force, changed over HTTP while requests run."""

    def __init__(self) -> None:
        self.current = Fault()

    def wrong_person_at(self, endpoint: str) -> bool:
        """Tell whether this endpoint now speaks of somebody else."""
        return self.current.mode == "wrong_person" and endpoint in self.current.endpoints

    def spoiled_answer(self, endpoint: str | None) -> Response | None:
        """Return the broken answer that replaces the real one; None to go on (late, when slow)."""
        fault = self.current
        return spoiled_answer(fault.mode, fault.seconds) if endpoint in fault.endpoints else None
