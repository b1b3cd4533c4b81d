"""Settings that every stand-in has."""

from dataclasses import dataclass

from ila_kit.settings import FromEnv, setting


@dataclass(frozen=True, kw_only=True)
class StubSettings(FromEnv):
    """What a stand-in reads from its environment."""

    ila_env: str = setting("Kind of installation; a stand-in starts in `development` alone.")
    host: str = setting("Address to listen on.", default="127.0.0.1")
    port: int = setting("Port to listen on.")
    log_level: str = setting("Least severe level that is logged.", default="INFO")
    web_threads: int = setting("Threads that answer requests.", default=64)

    def faults(self) -> list[str]:
        """Refuse every installation but a development one: what a stand-in says is invented."""
        if self.ila_env == "development":
            return []
        return [f"ILA_ENV is {self.ila_env!r}: a stand-in runs in development alone."]
