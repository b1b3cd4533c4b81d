"""Everything the catalogue reads from the environment."""

from dataclasses import dataclass

from ila_kit.service_settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """The catalogue has no settings of its own: what a call decides is data in `parameters/`."""
