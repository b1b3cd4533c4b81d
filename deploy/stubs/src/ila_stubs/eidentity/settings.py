"""Settings of the stand-in e-identity."""

from dataclasses import dataclass
from pathlib import Path

from ila_kit.settings import FromEnv, setting


@dataclass(frozen=True, kw_only=True)
class Settings(FromEnv):
    """What the provider reads from its environment."""

    ila_env: str = setting("Kind of installation; a stand-in starts in `development` alone.")
    host: str = setting("Address to listen on.", default="127.0.0.1")
    port: int = setting("Port to listen on.")
    issuer: str = setting("Public URL of this provider, as its clients know it.")
    personas_file: Path = setting("The people who can sign in (TOML).")
    clients_file: Path = setting("Registered clients: client_id, redirect_uris, jwks (JSON list).")
    signing_key_file: str = setting(
        "ES256 key (PEM) that signs id tokens; empty: a new one each start.", default=""
    )
    log_level: str = setting("Least severe level that is logged.", default="INFO")
    web_threads: int = setting("Threads that answer requests.", default=64)

    def faults(self) -> list[str]:
        """Refuse every installation but a development one: anybody may sign in here as anybody."""
        if self.ila_env == "development":
            return []
        return [f"ILA_ENV is {self.ila_env!r}: the stand-in e-identity runs in development alone."]
