"""Signatures inside a PDF (PAdES): what each covers, what changed since, its value, its stamp.

pyHanko reads the file and compares its revisions. What it calls valid is not asked; the value is checked by
the same rules as any other.

Source: BR-102; ETSI EN 319 142-1; ISO 32000-2 clause 12.8.
"""

import io
import re
import zlib
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from ila_identity.signatures import algorithms, certificates, cms_signers
from ila_identity.signatures.container import MIB, MOST_IN, MOST_OUT
from ila_identity.signatures.judging import Claim, judge_trust, told
from ila_identity.signatures.report import Checks, Finding, SignatureReport
from ila_identity.signatures.stamps import Stamp, read_token
from ila_identity.signatures.trust import TrustProfile

_FORMS = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
_PIECE = 16 * 1024
_STREAM = re.compile(rb"stream\r?\n")
_PACKED_TWICE = re.compile(
    rb"/(FlateDecode|Fl|LZWDecode|LZW|RunLengthDecode|RL)\s*/(FlateDecode|Fl|LZW|RunLength|RL)"
)
_HIDDEN_FILTER = re.compile(rb"/[A-Za-z]*#[0-9A-Fa-f]{2}[A-Za-z#0-9]*Decode")


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """The signatures of a PDF, and certificates and OCSP answers (DER) that were stored beside them."""

    signatures: tuple[EmbeddedPdfSignature, ...]
    others: tuple[bytes, ...]
    answers: tuple[bytes, ...]


def judged(content: bytes, trust: TrustProfile, now: datetime, checks: Checks) -> tuple[SignatureReport, ...]:
    """Return every signature of a PDF, judged."""
    read = checks.judge("pdf", lambda: read_pdf(content), lambda read: {"count": len(read.signatures)})
    if read is None:
        return ()
    return tuple(_judged(one, read, trust, now) for one in read.signatures)


def _judged(
    signature: EmbeddedPdfSignature, read: SignedPdf, trust: TrustProfile, now: datetime
) -> SignatureReport:
    checks = Checks()
    name = str(signature.field_name)
    own = checks.judge("structure", lambda: certificate_of(signature))
    if own is None:
        return SignatureReport(name, checks.made(), None, None)
    checks.judge("document_covered", lambda: check_covered(signature))
    checks.judge("signature_value", lambda: check_value(signature), lambda used: {"algorithm": used})
    stamp = checks.judge("time_stamp", lambda: stamp_of(signature), told)
    if stamp is not None:
        others = (*(one.dump() for one in signature.other_embedded_certs), *read.others)
        judge_trust(Claim(own.dump(), others, read.answers, stamp), trust, now, checks)
    signer = checks.judge("signer", lambda: certificates.signer_of(own.dump()))
    stated = signing_time(signature)
    return SignatureReport(name, checks.made(), signer, stamp.at if stamp else None, stated)


def signing_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """Return when a signer says to have signed, if that can be read."""
    try:
        stated = signature.self_reported_timestamp
    except Exception:  # it informs alone, and what pyHanko raises on hostile files has no end
        return None
    return stated if isinstance(stated, datetime) and stated.tzinfo else None


def read_pdf(content: bytes) -> SignedPdf:
    """Return the signatures of a PDF. Raises Finding, or whatever pyHanko raises on broken ones."""
    if len(content) > MOST_IN:
        raise Finding("file_too_large", limit=MOST_IN // MIB)
    _refuse_bombs(content)
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        raise Finding("pdf_encrypted")
    signatures = tuple(reader.embedded_regular_signatures)
    # pyHanko leaves out what it does not know; a signature that nobody judged is not one to ignore.
    if len(list(enumerate_sig_fields(reader, filled_status=True))) != len(reader.embedded_signatures):
        raise Finding("pdf_form")
    if not signatures:
        raise Finding("no_signature")
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return SignedPdf(signatures, (), ())
    answers = tuple(one.get_object().data for one in store.ocsps)
    return SignedPdf(signatures, tuple(one.dump() for one in store.load_certs()), answers)


def _refuse_bombs(content: bytes) -> None:
    """Refuse a PDF whose streams unpack too far: pyHanko unpacks them without counting."""
    if _PACKED_TWICE.search(content) or _HIDDEN_FILTER.search(content):
        raise Finding("pdf_packing")
    room = MOST_OUT
    for start in _STREAM.finditer(content):
        room -= _unpacked(content, start.end(), room)
        if room < 0:
            raise Finding("unpacks_too_large", limit=MOST_OUT // MIB)


def _unpacked(content: bytes, start: int, room: int) -> int:
    """Return how many bytes a stream gives, or more than there is room for; none if it is not deflated."""
    unpacking, total = zlib.decompressobj(), 0
    for at in range(start, len(content), _PIECE):
        try:
            total += len(unpacking.decompress(content[at : at + _PIECE]))
        except zlib.error:
            return total
        if unpacking.eof or total > room:
            return total
    return total


def certificate_of(signature: EmbeddedPdfSignature) -> asn1.Certificate:
    """Return the signer's certificate; the form must be one of those that cover the file. Raises Finding."""
    if str(signature.sig_object.get("/SubFilter")) not in _FORMS:
        raise Finding("pdf_form")
    if len(signature.signed_data["signer_infos"]) != 1:
        raise Finding("signature_nested")
    # The room for a signature is larger than the signature: what is left of it must be empty.
    length = len(cms.ContentInfo.load(signature.pkcs7_content).dump())
    if signature.pkcs7_content[length:].strip(b"\0"):
        raise Finding("pdf_part_only")
    return signature.signer_cert


def check_covered(signature: EmbeddedPdfSignature) -> None:
    """Refuse a signature that leaves out a part of its revision, or after which the document changed."""
    signature.compute_integrity_info()  # type: ignore[no-untyped-call]
    if signature.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return
    if signature.coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
        raise Finding("pdf_part_only")
    # Only what keeps a signature for long may follow: bytes that are no revision hide something, and filling
    # in a form is more than it seems, because a whole page can be replaced under that name.
    changes = signature.diff_result
    if not isinstance(changes, DiffResult) or changes.modification_level is not ModificationLevel.LTA_UPDATES:
        raise Finding("pdf_changed")


def check_value(signature: EmbeddedPdfSignature) -> str:
    """Return the algorithm a value was checked with: over the file, by its signer. Raises Finding."""
    signer, own = signature.signer_info, signature.signer_cert

    def digest(name: str) -> bytes:
        algorithms.digest_by_name(name, b"")
        made: bytes = signature.compute_digest(name)
        return made

    attributes = cms_signers.check_attributes(signer, "data", digest, "pdf_altered")
    if not cms_signers.names_certificate(attributes, own, old=False):
        raise Finding("certificate_not_named")
    return cms_signers.check_value(signer, own)


def stamp_of(signature: EmbeddedPdfSignature) -> Stamp:
    """Return the time stamp of a signature, checked but for trust in who stamped. Raises Finding."""
    attributes = signature.signer_info["unsigned_attrs"]
    tokens = [
        value
        for one in (attributes if attributes else ())
        if one["type"].native == "signature_time_stamp_token"
        for value in one["values"]
    ]
    if not tokens:
        raise Finding("stamp_missing")
    if len(tokens) > 1:
        raise Finding("stamps_many")
    return read_token(tokens[0].dump(), signature.signer_info["signature"].native)
