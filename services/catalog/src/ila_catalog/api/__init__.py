"""The catalogue over HTTP: one file per resource."""

from ila_catalog.api.calls import calls, public_calls
from ila_catalog.api.programmes import programmes, providers

BLUEPRINTS = (calls, public_calls, programmes, providers)
