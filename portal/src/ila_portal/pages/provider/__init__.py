"""The desk of an institution: each step from its people to its money, as plain lists and small forms."""

from ila_portal.pages.provider import institution, learning, money, training
from ila_portal.pages.provider.desk import provider
from ila_portal.pages.provider.home import provider_home

__all__ = ["institution", "learning", "money", "provider", "provider_home", "training"]
