"""The kit's scanner and bucket against the stand-ins, over real sockets, with faults to order."""

import hashlib
import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from ila_kit.files.errors import FileInfected, FileMissing, FilesUnavailable, ScannerUnavailable
from ila_kit.files.kept import FILE_BYTES, KeptFiles
from ila_kit.files.s3 import S3Blobs
from ila_kit.files.scanner import Clamd
from ila_kit.testing.files import MemoryBlobs
from ila_stubs.files.clamd import EICAR, Scanner, running
from ila_stubs.files.s3 import Bucket, create_app
from werkzeug.serving import make_server

pytestmark = pytest.mark.integration
SOON = timedelta(minutes=1)


@pytest.fixture
def scanner() -> Scanner:
    return Scanner()


@pytest.fixture
def clamd(scanner: Scanner) -> Iterator[Clamd]:
    with running(scanner) as port:
        yield Clamd(f"tcp://127.0.0.1:{port}", seconds=2.0)


@pytest.fixture
def bucket() -> Bucket:
    return Bucket("ila", "key", "secret/with+signs")


@pytest.fixture
def address(bucket: Bucket, scanner: Scanner) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(bucket, scanner), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def blobs(address: str) -> Iterator[S3Blobs]:
    blobs = S3Blobs(f"s3+http://key:secret%2Fwith%2Bsigns@{address}/ila", "identity")
    yield blobs
    blobs._client._http.clear()


def got(blobs, digest):
    with blobs.open(digest) as stream:
        return stream.read()


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 3_000_000])
def test_a_clean_file_is_scanned_to_its_last_byte(clamd, scanner, size):
    clamd.scan(io.BytesIO(b"x" * size))

    assert scanner.scanned == [size]


def test_a_virus_is_named_wherever_it_stands_and_the_file_is_not_kept(clamd):
    blobs = MemoryBlobs()

    with pytest.raises(FileInfected) as refused:
        KeptFiles(blobs, clamd).keep(io.BytesIO(b"x" * 100_000 + EICAR))

    assert refused.value.facts == {"found": "Eicar-Test-Signature"}
    assert blobs.kept == {}


@pytest.mark.parametrize("mode", ["error", "garbage", "empty"])
def test_a_scanner_that_gives_no_verdict_lets_nothing_in(clamd, scanner, mode):
    scanner.mode, blobs = mode, MemoryBlobs()

    with pytest.raises(ScannerUnavailable):
        KeptFiles(blobs, clamd).keep(io.BytesIO(b"x"))

    assert blobs.kept == {}


def test_a_scanner_that_is_slower_than_patience_lets_nothing_in(scanner):
    scanner.mode, scanner.seconds = "slow", 1.0

    with running(scanner) as port, pytest.raises(ScannerUnavailable):
        Clamd(f"tcp://127.0.0.1:{port}", seconds=0.2).scan(io.BytesIO(b"x"))


def test_a_scanner_that_is_not_there_lets_nothing_in(scanner, tmp_path):
    with running(scanner) as port:
        pass

    for url in (f"tcp://127.0.0.1:{port}", f"unix://{tmp_path}/clamd.sock"):
        with pytest.raises(ScannerUnavailable):
            Clamd(url).scan(io.BytesIO(b"x"))


@pytest.mark.parametrize("size", [0, 10, 6 * 1024 * 1024])
def test_what_was_put_into_the_bucket_comes_back(blobs, bucket, size):
    data = bytes(range(256)) * (size // 256) + b"!" * (size % 256)

    blob = blobs.put(io.BytesIO(data), FILE_BYTES)

    assert (blob.digest, blob.size) == (hashlib.sha256(data).hexdigest(), size)
    assert got(blobs, blob.digest) == data
    assert list(bucket.objects) == [f"identity/{blob.digest}"]


def test_a_file_that_is_not_there_is_missing(blobs):
    with pytest.raises(FileMissing):
        blobs.open("0" * 64)


def test_another_secret_is_refused(address, bucket):
    stranger = S3Blobs(f"s3+http://key:guessed@{address}/ila", "identity")

    with pytest.raises(FilesUnavailable) as refused:
        stranger.put(io.BytesIO(b"x"), FILE_BYTES)

    stranger._client._http.clear()
    assert refused.value.facts == {"fault": "SignatureDoesNotMatch"}
    assert bucket.objects == {}


def test_services_see_only_their_own_part_of_the_bucket(blobs, address):
    blobs.put(io.BytesIO(b"identity's"), FILE_BYTES)
    other = S3Blobs(blobs._url.geturl(), "catalog")

    assert list(other.put_before(datetime.now(UTC) + SOON)) == []
    other._client._http.clear()


def test_only_what_is_old_goes(blobs, bucket):
    blob = blobs.put(io.BytesIO(b"x"), FILE_BYTES)
    now = datetime.now(UTC)

    assert list(blobs.put_before(now - SOON)) == []
    assert not blobs.delete(blob.digest, now - SOON)
    assert list(blobs.put_before(now + SOON)) == [blob]
    assert blobs.delete(blob.digest, now + SOON)
    assert not blobs.delete(blob.digest, now + SOON)
    assert bucket.objects == {}


@pytest.mark.parametrize("mode", ["error", "garbage"])
def test_a_store_that_misbehaves_is_unavailable_and_right_again_afterwards(blobs, bucket, mode):
    blob = blobs.put(io.BytesIO(b"x"), FILE_BYTES)
    bucket.mode = mode
    with pytest.raises(FilesUnavailable):
        list(blobs.put_before(datetime.now(UTC)))
    if mode == "garbage":
        # Bytes that are not the file's are found out by whoever hands the file out.
        with pytest.raises(FileMissing):
            KeptFiles(blobs).read(blob.digest)

    bucket.mode = "none"
    assert got(blobs, blob.digest) == b"x"


def test_a_store_that_is_not_there_is_unavailable():
    nobody = S3Blobs("s3+http://key:secret@127.0.0.1:1/ila", "identity")

    with pytest.raises(FilesUnavailable):
        nobody.put(io.BytesIO(b"x"), FILE_BYTES)


def test_the_command_serves_both_and_takes_orders():
    ports = [free_port() for _ in range(2)]
    told = {"ILA_ENV": "development", "PORT": str(ports[0]), "CLAMD_PORT": str(ports[1])}
    environment = os.environ | told | {"SECRET_KEY": "s3cret"}
    command = Path(sys.executable).with_name("ila-stub-files")
    store = f"http://127.0.0.1:{ports[0]}"
    with subprocess.Popen(
        [command, "serve"], env=os.environ | environment | {"SECRET_KEY": "s3cret"}
    ) as process:
        try:
            assert ready(f"{store}/health/ready")
            kept = KeptFiles(
                S3Blobs(f"s3+http://ila-development:s3cret@127.0.0.1:{ports[0]}/ila", "identity"),
                Clamd(f"tcp://127.0.0.1:{ports[1]}"),
            )
            assert kept.read(kept.keep(io.BytesIO(b"clean")).sha256) == b"clean"
            ordered = requests.put(f"{store}/faults", json={"mode": "empty", "parts": ["clamd"]}, timeout=5)
            assert ordered.json() == {"clamd": "empty"}
            with pytest.raises(ScannerUnavailable):
                kept.keep(io.BytesIO(b"clean"))
            kept.blobs._client._http.clear()
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ready(url: str) -> bool:
    for _ in range(150):
        try:
            return requests.get(url, timeout=5).ok
        except requests.ConnectionError:
            time.sleep(0.1)
    return False
