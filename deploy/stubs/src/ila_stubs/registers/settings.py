"""Settings of the stand-in registers."""

from dataclasses import dataclass
from pathlib import Path

from ila_kit.settings import setting

from ila_stubs.settings import StubSettings

LEAST_SECRET = 16


@dataclass(frozen=True, kw_only=True)
class Settings(StubSettings):
    """What the registers read from their environment. Each has a credential of its own."""

    personas_file: Path = setting("The people of the population register (TOML), beside the citizens.")
    population_secret: str = setting("Credential for the population register.", secret=True)
    viis_secret: str = setting("Credential for the register of education institutions.", secret=True)
    licences_secret: str = setting("Credential for the register of programme licences.", secret=True)
    legal_persons_secret: str = setting("Credential for the register of legal persons.", secret=True)
    earlier_support_secret: str = setting("Credential for the register of earlier support.", secret=True)

    def credentials(self) -> dict[str, str]:
        """Return the credential of each register."""
        names = ("population", "viis", "licences", "legal_persons", "earlier_support")
        return {name: str(getattr(self, f"{name}_secret")) for name in names}

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        secrets = self.credentials()
        short = [
            f"{name.upper()}_SECRET is shorter than {LEAST_SECRET} characters"
            for name, secret in secrets.items()
            if len(secret) < LEAST_SECRET
        ]
        same = ["Two registers share a credential"] if len({*secrets.values()}) < len(secrets) else []
        return super().faults() + short + same
