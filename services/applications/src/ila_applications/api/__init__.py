"""Applications over HTTP: read the body, call one use case, show the result."""

from ila_applications.api.account import account
from ila_applications.api.applications import applications

BLUEPRINTS = [applications, account]
