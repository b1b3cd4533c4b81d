"""Gunicorn's entry."""

from ila_kit import logs

from ila_identity.app import SERVICE, create_app
from ila_identity.settings import Settings

settings = Settings.from_env()
logs.set_up(SERVICE, settings.log_level)
app = create_app(settings)
