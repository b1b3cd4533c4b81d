"""A stand-in for an S3-compatible store: one bucket in memory, requests signed (AWS signature 4)."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from minio.credentials.credentials import Credentials
from minio.signer import sign_v4_s3

from ila_stubs.faults import BadFault, read_order, spoiled_answer
from ila_stubs.files.clamd import Scanner

PARTS = ("s3", "clamd")
REGION = "us-east-1"
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^,]+, ?SignedHeaders=([a-z0-9;-]+), ?Signature=[0-9a-f]{64}"
)
_AMZ_DATE = "%Y%m%dT%H%M%SZ"
store = Blueprint("s3", __name__)


@dataclass
class Bucket:
    """One bucket: its objects with the moment each was put, its keys, and what it is ordered to do."""

    name: str
    access_key: str
    secret_key: str
    objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    mode: str = "none"
    seconds: float = 5.0


def create_app(bucket: Bucket, scanner: Scanner) -> Flask:
    """Return the store with the desk where faults of it and of the scanner are ordered."""
    app = Flask(__name__)
    app.extensions["bucket"], app.extensions["scanner"] = bucket, scanner
    app.register_blueprint(store)
    return app


@store.get("/<bucket>")
@store.get("/<bucket>/")
def listing(bucket: str) -> Response:
    """List the objects whose names begin with a prefix."""
    if refused := _refused(bucket):
        return refused
    prefix = request.args.get("prefix", "")
    rows = "".join(
        f"<Contents><Key>{escape(name)}</Key><LastModified>{_instant(at)}</LastModified>"
        f"<Size>{len(data)}</Size></Contents>"
        for name, (data, at) in sorted(_bucket().objects.items())
        if name.startswith(prefix)
    )
    head = f"<Name>{escape(bucket)}</Name><IsTruncated>false</IsTruncated>"
    return _xml(f"<ListBucketResult>{head}{rows}</ListBucketResult>", 200)


@store.put("/<bucket>/<path:name>")
def put(bucket: str, name: str) -> Response:
    """Keep an object whose bytes are those that were signed."""
    data = request.get_data()
    if refused := _refused(bucket, data):
        return refused
    _bucket().objects[name] = (data, datetime.now(UTC))
    return Response(status=200, headers={"ETag": f'"{hashlib.sha256(data).hexdigest()[:32]}"'})


@store.get("/<bucket>/<path:name>")
def get(bucket: str, name: str) -> Response:
    """Hand out an object; HEAD tells its size and age."""
    if refused := _refused(bucket):
        return refused
    if name not in _bucket().objects:
        return _fault("NoSuchKey", 404)
    data, at = _bucket().objects[name]
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"Last-Modified": format_datetime(at, usegmt=True), "ETag": etag}
    return Response(data, headers=headers, content_type="application/octet-stream")


@store.delete("/<bucket>/<path:name>")
def delete(bucket: str, name: str) -> Response:
    """Remove an object; nothing to remove is well too."""
    if refused := _refused(bucket):
        return refused
    _bucket().objects.pop(name, None)
    return Response(status=204)


@store.put("/faults")
def order_fault() -> tuple[Response, int]:
    """Order a fault of the store, of the scanner, or of both."""
    try:
        mode, seconds, parts = read_order(request.get_json(silent=True), "parts", PARTS)
    except BadFault as refusal:
        return jsonify(error="invalid_fault", error_description=str(refusal)), 422
    for part in parts:
        ordered: Any = _bucket() if part == "s3" else current_app.extensions["scanner"]
        ordered.mode, ordered.seconds = mode, seconds
    return jsonify(dict.fromkeys(parts, mode)), 200


@store.get("/health/live")
@store.get("/health/ready")
def health() -> Response:
    """Tell that the store answers."""
    return jsonify(status="ok")


def _bucket() -> Bucket:
    bucket: Bucket = current_app.extensions["bucket"]
    return bucket


def _refused(bucket: str, data: bytes = b"") -> Response | None:
    """Return why a request is not answered rightly: a fault that was ordered, a bad signature, no bucket."""
    if spoiled := spoiled_answer(_bucket().mode, _bucket().seconds):
        return spoiled
    if not _well_signed(data):
        return _fault("SignatureDoesNotMatch", 403)
    return None if bucket == _bucket().name else _fault("NoSuchBucket", 404)


def _well_signed(data: bytes) -> bool:
    """Tell whether the library, with our secret, would sign this request as it is signed."""
    given = request.headers.get("Authorization", "")
    content = request.headers.get("X-Amz-Content-Sha256", "")
    signed = _SIGNED.fullmatch(given)
    if not signed or content not in (hashlib.sha256(data).hexdigest(), "UNSIGNED-PAYLOAD"):
        return False
    wanted = sign_v4_s3(
        method=request.method,
        # As it came: signed is how the client spelled it.
        url=urlsplit(request.host_url.rstrip("/") + request.environ["RAW_URI"]),
        region=REGION,
        headers={name: request.headers.get(name, "") for name in signed[1].split(";")},
        credentials=Credentials(_bucket().access_key, _bucket().secret_key),
        content_sha256=content,
        date=datetime.strptime(request.headers.get("X-Amz-Date", ""), _AMZ_DATE).replace(tzinfo=UTC),
    )["Authorization"]
    return hmac.compare_digest(given.encode(), str(wanted).encode())


def _fault(code: str, status: int) -> Response:
    return _xml(f"<Error><Code>{code}</Code><Message>{code}</Message></Error>", status)


def _xml(body: str, status: int) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{body}', status, content_type="application/xml")


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
