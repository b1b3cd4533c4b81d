"""Everything applications reads from its environment."""

import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

from ila_kit.files.settings import FileSettings
from ila_kit.settings import setting

from ila_applications.clients.smtp import SCHEMES

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

    smtp_url: str = setting(
        "Mail server for letters: smtp, smtp+starttls or smtps://name:password@host:port; without, none go.",
        default="",
        secret=True,
    )
    smtp_sender: str = setting("Address that letters come from.", default="")
    public_url: str = setting("Address by which people know the platform; letters name it.", default="")

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        pauses = {"ELIGIBILITY_SECONDS": self.eligibility_seconds, "RECHECK_SECONDS": self.recheck_seconds}
        slow = [f"{name} is not above zero" for name, value in pauses.items() if value <= 0]
        return super().faults() + slow + self._key_faults() + self._post_faults()

    def _key_faults(self) -> list[str]:
        try:
            length = len(base64.b64decode(self.draw_key, validate=True))
        except ValueError:
            length = 0
        if length != 32:
            return ["DRAW_KEY is not 32 bytes in base64"]
        known = self.production and self.draw_key == DEVELOPMENT_KEY
        return ["DRAW_KEY is the one of development"] if known else []

    def _post_faults(self) -> list[str]:
        if not self.smtp_url:
            return []
        scheme_faults = (
            [] if urlsplit(self.smtp_url).scheme in SCHEMES else ["SMTP_URL is none of a mail server"]
        )
        needed = {"SMTP_SENDER": self.smtp_sender, "PUBLIC_URL": self.public_url}
        return scheme_faults + [
            f"{name} is needed to send letters" for name, value in needed.items() if not value
        ]
