"""Settings of the stand-in e-identity."""

from dataclasses import dataclass
from pathlib import Path

from ila_kit.settings import setting

from ila_stubs.settings import StubSettings


@dataclass(frozen=True, kw_only=True)
class Settings(StubSettings):
    """What the provider reads from its environment."""

    issuer: str = setting("Public URL of this provider, as its clients know it.")
    personas_file: Path = setting("The people who can sign in (TOML).")
    clients_file: Path = setting("Registered clients: client_id, redirect_uris, jwks (JSON list).")
    signing_key_file: str = setting(
        "ES256 key (PEM) that signs id tokens; empty: a new one each start.", default=""
    )
