"""Settings of the portal."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ila_kit.settings import FromEnv, setting


@dataclass(frozen=True, kw_only=True)
class Settings(FromEnv):
    """Defaults are safe in production and public; anything else has none."""

    ila_env: str = setting("`development` or `production`; in production cookies travel over TLS alone.")
    gateway_url: str = setting("Base address of the gateway, the one neighbour of the portal.")
    host: str = setting("Address to listen on.", default="127.0.0.1")
    port: int = setting("Port to listen on.", default=8000)
    web_processes: int = setting("Web server processes.", default=1)
    web_threads: int = setting("Threads of each web server process.", default=16)
    connect_seconds: float = setting("How long a connection to the gateway may take.", default=2.0)
    answer_seconds: float = setting("How long an answer of the gateway may take.", default=8.0)
    log_level: str = setting("Least severe level that is logged.", default="INFO")

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        checks = {
            "ILA_ENV is neither development nor production": self.ila_env in ("development", "production"),
            "GATEWAY_URL is not an http(s) address": urlsplit(self.gateway_url).scheme in ("http", "https"),
        }
        return [fault for fault, holds in checks.items() if not holds]

    @property
    def production(self) -> bool:
        """Whether this is the real thing."""
        return self.ila_env == "production"
