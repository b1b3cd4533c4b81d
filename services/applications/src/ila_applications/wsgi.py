"""Gunicorn's entry."""

from ila_kit import logs

from ila_applications.app import SERVICE, create_app
from ila_applications.settings import Settings

settings = Settings.from_env()
logs.set_up(SERVICE, settings.log_level)
app = create_app(settings)
