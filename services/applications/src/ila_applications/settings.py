"""Everything applications reads from its environment."""

import base64
from dataclasses import dataclass

from ila_kit.files.settings import FileSettings
from ila_kit.settings import setting

DEVELOPMENT_KEY = base64.b64encode(b"development only, not a secret!!").decode()


@dataclass(frozen=True, kw_only=True)
class Settings(FileSettings):
    """Settings of applications beside those that every service has."""

    eligibility_seconds: float = setting("Seconds between two looks for submitted applications.", default=0.5)
    recheck_seconds: float = setting("Seconds between two looks for provisional decisions.", default=5.0)
    inbox_threads: int = setting("Threads that work off received events.", default=1)

    draw_key: str = setting(
        "Secret of 32 bytes in base64 that seals the seeds of draws; production needs its own.",
        default=DEVELOPMENT_KEY,
        secret=True,
    )

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        pauses = {"ELIGIBILITY_SECONDS": self.eligibility_seconds, "RECHECK_SECONDS": self.recheck_seconds}
        slow = [f"{name} is not above zero" for name, value in pauses.items() if value <= 0]
        return super().faults() + slow + self._key_faults()

    def _key_faults(self) -> list[str]:
        try:
            length = len(base64.b64decode(self.draw_key, validate=True))
        except ValueError:
            length = 0
        if length != 32:
            return ["DRAW_KEY is not 32 bytes in base64"]
        known = self.production and self.draw_key == DEVELOPMENT_KEY
        return ["DRAW_KEY is the one of development"] if known else []
