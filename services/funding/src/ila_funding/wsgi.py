"""Entry of gunicorn: `ila_funding.wsgi:app`."""

from ila_funding.app import create_app
from ila_funding.settings import Settings

app = create_app(Settings.from_env())
