"""Everything this service reads from its environment."""

import base64
from dataclasses import dataclass

from ila_kit.service_settings import ServiceSettings
from ila_kit.settings import setting
from stdnum import iban

DEVELOPMENT_KEY = base64.b64encode(b"development only, not a secret!!").decode()
# Invented: the bank does not exist.
DEVELOPMENT_IBAN = "LV78PARA0000000000001"


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What every service has, how events are worked off, and whose account pays."""

    inbox_threads: int = setting(
        "Events worked off side by side by one worker; with one, money is held in the order of receipt.",
        default=1,
    )
    support_seconds: float = setting(
        "Seconds between two looks for holds that the register of earlier support was not heard about.",
        default=0.5,
    )
    bank_account_key: str = setting(
        "Secret of 32 bytes in base64 that seals account numbers; production needs its own.",
        default=DEVELOPMENT_KEY,
        secret=True,
    )
    payer_name: str = setting(
        "Whose account payment runs are paid from.", default="Valsts izglītības attīstības aģentūra"
    )
    payer_iban: str = setting(
        "Account that payment runs are paid from; production needs its own.", default=DEVELOPMENT_IBAN
    )
    payer_bic: str = setting("Bank of that account.", default="PARALV22")

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        return super().faults() + self._key_faults() + self._payer_faults() + self._pause_faults()

    def _key_faults(self) -> list[str]:
        try:
            length = len(base64.b64decode(self.bank_account_key, validate=True))
        except ValueError:
            length = 0
        if length != 32:
            return ["BANK_ACCOUNT_KEY is not 32 bytes in base64"]
        known = self.production and self.bank_account_key == DEVELOPMENT_KEY
        return ["BANK_ACCOUNT_KEY is the one of development"] if known else []

    def _pause_faults(self) -> list[str]:
        return [] if self.support_seconds > 0 else ["SUPPORT_SECONDS is not above zero"]

    def _payer_faults(self) -> list[str]:
        if not iban.is_valid(self.payer_iban):
            return ["PAYER_IBAN is no account number"]
        invented = self.production and self.payer_iban == DEVELOPMENT_IBAN
        return ["PAYER_IBAN is the invented one of development"] if invented else []
