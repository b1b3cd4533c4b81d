"""What the catalogue refuses; texts stand in `texts/problems.toml` under each code."""

from ila_kit.errors import Conflict, Refusal


class CallNotPublished(Conflict):
    """A programme is published only for a call that is."""

    code = "call-not-published"


class EditionNotRaised(Conflict):
    """The content of a call was changed without a new edition number."""

    code = "edition-not-raised"


class DemonstrationLoaded(Conflict):
    """A database with demonstration data is no place for the true schedule."""

    code = "demonstration-loaded"


class FaultyData(Refusal):
    """Data of a call that cannot be loaded; `faults` names every fault and where it is."""

    code = "faulty-data"

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults=faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(self.faults)
