"""Everything this service reads from its environment."""

from dataclasses import dataclass

from ila_kit.service_settings import ServiceSettings
from ila_kit.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What every service has, and how many events are worked off side by side."""

    inbox_threads: int = setting(
        "Events worked off side by side by one worker; with one, money is held in the order of receipt.",
        default=1,
    )
