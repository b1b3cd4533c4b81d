"""The pages, one file per subject."""

from ila_portal.pages.account import account
from ila_portal.pages.applications import applications
from ila_portal.pages.apply import apply
from ila_portal.pages.programmes import programmes
from ila_portal.pages.start import start

BLUEPRINTS = (start, programmes, apply, account, applications)
