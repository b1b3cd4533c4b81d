"""The media type of a file by what is in it; what its sender says of it counts for nothing."""

UNKNOWN, TEXT, ZIP = "application/octet-stream", "text/plain", "application/zip"
HEAD = 4_096
_SIGNATURES = [
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
]
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OFFICE_PARTS = [
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
]
# A container that says what it is does so in its first entry, stored as it is.
_DECLARED = [
    "application/vnd.etsi.asic-e+zip",
    "application/vnd.etsi.asic-s+zip",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
]
_ENTRY_NAME, _DECLARATION = 30, b"mimetype"


def media_type_of(head: bytes) -> str:
    """Return the media type by the first bytes (up to `HEAD`) of a file; one of a short list, or UNKNOWN."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _container(head)
    return TEXT if _is_text(head) else UNKNOWN


def _container(head: bytes) -> str:
    name_length = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    if head[_ENTRY_NAME:].startswith(_DECLARATION):
        declared = head[_ENTRY_NAME + name_length :]
        return next((kind for kind in _DECLARED if declared.startswith(kind.encode())), ZIP)
    if head[_ENTRY_NAME:].startswith(b"[Content_Types].xml"):
        return next((kind for part, kind in _OFFICE_PARTS if part in head), ZIP)
    return ZIP


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as fault:
        # The last letter may be cut by the end of the head.
        if len(head) < HEAD or fault.start < len(head) - 3:
            return False
        text = head[: fault.start].decode("utf-8")
    return bool(text) and all(letter.isprintable() or letter in "\t\r\n\ufeff" for letter in text)
