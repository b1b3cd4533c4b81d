"""Everything identity reads from its environment."""

import base64
from dataclasses import dataclass
from pathlib import Path

from ila_kit.files.settings import FileSettings
from ila_kit.settings import setting

DEVELOPMENT_KEY = base64.b64encode(b"development only, not a secret!!").decode()


@dataclass(frozen=True, kw_only=True)
class Settings(FileSettings):
    """Settings of identity beside those that every service has."""

    personal_data_key: str = setting(
        "Secret of 32 bytes in base64 that seals personal codes; production needs its own.",
        default=DEVELOPMENT_KEY,
        secret=True,
    )
    personas_file: str = setting(
        "TOML file of personas whose roles and organisations development seeds; refused in production.",
        default="",
    )

    trust_profile: str = setting(
        "Whose e-signatures count: `production`, or `test` (test authorities; refused in production).",
        default="production",
    )
    trusted_lists: str = setting("Files of EU trusted lists (XML), separated by commas.", default="")
    trusted_list_signers: str = setting(
        "Files of the certificates (PEM) by which those lists may be signed, separated by commas.", default=""
    )
    facts_seconds: float = setting(
        "Seconds between two looks for persons whose register facts are wanted.", default=0.5
    )
    institutions_seconds: float = setting(
        "Seconds between two looks for institutions that registers are to be asked about.", default=1.0
    )

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        own = self._key_faults() + self._persona_faults() + self._pause_faults()
        return super().faults() + own + self._trust_faults()

    def list_files(self) -> tuple[Path, ...]:
        """Return the files of trusted lists."""
        return _files(self.trusted_lists)

    def list_signer_files(self) -> tuple[Path, ...]:
        """Return the files of certificates by which trusted lists may be signed."""
        return _files(self.trusted_list_signers)

    def _trust_faults(self) -> list[str]:
        found = []
        if self.trust_profile not in ("production", "test"):
            found.append("TRUST_PROFILE is neither production nor test")
        if self.production and self.trust_profile == "test":
            found.append("TRUST_PROFILE test is for development only")
        named = {"TRUSTED_LISTS": self.list_files(), "TRUSTED_LIST_SIGNERS": self.list_signer_files()}
        found += [
            f"{name} names no file: {one}" for name, all in named.items() for one in all if not one.is_file()
        ]
        if bool(self.list_files()) != bool(self.list_signer_files()):
            found.append("TRUSTED_LISTS and TRUSTED_LIST_SIGNERS go together")
        return found

    def _pause_faults(self) -> list[str]:
        pauses = {"FACTS_SECONDS": self.facts_seconds, "INSTITUTIONS_SECONDS": self.institutions_seconds}
        return [f"{name} is not above zero" for name, pause in pauses.items() if pause <= 0]

    def _key_faults(self) -> list[str]:
        try:
            length = len(base64.b64decode(self.personal_data_key, validate=True))
        except ValueError:
            length = 0
        if length != 32:
            return ["PERSONAL_DATA_KEY is not 32 bytes in base64"]
        known = self.production and self.personal_data_key == DEVELOPMENT_KEY
        return ["PERSONAL_DATA_KEY is the one of development"] if known else []

    def _persona_faults(self) -> list[str]:
        if not self.personas_file:
            return []
        if self.production:
            return ["PERSONAS_FILE is for development only"]
        return [] if Path(self.personas_file).is_file() else ["PERSONAS_FILE names no file"]


def _files(text: str) -> tuple[Path, ...]:
    return tuple(Path(one.strip()) for one in text.split(",") if one.strip())
