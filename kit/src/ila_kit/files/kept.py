"""The one way of all services to keep a file and to hand it out again."""

import hashlib
import logging
from dataclasses import dataclass, field
from typing import BinaryIO

from ila_kit.files.blobs import CHUNK, Blobs
from ila_kit.files.errors import FileMissing
from ila_kit.files.media_types import HEAD, media_type_of
from ila_kit.files.scanner import NoScanner, Scanner

log = logging.getLogger(__name__)
FILE_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the store: `sha256` names it, `media_type` is that of its content."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class KeptFiles:
    """Keeps files of one service outside its database.

    A file is kept before the transaction whose row names its digest: what the transaction does not
    come to name is swept away a day later. The same bytes are kept once, whoever gives them.
    """

    blobs: Blobs
    scanner: Scanner = field(default_factory=NoScanner)

    def keep(self, stream: BinaryIO) -> Kept:
        """Scan a seekable stream from its start, then keep it.

        Raises FileTooLarge, FileInfected, ScannerUnavailable or FilesUnavailable; then nothing is kept.
        """
        stream.seek(0)
        media_type = media_type_of(stream.read(HEAD))
        stream.seek(0)
        self.scanner.scan(stream)
        stream.seek(0)
        blob = self.blobs.put(stream, FILE_BYTES)
        return Kept(blob.digest, blob.size, media_type)

    def open(self, sha256: str) -> BinaryIO:
        """Return a file at its start, checked to be what was kept. Raises FileMissing, FilesUnavailable."""
        try:
            stream = self.blobs.open(sha256)
            try:
                _must_be(stream, sha256)
            except FileMissing:
                stream.close()
                raise
        except FileMissing:
            log.error("ALARM a file is missing or altered", extra={"sha256": sha256})
            raise
        stream.seek(0)
        return stream

    def read(self, sha256: str) -> bytes:
        """Return the bytes of a file. Raises FileMissing, FilesUnavailable."""
        with self.open(sha256) as stream:
            return stream.read()


def _must_be(stream: BinaryIO, sha256: str) -> None:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise FileMissing()
