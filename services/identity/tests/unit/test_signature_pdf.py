"""A signed PDF passes only if its signature covers all of it and nothing came after."""

import io
import random
import zlib

import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from ila_identity.signatures.trust import load_profile
from ila_identity.signatures.verifier import verify
from ila_stubs.signing.lists import fingerprint
from ila_stubs.signing.pki import DAY, Holder, token_over
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from signing_pki import NOW, PKI, STAMPED, listed, trusted_list

TRUST = load_profile(
    "test", [trusted_list(PKI, listed())], frozenset({fingerprint(PKI.operator)}), revocation_required=False
)
SEEDS = 200


class Stamping(TimeStamper):
    """Stamps with a unit of the test."""

    def __init__(self, stamper):
        super().__init__()
        self._stamper = stamper

    async def async_request_tsa_response(self, req):
        imprint = req["message_imprint"]["hashed_message"].native
        made = token_over(self._stamper, imprint, STAMPED)
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": made})

    async def async_timestamp(self, message_digest, md_algorithm):
        return token_over(self._stamper, message_digest, STAMPED)


def blank():
    made = writer.PdfFileWriter()
    page = writer.PageObject(
        contents=made.add_object(generic.StreamObject(stream_data=b"")), media_box=(0, 0, 595, 842)
    )
    made.insert_page(page)
    written = io.BytesIO()
    made.write(written)
    return written.getvalue()


def signed(
    holder: Holder = PKI.signer,
    stamper: Holder | None = PKI.stamper,
    content: bytes | None = None,
    field="S0",
):
    """Return a PDF with a signature of a holder."""
    key = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(holder.der),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),
    )
    meta = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    pdf = IncrementalPdfFileWriter(io.BytesIO(content or blank()))
    stamping = Stamping(stamper) if stamper else None
    return signers.sign_pdf(pdf, meta, signer=signer, timestamper=stamping).getvalue()


def added(content, change):
    """Return a PDF with a change written behind it, as an update."""
    pdf = IncrementalPdfFileWriter(io.BytesIO(content))
    change(pdf)
    written = io.BytesIO()
    pdf.write(written)
    return written.getvalue()


def another_page(pdf):
    pdf.insert_page(
        writer.PageObject(
            contents=pdf.add_object(generic.StreamObject(stream_data=b"BT ET")), media_box=(0, 0, 9, 9)
        )
    )


def another_title(pdf):
    pdf.root["/Title"] = generic.pdf_string("cits")
    pdf.update_root()


def reasons(content):
    report = verify(content, TRUST, NOW)
    return report.outcome, {check.reason for check in report.not_passed()}


GOOD = signed()


def test_a_signed_and_stamped_pdf_passes():
    report = verify(GOOD, TRUST, NOW)

    assert (report.outcome, report.not_passed()) == ("passed", ())
    (signature,) = report.signatures
    assert signature.stamped_at == STAMPED
    assert signature.signer.identifier == "PNOLV-300000-00000"


def test_a_pdf_without_signature_fails():
    assert reasons(blank()) == ("failed", {"no_signature"})


def test_a_pdf_without_stamp_fails():
    assert reasons(signed(stamper=None)) == ("failed", {"stamp_missing"})


@pytest.mark.parametrize("change", [another_page, another_title])
def test_a_change_after_the_signature_fails(change):
    assert reasons(added(GOOD, change)) == ("failed", {"pdf_changed"})


def test_a_second_signature_changes_what_the_first_one_signed():
    twice = signed(content=GOOD, field="S1")

    assert reasons(twice) == ("failed", {"pdf_changed"})


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = (
        b"%PDF-1.7\n1 0 obj <</Filter /FlateDecode>> stream\n"
        + zlib.compress(bytes(101 * 2**20))
        + b"endstream"
    )

    assert reasons(bomb) == ("failed", {"unpacks_too_large"})
    assert reasons(b"%PDF-1.7\n<</Filter [/FlateDecode /FlateDecode]>>") == ("failed", {"pdf_packing"})
    assert reasons(b"%PDF-1.7\n<</Filter /Fl#61teDecode>>") == ("failed", {"pdf_packing"})


def test_a_signer_nobody_lists_fails():
    assert reasons(signed(PKI.person(PKI.stranger))) == ("failed", {"issuer_unknown"})


def test_a_signer_whose_certificate_had_ended_fails():
    assert reasons(signed(PKI.person(PKI.issuer, last=STAMPED - DAY)))[1] == {"certificate_not_valid_then"}


def test_bytes_behind_the_signature_fail():
    assert reasons(GOOD + b"\n%hidden\n") == ("failed", {"pdf_changed"})


def test_a_signature_of_a_form_that_nobody_knows_is_not_passed_over():
    assert reasons(GOOD.replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.attached")) == ("failed", {"pdf_form"})


def test_something_behind_the_signature_in_its_own_room_fails():
    end = GOOD.index(b">", GOOD.index(b"/Contents <"))

    assert reasons(GOOD[: end - 2] + b"01" + GOOD[end:]) == ("failed", {"pdf_part_only"})


def test_a_mutation_passes_only_where_the_signature_is_written_and_says_the_same():
    good, chance = verify(GOOD, TRUST, NOW), random.Random(5)
    room = range(GOOD.index(b"/Contents <"), GOOD.index(b">", GOOD.index(b"/Contents <")))
    for _ in range(SEEDS):
        at = chance.randrange(8, len(GOOD))
        report = verify(GOOD[:at] + bytes([GOOD[at] ^ 1 << chance.randrange(8)]) + GOOD[at + 1 :], TRUST, NOW)
        assert report.outcome != "passed" or (at in room and report == good), at
