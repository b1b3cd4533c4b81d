"""Everything applications reads from its environment."""

from dataclasses import dataclass

from ila_kit.files.settings import FileSettings
from ila_kit.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings(FileSettings):
    """Settings of applications beside those that every service has."""

    eligibility_seconds: float = setting("Seconds between two looks for submitted applications.", default=0.5)
    recheck_seconds: float = setting("Seconds between two looks for provisional decisions.", default=5.0)
    inbox_threads: int = setting("Threads that work off received events.", default=1)

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        pauses = {"ELIGIBILITY_SECONDS": self.eligibility_seconds, "RECHECK_SECONDS": self.recheck_seconds}
        return super().faults() + [
            f"{name} is not above zero" for name, value in pauses.items() if value <= 0
        ]
