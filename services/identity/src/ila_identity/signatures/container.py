"""What an ASiC-E container must be before a signature in it means anything.

The archive is read as hostile: sizes are counted, not believed; the directory and the entries must tell
the same; every byte belongs to exactly one entry.

Source: BR-102; ETSI EN 319 162-1 clauses 4.4 and A.1 (mimetype, META-INF, manifest).
"""

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ila_identity.signatures.report import Checks, Finding
from ila_identity.signatures.xml import Element, parsed, refuse_hidden_nodes

MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"
MIB = 2**20
# [default] Limits of an upload: a signed attestation is a few pages, not an archive of files.
MOST_IN = 20 * MIB
MOST_OUT = 100 * MIB
MOST_ENTRIES = 1_000
MOST_RATIO = 100
_RATIO_FROM = MIB // 16  # Small files of blanks shrink more, and harm nobody.
_PIECE = 64 * 1024
_ENTRY_START, _DIRECTORY_END = b"PK\x03\x04", b"PK\x05\x06"
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 0x2041
_SIZES_FOLLOW = 0x08
_UTF8 = 0x800
_LONGEST_DESCRIPTOR = 24
_SIGNATURES = re.compile(r"META-INF/(?i:[^/]*signatures[^/]*\.xml)")
_MANIFEST = "META-INF/manifest.xml"
_NS = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_ATTRIBUTES = ({}, *({f"{_NS}version": one} for one in ("1.0", "1.1", "1.2", "1.3")))


@dataclass(frozen=True, slots=True)
class Container:
    """What is inside: data files and signature files by name (bytes), media types by name of data file."""

    data: Mapping[str, bytes]
    signatures: Mapping[str, bytes]
    media_types: Mapping[str, str]


def read_container(content: bytes, checks: Checks) -> Container | None:
    """Return what a container holds, or None if nothing in it may be read."""
    entries = checks.judge("archive", lambda: read_entries(content), lambda read: {"count": len(read)})
    if entries is None:
        return None
    checks.judge("mimetype", lambda: _right_mimetype(entries))
    _note_place_of_mimetype(content, entries, checks)
    data = {name: body for name, body in entries.items() if _is_data(name)}
    media_types = checks.judge(
        "manifest", lambda: _manifest(entries, data), lambda read: {"count": len(read)}
    )
    signatures = {name: body for name, body in entries.items() if _SIGNATURES.fullmatch(name)}
    checks.judge("meta_folder", lambda: _only_known_in_meta(entries))
    return Container(data, signatures, media_types or {})


def read_entries(content: bytes, most_out: int = MOST_OUT) -> dict[str, bytes]:
    """Return every file of an archive by its name, at most so many bytes together. Raises Finding."""
    if len(content) > MOST_IN:
        raise Finding("file_too_large", limit=MOST_IN // MIB)
    if not content.startswith(_ENTRY_START):
        raise Finding("not_a_container")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _files(content, archive, most_out)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError):
        raise Finding("archive_broken") from None


def _files(content: bytes, archive: zipfile.ZipFile, room: int) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Finding("too_many_entries", limit=MOST_ENTRIES)
    names = [_name(entry) for entry in entries]
    _refuse_twice(names)
    _one_directory(content, archive)
    _laid_out_in_a_row(content, archive)
    read = {}
    for name, entry in zip(names, entries, strict=True):
        body = _body(archive, entry, name, room)
        room -= len(body)
        if not name.endswith("/"):
            read[name] = body
        elif body:
            raise Finding("folder_with_content", name=name)
    return read


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry as it is written: zipfile cuts at NUL and turns separators round."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8 and not name.isascii():
        name = name.encode("cp437").decode("utf-8", "replace")
    parts = name.removesuffix("/").split("/")
    hostile = (
        any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs") or sign == "\ufffd" for sign in name)
        or "\\" in name
        or re.match(r"[A-Za-z]:", name)
        or any(part in ("", ".", "..") for part in parts)
    )
    if hostile:
        raise Finding("hostile_name", name=name)
    return name


def _refuse_twice(names: list[str]) -> None:
    """Refuse names that are one file to some system: letter case and composition do not tell them apart."""
    alike = Counter(unicodedata.normalize("NFC", name).casefold().removesuffix("/") for name in names)
    for name, count in alike.items():
        if count > 1:
            raise Finding("name_twice", name=name)


def _one_directory(content: bytes, archive: zipfile.ZipFile) -> None:
    """Refuse a second directory behind the first: another reader might believe that one."""
    end = content.find(_DIRECTORY_END, archive.start_dir)
    comment = len(archive.comment)
    if end < 0 or content.count(_DIRECTORY_END, archive.start_dir) != 1 or end + 22 + comment != len(content):
        raise Finding("directory_twice")


