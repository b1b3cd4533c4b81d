"""A runner over a small table: `sample_runner.py DATA_DIR ROLE[:SPOILED] …`, or over the whole with samples.

`sample_runner.py DATA_DIR suite PROGRAMS` runs the real table with the programs of that folder;
`sample_runner.py - with-suite PROGRAMS CMD…` does it beside a command.
"""

import sys
from dataclasses import replace
from pathlib import Path

from ila_local import probes, runner
from ila_local.data_dir import DataDir
from ila_local.errors import CannotRun
from ila_local.leftovers import end_orphans
from ila_local.log import PrefixedLog
from ila_local.ports import remembered_ports
from ila_local.process import Floor, Process
from ila_local.settings import Settings

SAMPLE = str(Path(__file__).with_name("sample.py"))


def row(name: str, port: int) -> Process:
    role, _, spoiled = name.partition(":")
    return Process(
        role=role,
        command=(sys.executable, SAMPLE, "serve"),
        floor=Floor.SERVICES,
        port=port,
        environment={"PORT": str(port), "SAMPLE": spoiled},
        probe=probes.http(port),
        grace=1 if spoiled == "stubborn" else 10,
    )


async def until_told(supervisor) -> int:
    print("all is ready", flush=True)
    await supervisor.failed
    return 1


def main() -> int:
    data, names = DataDir(Path(sys.argv[1])), sys.argv[2:]
    if names[0] == "with-suite":
        return runner.with_suite(Settings.from_env(), names[2:], None, programs=Path(names[1]))
    log = PrefixedLog(sys.stdout)
    with data.locked():
        end_orphans(str(data.path))
        if names[0] == "suite":
            settings = replace(Settings.from_env(), ila_data_dir=data.path)
            rows, _ = runner.suite(settings, data, programs=Path(names[1]))
        else:
            ports = remembered_ports(data, names)
            rows = [row(name, ports[name]) for name in names]
        return runner.supervise(rows, data, log, until_told, interrupted=0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRun as refusal:
        sys.exit(str(refusal))
