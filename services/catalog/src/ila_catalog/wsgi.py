"""What gunicorn runs."""

from ila_kit import logs

from ila_catalog.app import SERVICE, create_app
from ila_catalog.settings import Settings

settings = Settings.from_env()
logs.set_up(SERVICE, settings.log_level)
app = create_app(settings)
