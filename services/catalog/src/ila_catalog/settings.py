"""Everything the catalogue reads from the environment; what a call decides is data in `parameters/`."""

from dataclasses import dataclass

from ila_kit.files.settings import FileSettings
from ila_kit.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings(FileSettings):
    """Settings of the catalogue beside those that every service has."""

    register_seconds: float = setting(
        "Seconds between two looks for what registers are to be asked.", default=0.5
    )

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        bad = self.register_seconds <= 0
        return super().faults() + (["REGISTER_SECONDS is not above zero"] if bad else [])
