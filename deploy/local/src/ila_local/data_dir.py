"""The data directory: who may use it, and the small files in it."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ila_local.errors import CannotRun

LOCK = "runner.lock"


class DataDir:
    """Folder with everything one suite keeps: stores, keys, passwords, ports.

    The lock file marks the folder as ours, so that `reset` never empties another one.
    """

    def __init__(self, path: Path):
        self.path = path.resolve()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process. Raises CannotRun when another runner holds it.

        The system lets go of the lock when the holder dies, however it dies.
        """
        self._prepare()
        with (self.path / LOCK).open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise CannotRun(
                    f"A runner (process {lock.read().strip()}) is alive on {self.path}."
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def is_locked(self) -> bool:
        """Tell whether a runner is alive on this folder."""
        if not (self.path / LOCK).exists():
            return False
        with (self.path / LOCK).open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _prepare(self) -> None:
        try:
            # Others may pass through, for a database server that runs as another user, but not look around.
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            if any(self.path.iterdir()) and not (self.path / LOCK).exists():
                raise CannotRun(f"{self.path} is neither empty nor a data directory of this suite.")
            (self.path / LOCK).touch(mode=0o600)
        except OSError as fault:
            raise CannotRun(f"The data directory cannot be used: {fault}.") from None

    def empty(self) -> None:
        """Delete everything but the lock. Call it with the folder locked."""
        for entry in self.path.iterdir():
            if entry.name == LOCK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def folder(self, name: str) -> Path:
        """Return a subfolder that only the owner can look into, made when missing."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def read_json(self, name: str, default: Any) -> Any:
        """Return the content of a JSON file; `default` when there is none."""
        path = self.path / name
        return json.loads(path.read_text("utf-8")) if path.exists() else default

    def write_json(self, name: str, content: Any) -> Path:
        """Store a JSON file in one step, readable by the owner alone."""
        return write_private(self.path / name, json.dumps(content, indent=1) + "\n")

    def password(self, name: str) -> str:
        """Return the password of this name; made at the first call, the same ever after."""
        known: dict[str, str] = self.read_json("passwords.json", {})
        if name not in known:
            known[name] = secrets.token_urlsafe(24)
            self.write_json("passwords.json", known)
        return known[name]


def write_private(path: Path, text: str) -> Path:
    """Write a file in one step, readable by the owner alone: others see the old one or the new one."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with open(
        os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return path
