"""The one routes table: a file for each neighbour, a line for each operation."""

from ila_gateway.routes.reading import load
from ila_gateway.routes.table import (
    GATEWAY,
    PORTAL,
    PUBLIC,
    RESERVED,
    MethodNotAllowed,
    Neighbour,
    Route,
    Routes,
)

__all__ = [
    "GATEWAY",
    "PORTAL",
    "PUBLIC",
    "RESERVED",
    "MethodNotAllowed",
    "Neighbour",
    "Route",
    "Routes",
    "load",
]
