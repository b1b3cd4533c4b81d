"""nginx in front of the gateway: the one module that knows how it is started."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ila_local.data_dir import write_private
from ila_local.errors import CannotRun

# Systems keep it where only administrators look.
_PLACES = "/usr/sbin:/usr/local/sbin"


def command(folder: Path) -> tuple[str, ...]:
    """Return what runs nginx with the configuration in a folder. Raises CannotRun when there is no nginx."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{_PLACES}")
    if program is None:
        raise CannotRun("nginx is not installed: for example `apt-get install nginx-light`.")
    # Started by root it would become another user, who must not reach our folders.
    same_user = "user root; " if os.geteuid() == 0 else ""
    return (program, "-p", str(folder), "-c", str(_file(folder)), "-g", f"{same_user}daemon off;")


def configure(folder: Path, gateway_program: str, environment: Mapping[str, str], door: int) -> None:
    """Write the configuration for the gateway that runs with this environment. Raises CannotRun."""
    options = [
        "--listen",
        f"127.0.0.1:{door}",
        "--log",
        "access.log",
        "--decisions",
        str(folder / "decisions"),
    ]
    made = subprocess.run(
        [gateway_program, "nginx", *options],
        env={"PATH": os.environ.get("PATH", ""), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise CannotRun(f"nginx cannot be configured: {made.stderr.strip()}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(_file(folder), made.stdout)


def _file(folder: Path) -> Path:
    return folder / "nginx.conf"
