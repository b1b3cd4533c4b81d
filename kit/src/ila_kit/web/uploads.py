"""Files that come in with a form, and files that go out."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import SEEK_END, BytesIO
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import flask

from ila_kit.files.kept import FILE_BYTES, KeptFiles
from ila_kit.web.problems import BadRequest, Invalid

MULTIPART = "multipart/form-data"
FORM = "form"
UPLOAD_BYTES = FILE_BYTES
_LONGEST_NAME = 200
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff<>:\"|?*]")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came, kept already: `name` is made safe to show, `media_type` is that of its content."""

    name: str
    media_type: str
    size: int
    sha256: str
    kept_in: KeptFiles = field(repr=False, compare=False)

    @property
    def data(self) -> bytes:
        """The bytes, read back. Raises FileMissing, FilesUnavailable."""
        return self.kept_in.read(self.sha256)


def read_form(names: Sequence[str]) -> tuple[bytes, dict[str, UploadedFile]]:
    """Return the JSON text of the part `form`, and exactly the named file parts, scanned and kept.

    Raises a 415 or 413 problem, Invalid naming each part that is missing, unknown, sent twice or empty,
    FileInfected, ScannerUnavailable or FilesUnavailable.
    """
    if flask.request.mimetype != MULTIPART:
        raise BadRequest("unsupported-media-type", 415, expected=MULTIPART)
    flask.request.max_content_length = UPLOAD_BYTES
    form, files = flask.request.form, flask.request.files
    try:
        faults = _faults([FORM], form.keys(), form) | _faults(names, files.keys(), files)
        if faults:
            raise Invalid(errors=faults)
        return form[FORM].encode("utf-8", "surrogatepass"), _read_files(names, files)
    finally:
        # Large parts wait in temporary files.
        for _, part in files.items(multi=True):
            part.close()


def _read_files(names: Sequence[str], parts: Any) -> dict[str, UploadedFile]:
    if empty := {f"/{name}": ["is empty"] for name in names if not parts[name].stream.read(1)}:
        raise Invalid(errors=empty)
    kept_files: KeptFiles = flask.current_app.extensions["ila"].deps.kept_files
    return {name: _file(parts[name], kept_files) for name in names}


def fingerprint(form: bytes, files: dict[str, UploadedFile]) -> bytes:
    """Return what tells two forms apart; the boundary between their parts, new each time, does not count."""
    parts = [hashlib.sha256(form).hexdigest()]
    parts += [f"{name}\0{files[name].name}\0{files[name].sha256}" for name in sorted(files)]
    return "\n".join(parts).encode("utf-8", "surrogatepass")


def download(content: bytes | BinaryIO, name: str, media_type: str) -> flask.Response:
    """Return the answer that hands out a file; browsers save it and never show it as a page of ours.

    A stream is at its start, can be sought in, and is closed when the answer was sent.
    """
    stream = BytesIO(content) if isinstance(content, bytes) else content
    response = flask.send_file(
        stream, media_type, as_attachment=True, download_name=safe_name(name), max_age=0
    )
    response.content_length = stream.seek(0, SEEK_END)
    stream.seek(0)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def safe_name(name: str) -> str:
    """Return the last step of a file name, without what could mislead a person or a file system."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    plain = _UNSPEAKABLE.sub("", last).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST_NAME:
        plain = f"{stem[: _LONGEST_NAME - 20]}{dot}{ending[:19]}"
    return plain or "file"


def _file(part: Any, kept_files: KeptFiles) -> UploadedFile:
    kept = kept_files.keep(part.stream)
    return UploadedFile(safe_name(part.filename or ""), kept.media_type, kept.size, kept.sha256, kept_files)


def _faults(wanted: Sequence[str], given: Iterable[str], parts: Any) -> dict[str, list[str]]:
    """Name each part that is missing, that nobody asked for, or that came twice."""
    sent = set(given)
    faults = {f"/{name}": ["is missing"] for name in wanted if name not in sent}
    faults |= {f"/{name[:100]}": ["unknown part"] for name in sent - set(wanted)}
    return faults | {f"/{name}": ["sent twice"] for name in wanted if len(parts.getlist(name)) > 1}
