"""Files are kept whole, once, by what they are, and handed out as they came or not at all."""

import hashlib
import io
import logging
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.files.directory import DirectoryBlobs
from ila_kit.files.errors import FileInfected, FileMissing, FilesUnavailable, FileTooLarge, ScannerUnavailable
from ila_kit.files.kept import FILE_BYTES, KeptFiles
from ila_kit.files.media_types import HEAD, media_type_of
from ila_kit.testing.files import MemoryBlobs, SaidScanner, memory_files

PDF = b"%PDF-1.7\nlapa"
LATER = datetime.now(UTC) + timedelta(days=2)
EARLIER = datetime.now(UTC) - timedelta(days=2)


class Endless(io.RawIOBase):
    """A stream that never ends, and counts what was read of it."""

    read_so_far = 0

    def read(self, size: int = -1) -> bytes:
        self.read_so_far += size
        return bytes(size)


class Breaking(io.RawIOBase):
    """A stream whose sender goes away."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = [b"a" * 100]

    def read(self, size: int = -1) -> bytes:
        if not self.pieces:
            raise ConnectionResetError("gone")
        return self.pieces.pop()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files" / "identity"


@pytest.fixture
def blobs(root: Path) -> DirectoryBlobs:
    return DirectoryBlobs(root)


def put(blobs, data, limit=FILE_BYTES):
    return blobs.put(io.BytesIO(data), limit)


def got(blobs, digest):
    with blobs.open(digest) as stream:
        return stream.read()


def files_below(root):
    return sorted(
        path.relative_to(root) for path in root.rglob("*") if path.is_file() and path.name != "lock"
    )


def aged(root, digest, days=2):
    path = root / digest[:2] / digest[2:]
    old = path.stat().st_mtime - days * 86_400
    os.utime(path, (old, old))


def test_what_was_put_is_found_by_its_sha_256(blobs, root):
    blob = put(blobs, PDF)

    assert (blob.digest, blob.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert got(blobs, blob.digest) == PDF
    assert files_below(root) == [Path(blob.digest[:2], blob.digest[2:])]


def test_the_same_bytes_are_kept_once(blobs, root):
    assert put(blobs, PDF) == put(blobs, PDF)
    assert len(files_below(root)) == 1


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_any_bytes_come_back_as_they_were(pieces):
    blobs = MemoryBlobs()
    kept = KeptFiles(blobs)

    names = [kept.keep(io.BytesIO(piece)).sha256 for piece in pieces]

    assert [kept.read(name) for name in names] == pieces
    assert set(names) == set(blobs.kept)


def test_a_file_that_is_too_large_is_refused_when_the_limit_is_passed_and_leaves_nothing(blobs, root):
    endless = Endless()

    with pytest.raises(FileTooLarge):
        blobs.put(endless, 1_000_000)

    assert endless.read_so_far < 1_200_000
    assert files_below(root) == []


def test_a_file_of_exactly_the_limit_is_taken(blobs):
    assert put(blobs, b"x" * 1_000, limit=1_000).size == 1_000


def test_half_a_file_is_never_found(blobs, root):
    with pytest.raises(FilesUnavailable):
        blobs.put(Breaking(), FILE_BYTES)

    assert files_below(root) == []


def test_a_full_or_foreign_disk_is_said_to_be_unavailable(tmp_path):
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(FilesUnavailable):
        put(DirectoryBlobs(tmp_path / "file" / "identity"), PDF)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "ab" * 31, "ab/" + "c" * 61, "é" * 64])
def test_only_a_digest_names_a_file(blobs, name):
    with pytest.raises(FileMissing):
        blobs.open(name)


def test_writers_of_the_same_bytes_at_once_leave_one_whole_file(blobs, root):
    data = b"z" * 300_000
    writers = [threading.Thread(target=put, args=(blobs, data)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert got(blobs, hashlib.sha256(data).hexdigest()) == data
    assert len(files_below(root)) == 1


def test_only_what_was_put_before_a_moment_is_old(blobs, root):
    old, new = put(blobs, b"old").digest, put(blobs, b"new").digest
    aged(root, old)
    a_day_ago = datetime.now(UTC) - timedelta(days=1)

    assert [blob.digest for blob in blobs.put_before(a_day_ago)] == [old]
    assert {blob.digest for blob in blobs.put_before(LATER)} == {old, new}


def test_bytes_that_are_put_again_are_new_again_and_stay(blobs, root):
    digest = put(blobs, PDF).digest
    aged(root, digest)
    a_day_ago = datetime.now(UTC) - timedelta(days=1)
    assert [blob.digest for blob in blobs.put_before(a_day_ago)] == [digest]

    put(blobs, PDF)

    assert not blobs.delete(digest, a_day_ago)
    assert got(blobs, digest) == PDF


def test_a_removed_file_is_gone_and_removing_it_again_does_nothing(blobs):
    digest = put(blobs, PDF).digest

    assert blobs.delete(digest, LATER)
    assert not blobs.delete(digest, LATER)
    with pytest.raises(FileMissing):
        blobs.open(digest)


def test_what_a_killed_writer_left_behind_goes_with_the_old(blobs, root):
    put(blobs, PDF)
    left = root / "incoming" / "tmpleft"
    left.write_bytes(b"half")

    list(blobs.put_before(EARLIER))
    assert left.exists()
    list(blobs.put_before(LATER))
    assert not left.exists()


def test_an_altered_file_is_an_alarm_and_is_not_handed_out(blobs, root, caplog):
    kept = KeptFiles(blobs)
    sha256 = kept.keep(io.BytesIO(PDF)).sha256
    (root / sha256[:2] / sha256[2:]).write_bytes(PDF + b"!")

    with caplog.at_level(logging.ERROR), pytest.raises(FileMissing):
        kept.open(sha256)

    assert [(one.levelname, one.sha256) for one in caplog.records] == [("ERROR", sha256)]


def test_a_missing_file_is_an_alarm(caplog):
    with caplog.at_level(logging.ERROR), pytest.raises(FileMissing):
        memory_files().read("0" * 64)

    assert "ALARM" in caplog.text


def test_putting_the_right_bytes_again_heals_an_altered_file(blobs, root):
    kept = KeptFiles(blobs)
    sha256 = kept.keep(io.BytesIO(PDF)).sha256
    (root / sha256[:2] / sha256[2:]).write_bytes(b"spoilt")

    kept.keep(io.BytesIO(PDF))

    assert kept.read(sha256) == PDF


@pytest.mark.parametrize(("verdict", "refusal"), [("infected", FileInfected), ("away", ScannerUnavailable)])
def test_what_no_scanner_called_clean_is_not_kept(verdict, refusal):
    blobs = MemoryBlobs()

    with pytest.raises(refusal):
        KeptFiles(blobs, SaidScanner(verdict)).keep(io.BytesIO(PDF))

    assert blobs.kept == {}


def zipped(name: bytes, content: bytes) -> bytes:
    """The beginning of a ZIP file whose first entry is stored as it is."""
    return b"PK\x03\x04" + bytes(22) + len(name).to_bytes(2, "little") + bytes(2) + name + content


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (zipped(b"mimetype", b"application/vnd.etsi.asic-e+zipPK"), "application/vnd.etsi.asic-e+zip"),
        (zipped(b"mimetype", b"text/html"), "application/zip"),
        (
            zipped(b"[Content_Types].xml", b"...PK word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (zipped(b"a.exe", b"MZ"), "application/zip"),
        ("Sveiki, pasaule! Ā\r\n".encode(), "text/plain"),
        (("x" * (HEAD - 1) + "ā").encode()[:HEAD], "text/plain"),
        (b"<html>\x00", "application/octet-stream"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_content_tells_the_media_type(head, kind):
    assert media_type_of(head) == kind


@given(st.binary(max_size=HEAD))
def test_no_content_ever_becomes_a_page_or_a_script(head):
    assert media_type_of(head) not in ("text/html", "image/svg+xml", "application/xhtml+xml")
