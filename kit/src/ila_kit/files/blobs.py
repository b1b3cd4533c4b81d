"""What every store of files does, whatever it is made of."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from ila_kit.files.errors import FileTooLarge

CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes in the store: `digest` is their SHA-256 in lower-case hexadecimal, `size` their number."""

    digest: str
    size: int


class Blobs(Protocol):
    """Bytes found by their SHA-256; the same bytes are there once.

    Every method raises FilesUnavailable while the store does not answer.
    """

    def put(self, stream: BinaryIO, limit: int) -> Blob:
        """Keep what a stream gives, whole or not at all. Raises FileTooLarge beyond `limit` bytes.

        Bytes that are there already count as put now.
        """

    def open(self, digest: str) -> BinaryIO:
        """Return a stream of the bytes, unchecked. Raises FileMissing."""

    def put_before(self, moment: datetime) -> Iterator[Blob]:
        """Return what was put last before a moment, in no order."""

    def delete(self, digest: str, put_before: datetime) -> bool:
        """Remove bytes, unless they were put again since this moment; tells whether it did."""


def copied(stream: BinaryIO, target: BinaryIO, limit: int) -> Blob:
    """Copy a stream, counting and hashing what comes. Raises FileTooLarge as soon as it is too much."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise FileTooLarge(limit=limit)
        digest.update(chunk)
        target.write(chunk)
    return Blob(digest.hexdigest(), size)
