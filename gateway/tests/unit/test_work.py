"""The worker process stays small."""

import subprocess
import sys


def test_the_worker_loads_nothing_that_only_the_door_needs():
    loaded = "import sys, ila_gateway.cli, ila_gateway.work; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    ).stdout

    assert "ila_kit.bus.receiver" in modules.split()
    assert {"flask", "gevent", "requests", "sqlalchemy", "authlib", "joserfc"}.isdisjoint(modules.split())
