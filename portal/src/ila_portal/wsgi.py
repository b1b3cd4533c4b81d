"""gunicorn's entry."""

from ila_kit import logs

from ila_portal.app import create_app
from ila_portal.settings import Settings

settings = Settings.from_env()
logs.set_up("portal", settings.log_level)
app = create_app(settings)
