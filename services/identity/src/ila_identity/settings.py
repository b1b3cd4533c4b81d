"""Everything identity reads from its environment."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from ila_kit.files.settings import FileSettings
from ila_kit.settings import setting

DEVELOPMENT_KEY = base64.b64encode(b"development only, not a secret!!").decode()
_SHA256 = re.compile("[0-9a-f]{64}")


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
    list_of_lists: str = setting(
        "File of the EU list of lists (XML): by whom the trusted list of a country may be signed too.",
        default="",
    )
    list_of_lists_pins: str = setting(
        "SHA-256 (hex) of the certificates by which the list of lists may be signed, separated by commas.",
        default="",
    )
    facts_seconds: float = setting(
        "Seconds between two looks for persons whose register facts are wanted.", default=0.5
    )
    institutions_seconds: float = setting(
        "Seconds between two looks for organisations that registers are to be asked about.", default=1.0
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

    def list_of_lists_file(self) -> Path | None:
        """Return the file of the list of lists, if there is one."""
        return Path(self.list_of_lists) if self.list_of_lists else None

    def pins_of_list_of_lists(self) -> frozenset[str]:
        """Return the SHA-256 (small hex digits, no colons) of who may sign the list of lists."""
        return frozenset(one.replace(":", "").lower() for one in _words(self.list_of_lists_pins))

    def _trust_faults(self) -> list[str]:
        found = []
        if self.trust_profile not in ("production", "test"):
            found.append("TRUST_PROFILE is neither production nor test")
        if self.production and self.trust_profile == "test":
            found.append("TRUST_PROFILE test is for development only")
        return [*found, *self._file_faults(), *self._list_faults()]

    def _file_faults(self) -> list[str]:
        named = {
            "TRUSTED_LISTS": self.list_files(),
            "TRUSTED_LIST_SIGNERS": self.list_signer_files(),
            "LIST_OF_LISTS": filter(None, [self.list_of_lists_file()]),
        }
        return [
            f"{name} names no file: {one}" for name, all in named.items() for one in all if not one.is_file()
        ]

    def _list_faults(self) -> list[str]:
        lists, signers, top = self.list_files(), self.list_signer_files(), self.list_of_lists
        pins = self.pins_of_list_of_lists()
        found = [
            f"LIST_OF_LISTS_PINS is not SHA-256 in hex: {one}" for one in pins if not _SHA256.fullmatch(one)
        ]
        if lists and not (signers or top):
            found.append("TRUSTED_LISTS needs TRUSTED_LIST_SIGNERS or LIST_OF_LISTS")
        if (signers or top) and not lists:
            found.append("TRUSTED_LIST_SIGNERS and LIST_OF_LISTS mean nothing without TRUSTED_LISTS")
        if bool(top) != bool(pins):
            found.append("LIST_OF_LISTS and LIST_OF_LISTS_PINS go together")
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
    return tuple(map(Path, _words(text)))


def _words(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
