"""Files in a folder: the store of one machine, or of a shared file system that knows `flock`."""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from ila_kit.files.blobs import Blob, copied
from ila_kit.files.errors import FileMissing, FilesUnavailable

_INCOMING, _LOCK = "incoming", "lock"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class DirectoryBlobs:
    """Blobs below `root`, each at `ab/cd…` by its digest; half a file is never found there."""

    def __init__(self, root: Path):
        self._root = root

    def put(self, stream: BinaryIO, limit: int) -> Blob:
        """Write to a file of its own, have it on the disk, and only then give it its name."""
        with _faults(), self._incoming() as (name, file):
            blob = copied(stream, file, limit)
            file.flush()
            os.fsync(file.fileno())
            target = self._path(blob.digest)
            target.parent.mkdir(exist_ok=True)
            # Also over the same bytes: they are as if put now, and a damaged file is whole again.
            with self._lock(fcntl.LOCK_SH):
                os.replace(name, target)
            _on_disk(target.parent)
        return blob

    def open(self, digest: str) -> BinaryIO:
        """Return the open file."""
        with _faults():
            try:
                return self._path(digest).open("rb")
            except FileNotFoundError:
                raise FileMissing() from None

    def put_before(self, moment: datetime) -> Iterator[Blob]:
        """Return old blobs; what writers left behind when they were killed is removed on the way."""
        with _faults():
            for path in self._root.glob("*/*"):
                state = _state(path)
                if state is None or _put_at(state) >= moment:
                    continue
                if path.parent.name == _INCOMING:
                    path.unlink(missing_ok=True)
                elif _DIGEST.fullmatch(path.parent.name + path.name):
                    yield Blob(path.parent.name + path.name, state.st_size)

    def delete(self, digest: str, put_before: datetime) -> bool:
        """Look and remove while nobody puts."""
        with _faults():
            path = self._path(digest)
            with self._lock(fcntl.LOCK_EX):
                state = _state(path)
                if state is None or _put_at(state) >= put_before:
                    return False
                path.unlink()
                return True

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise FileMissing()
        return self._root / digest[:2] / digest[2:]

    @contextmanager
    def _incoming(self) -> Iterator[tuple[str, BinaryIO]]:
        """Give a new file with its name; it is removed when it was not renamed."""
        folder = self._root / _INCOMING
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, name = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(number, "wb") as file:
                yield name, file
        finally:
            Path(name).unlink(missing_ok=True)

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Hold the folder's lock: many put at once, and nobody puts while one removes."""
        with (self._root / _LOCK).open("ab") as file:
            fcntl.flock(file, kind)
            yield


@contextmanager
def _faults() -> Iterator[None]:
    """Turn what the file system refuses (full, gone, not ours) into FilesUnavailable."""
    try:
        yield
    except OSError as fault:
        raise FilesUnavailable(fault=type(fault).__name__) from fault


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _put_at(state: os.stat_result) -> datetime:
    return datetime.fromtimestamp(state.st_mtime, UTC)


def _on_disk(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
