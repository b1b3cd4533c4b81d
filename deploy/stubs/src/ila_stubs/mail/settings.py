"""Settings of the stand-in mail server."""

from dataclasses import dataclass

from ila_kit.settings import setting

from ila_stubs.settings import StubSettings


@dataclass(frozen=True, kw_only=True)
class Settings(StubSettings):
    """What the mail server reads from its environment."""

    smtp_port: int = setting("Port to take letters on; PORT shows them.")
