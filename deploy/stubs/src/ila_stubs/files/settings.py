"""Settings of the stand-ins around files."""

from dataclasses import dataclass

from ila_kit.settings import setting

from ila_stubs.settings import StubSettings


@dataclass(frozen=True, kw_only=True)
class Settings(StubSettings):
    """What the stand-ins read from their environment; `port` is that of the store."""

    clamd_port: int = setting("Port on which the scanner listens.")
    bucket: str = setting("Name of the one bucket.", default="ila")
    access_key: str = setting("Access key of the bucket.", default="ila-development")
    secret_key: str = setting("Secret that requests are signed with.", secret=True)
