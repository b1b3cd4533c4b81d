"""Processes that outlived a runner which was killed."""

import psutil

from ila_local.process import MARK

_PATIENCE = 3  # seconds in which an orphan may end by itself


def end_orphans(data_dir: str) -> list[int]:
    """End every process an earlier runner started on this data directory; return their ids.

    They are known by the mark in their environment, so a process that now bears an old id is left alone.
    Call it with the data directory locked: then no runner that is alive can own them.
    """
    orphans = [process for process in psutil.process_iter() if _is_marked(process, data_dir)]
    for orphan in orphans:
        _ask(orphan, "terminate")
    _, alive = psutil.wait_procs(orphans, timeout=_PATIENCE)
    for orphan in alive:
        _ask(orphan, "kill")
    psutil.wait_procs(alive, timeout=_PATIENCE)
    return [orphan.pid for orphan in orphans]


def _is_marked(process: psutil.Process, data_dir: str) -> bool:
    try:
        return bool(process.environ().get(MARK) == data_dir)
    except (psutil.Error, OSError):
        return False


def _ask(process: psutil.Process, what: str) -> None:
    try:
        getattr(process, what)()
    except psutil.NoSuchProcess:
        return
