"""The head of an answer, read off a connection."""

import http.client

Headers = list[tuple[str, str]]
_LONGEST_LINE = 65_536
_MOST_HEADERS = 200


class Reader(http.client.HTTPResponse):
    """Reads an answer. The head is read by plain splitting: the e-mail parser of the library costs
    more than everything else of a proxied request together."""

    fields: Headers

    def begin(self) -> None:
        """Read the head of the answer, passing over interim ones (1xx)."""
        version, status, reason = self._read_status()  # type: ignore[attr-defined]
        while 100 <= status < 200:
            self._read_fields()
            version, status, reason = self._read_status()  # type: ignore[attr-defined]
        self.code = self.status = status
        self.reason = reason.strip()
        self.fields = self._read_fields()
        self._frame(version)

    def _read_fields(self) -> Headers:
        fields: Headers = []
        while True:
            line = self.fp.readline(_LONGEST_LINE)
            if line in (b"\r\n", b"\n"):
                return fields
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or not name.isprintable() or name != name.strip() or len(fields) >= _MOST_HEADERS:
                raise http.client.HTTPException("not a header line")
            fields.append((name, value.strip()))

    def _frame(self, version: str) -> None:
        """Find out where the body ends, and whether the connection lives on."""
        known = {name.lower(): value for name, value in self.fields}
        connection = known.get("connection", "").lower()
        self.version = 11
        self.chunked = known.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        bodiless = self.status in (204, 304) or self._method == "HEAD"  # type: ignore[attr-defined]
        length = known.get("content-length", "")
        self.length = 0 if bodiless else int(length) if length.isdecimal() and not self.chunked else None
        endless = self.length is None and not self.chunked
        self.will_close = endless or "close" in connection or version != "HTTP/1.1"
