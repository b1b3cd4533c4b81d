"""The command `ila-identity`."""

from ila_kit.cli import command_line

from ila_identity.app import PACKAGE, SERVICE, create_app, create_worker
from ila_identity.settings import Settings

main = command_line(SERVICE, PACKAGE, Settings, create_app, create_worker)
