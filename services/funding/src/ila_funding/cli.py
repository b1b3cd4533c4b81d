"""The command `ila-funding`: serve, work, migrate, redeliver, check, openapi."""

from ila_kit.cli import command_line

from ila_funding.app import SERVICE, create_app, create_worker
from ila_funding.settings import Settings

main = command_line(SERVICE, "ila_funding", Settings, create_app, create_worker)