def _laid_out_in_a_row(content: bytes, archive: zipfile.ZipFile) -> None:
    """Refuse entries that overlap, hide bytes between them, or call themselves other than the directory."""
    at, room = 0, 0
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        _follows(entry.header_offset - at, room)
        at = _end_of(content, entry)
        room = _LONGEST_DESCRIPTOR if entry.flag_bits & _SIZES_FOLLOW else 0
    _follows(archive.start_dir - at, room)


def _follows(gap: int, room: int) -> None:
    if gap < 0:
        raise Finding("entries_overlap")
    if gap > room:
        raise Finding("hidden_bytes")


def _end_of(content: bytes, entry: zipfile.ZipInfo) -> int:
    """Return where the bytes of an entry end, after comparing its own header with the directory."""
    header = _LOCAL.unpack_from(content, entry.header_offset)
    mark, version, flags, method, clock, day, crc, packed, size, name_length, extra_length = header
    start = entry.header_offset + _LOCAL.size
    name = content[start : start + name_length]
    said = entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8 else "cp437")
    told = (_ENTRY_START, entry.extract_version, entry.flag_bits, entry.compress_type, said)
    if (mark, version, flags, method, name) != told or (day, clock) != _written_at(entry):
        raise Finding("headers_differ")
    sizes = (entry.CRC, entry.compress_size, entry.file_size)
    if not flags & _SIZES_FOLLOW and 0xFFFFFFFF not in (packed, size) and (crc, packed, size) != sizes:
        raise Finding("headers_differ")
    length: int = name_length + extra_length + entry.compress_size
    return start + length


def _written_at(entry: zipfile.ZipInfo) -> tuple[int, int]:
    """Return day and time of an entry as archives write them, in two-second steps."""
    year, month, day, hour, minute, second = entry.date_time
    return (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2


def _body(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, room: int) -> bytes:
    """Return the bytes of an entry, counted while they are read."""
    if entry.flag_bits & _ENCRYPTED:
        raise Finding("encrypted", name=name)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Finding("compression_unknown", name=name)
    body = bytearray()
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            body += piece
            if len(body) > room:
                raise Finding("unpacks_too_large", limit=MOST_OUT // MIB)
            if len(body) > max(_RATIO_FROM, MOST_RATIO * entry.compress_size):
                raise Finding("bomb", name=name, limit=MOST_RATIO)
    return bytes(body)


def _is_data(name: str) -> bool:
    return name != "mimetype" and not name.upper().startswith("META-INF/")


def _right_mimetype(entries: Mapping[str, bytes]) -> None:
    if "mimetype" not in entries:
        raise Finding("mimetype_missing")
    if entries["mimetype"] != MEDIA_TYPE.encode():
        raise Finding("mimetype_other", found=entries["mimetype"].decode("ascii", "replace"))


def _note_place_of_mimetype(content: bytes, entries: Mapping[str, bytes], checks: Checks) -> None:
    """Note a mimetype that is not first and stored: many makers break that rule, and nothing hangs on it."""
    stored = content[8:10] == b"\0\0"
    if "mimetype" in entries and not (next(iter(entries)) == "mimetype" and stored):
        checks.note("mimetype", "mimetype_not_first")


def _manifest(entries: Mapping[str, bytes], data: Mapping[str, bytes]) -> dict[str, str]:
    """Return the media types of the data files; the manifest must name exactly them."""
    if _MANIFEST not in entries:
        raise Finding("manifest_missing")
    root = parsed(entries[_MANIFEST], f"{_NS}manifest")
    refuse_hidden_nodes(root)
    if dict(root.attrib) not in _ATTRIBUTES:
        raise Finding("manifest_unreadable")
    named = [_named(entry) for entry in root]
    media_types = dict(named)
    if len(media_types) != len(named):
        raise Finding("manifest_names_twice")
    if media_types.pop("/", MEDIA_TYPE) != MEDIA_TYPE:
        raise Finding("manifest_other_type")
    for name in media_types.keys() - data.keys():
        raise Finding("file_missing", name=name)
    for name in data.keys() - media_types.keys():
        raise Finding("file_not_in_manifest", name=name)
    if not data:
        raise Finding("nothing_to_sign")
    return media_types


def _named(entry: Element) -> tuple[str, str]:
    name, media_type = entry.get(f"{_NS}full-path"), entry.get(f"{_NS}media-type")
    plain = entry.tag == f"{_NS}file-entry" and not len(entry) and len(entry.attrib) == 2 and not entry.text
    if not plain or name is None or media_type is None:
        raise Finding("manifest_unreadable")
    return name, media_type


def _only_known_in_meta(entries: Mapping[str, bytes]) -> None:
    """Refuse files of META-INF that are neither manifest nor signatures: no signature covers them."""
    for name in entries:
        known = name in ("mimetype", _MANIFEST) or _is_data(name) or _SIGNATURES.fullmatch(name)
        if not known:
            raise Finding("meta_file_unknown", name=name)
