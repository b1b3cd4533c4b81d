"""The command `ila-applications`."""

from ila_kit.cli import command_line

from ila_applications.app import PACKAGE, SERVICE, create_app, create_worker
from ila_applications.settings import Settings

main = command_line(SERVICE, PACKAGE, Settings, create_app, create_worker)
