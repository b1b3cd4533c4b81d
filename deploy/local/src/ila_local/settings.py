"""Settings of the one-machine runner."""

from dataclasses import dataclass
from pathlib import Path

from ila_kit.settings import FromEnv, setting


@dataclass(frozen=True, kw_only=True)
class Settings(FromEnv):
    """What the runner reads from its environment."""

    ila_port: int = setting("Port of the front door.", default=8080)
    ila_data_dir: Path = setting("Folder of everything the suite keeps.", default=Path(".local"))
    ila_database_url: str = setting(
        "Administrator's URL of your own PostgreSQL; empty: an embedded one.", default="", secret=True
    )
    ila_broker_url: str = setting(
        "URL of your own RabbitMQ; empty: the bus runs on PostgreSQL.", default="", secret=True
    )
    ila_front: str = setting(
        "What stands at the front door: `gateway`, or `nginx` with the gateway behind it.", default="gateway"
    )
    ila_database_name: str = setting("Name of the suite's database, and prefix of its roles.", default="ila")

    def faults(self) -> list[str]:
        """Refuse a name that cannot be part of database and role names, and a door nobody knows."""
        name = self.ila_database_name
        good = name.isascii() and name.isidentifier() and name.islower() and len(name) <= 40
        checks = {
            "ILA_DATABASE_NAME has lower-case letters, digits and _ only, 40 at most.": good,
            "ILA_FRONT is gateway or nginx.": self.ila_front in ("gateway", "nginx"),
        }
        return [fault for fault, holds in checks.items() if not holds]
