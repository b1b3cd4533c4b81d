"""gunicorn's entry. Patching comes first: what is imported before it would block every greenlet."""

from gevent import monkey

monkey.patch_all()

import logging  # noqa: E402

from ila_kit import logs  # noqa: E402

from ila_gateway.app import create_gateway  # noqa: E402
from ila_gateway.settings import Settings  # noqa: E402

_settings = Settings.from_env()
logs.set_up("gateway", _settings.log_level)
# At its finest level Authlib writes tokens into the log.
logging.getLogger("authlib").setLevel("INFO")
app = create_gateway(_settings)
