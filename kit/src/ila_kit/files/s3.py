"""Files in a bucket of an S3-compatible store."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from xml.etree.ElementTree import ParseError

import urllib3

from ila_kit.files.blobs import CHUNK, Blob, copied
from ila_kit.files.errors import FileMissing, FilesUnavailable

if TYPE_CHECKING:
    from minio import Minio

_IN_MEMORY = 1024 * 1024
# Larger than any file that is taken: each is put by one request, whole or not at all.
_PART = 64 * 1024 * 1024
_CONNECT_SECONDS, _READ_SECONDS = 3, 30


class S3Blobs:
    """Blobs as objects `<prefix>/<digest>` of a bucket.

    `url`: `s3://key:secret@host[:port]/bucket[?region=…]` over TLS; `s3+http://…` without.
    """

    def __init__(self, url: str, prefix: str):
        self._url, self._prefix = urlsplit(url), prefix
        self._bucket = self._url.path.strip("/")

    def put(self, stream: BinaryIO, limit: int) -> Blob:
        """Hash first, because the digest is the name, then send."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            whole = cast(BinaryIO, file)
            blob = copied(stream, whole, limit)
            whole.seek(0)
            with _faults():
                self._client.put_object(
                    self._bucket, self._name(blob.digest), whole, blob.size, part_size=_PART
                )
        return blob

    def open(self, digest: str) -> BinaryIO:
        """Return a temporary file with the object's bytes."""
        file = cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - the caller's
        try:
            with _faults():
                self._fetch(digest, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def _fetch(self, digest: str, file: BinaryIO) -> None:
        answer = self._client.get_object(self._bucket, self._name(digest))
        try:
            for chunk in answer.stream(CHUNK):
                file.write(chunk)
        finally:
            answer.close()
            answer.release_conn()

    def put_before(self, moment: datetime) -> Iterator[Blob]:
        """Return old objects."""
        with _faults():
            for one in self._client.list_objects(self._bucket, f"{self._prefix}/", recursive=True):
                if one.last_modified and one.last_modified < moment:
                    yield Blob(str(one.object_name).removeprefix(f"{self._prefix}/"), one.size or 0)

    def delete(self, digest: str, put_before: datetime) -> bool:
        """Look, then remove; versions of the bucket, where it keeps them, stay."""
        name = self._name(digest)
        try:
            with _faults():
                put_at = self._client.stat_object(self._bucket, name).last_modified
                if put_at is None or put_at >= put_before:
                    return False
                self._client.remove_object(self._bucket, name)
                return True
        except FileMissing:
            return False

    @cached_property
    def _client(self) -> "Minio":
        # Imported and made when it is first used: after the fork, and only where it is configured.
        from minio import Minio

        timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        retries = urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504])
        return Minio(
            endpoint_of(self._url),
            access_key=unquote(self._url.username or ""),
            secret_key=unquote(self._url.password or ""),
            secure=self._url.scheme == "s3",
            region=parse_qs(self._url.query).get("region", ["us-east-1"])[0],
            http_client=urllib3.PoolManager(timeout=timeout, retries=retries, maxsize=8),
        )

    def _name(self, digest: str) -> str:
        return f"{self._prefix}/{digest}"


def endpoint_of(url: SplitResult) -> str:
    """Return host and port of a store's address."""
    return f"{url.hostname}:{url.port}" if url.port else str(url.hostname)


@contextmanager
def _faults() -> Iterator[None]:
    """Turn the faults of the store into ours."""
    from minio.error import MinioException, S3Error

    try:
        yield
    except S3Error as fault:
        if fault.code == "NoSuchKey":
            raise FileMissing() from fault
        raise FilesUnavailable(fault=_known(fault.code)) from fault
    except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError, ParseError) as fault:
        raise FilesUnavailable(fault=type(fault).__name__) from fault


def _known(code: Any) -> str:
    return str(code)[:60]
