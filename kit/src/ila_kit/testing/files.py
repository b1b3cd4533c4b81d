"""Files in memory, for tests of those who keep them."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from ila_kit.clock import Clock, utc_now
from ila_kit.files.blobs import Blob, copied
from ila_kit.files.errors import FileInfected, FileMissing, FilesUnavailable, ScannerUnavailable
from ila_kit.files.kept import KeptFiles


class MemoryBlobs:
    """Blobs that live as long as a test; `away`: it does not answer."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.clock, self.away = clock, False
        self.kept: dict[str, tuple[bytes, datetime]] = {}

    def put(self, stream: BinaryIO, limit: int) -> Blob:
        """Keep bytes."""
        self._answer()
        copy = BytesIO()
        blob = copied(stream, copy, limit)
        self.kept[blob.digest] = (copy.getvalue(), self.clock())
        return blob

    def open(self, digest: str) -> BinaryIO:
        """Give bytes."""
        self._answer()
        if digest not in self.kept:
            raise FileMissing()
        return BytesIO(self.kept[digest][0])

    def put_before(self, moment: datetime) -> Iterator[Blob]:
        """Tell what is old."""
        self._answer()
        rows = list(self.kept.items())
        yield from (Blob(digest, len(data)) for digest, (data, at) in rows if at < moment)

    def delete(self, digest: str, put_before: datetime) -> bool:
        """Remove what is old."""
        self._answer()
        if digest not in self.kept or self.kept[digest][1] >= put_before:
            return False
        del self.kept[digest]
        return True

    def _answer(self) -> None:
        if self.away:
            raise FilesUnavailable()


class SaidScanner:
    """A scanner that says what a test tells it: `ok`, `infected` or `away`."""

    def __init__(self, verdict: str = "ok") -> None:
        self.verdict = verdict

    def scan(self, stream: BinaryIO) -> None:
        """Judge a file."""
        stream.read()
        if self.verdict == "infected":
            raise FileInfected(found="Test-Virus")
        if self.verdict == "away":
            raise ScannerUnavailable()


def memory_files(verdict: str = "ok") -> KeptFiles:
    """Return a store of files in memory."""
    return KeptFiles(MemoryBlobs(), SaidScanner(verdict))
