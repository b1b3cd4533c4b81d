"""Settings that every service has."""

import logging
from dataclasses import dataclass
from pathlib import Path

from ila_kit.clock import Clock, MovedClock, utc_now
from ila_kit.settings import FromEnv, setting


@dataclass(frozen=True, kw_only=True)
class ServiceSettings(FromEnv):
    """Defaults are safe in production and public; anything else has none."""

    ila_env: str = setting("`development` or `production`; production refuses development conveniences.")
    database_url: str = setting("PostgreSQL database and role of this service alone.", secret=True)
    broker_url: str = setting("Broker of the platform's events: amqp:// or pgbus://.", secret=True)
    bus_prefix: str = setting("First word of the names of exchanges and queues.", default="ila")
    gateway_url: str = setting("Base address of the gateway, for its keys and for neighbours.")
    client_key_file: Path = setting("Private key (PEM, ES256) of this service as a machine client.")
    host: str = setting("Address to listen on.", default="127.0.0.1")
    port: int = setting("Port to listen on.", default=8000)
    web_processes: int = setting("Web server processes.", default=1)
    web_threads: int = setting("Threads of each web server process.", default=8)
    pool_size: int = setting("Most database connections of one process.", default=10)
    idempotency_hours: int = setting("How long answers of idempotent requests are kept.", default=48)
    log_level: str = setting("Least severe level that is logged.", default="INFO")
    clock_file: str = setting(
        "File with the whole seconds the clock is ahead; refused in production.", default=""
    )

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        found = []
        if self.ila_env not in ("development", "production"):
            found.append("ILA_ENV is neither development nor production")
        if self.log_level not in logging.getLevelNamesMapping():
            found.append("LOG_LEVEL is no level of logging")
        if self.production and self.clock_file:
            found.append("CLOCK_FILE is for development only")
        return found

    def clock(self) -> Clock:
        """Return the clock of this process: the real time, or in development one that goes ahead."""
        return MovedClock(Path(self.clock_file)) if self.clock_file else utc_now

    @property
    def production(self) -> bool:
        """Whether this is the real thing."""
        return self.ila_env == "production"
