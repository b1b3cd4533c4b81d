"""An institution registers with a really signed file, and again with each check of it failing in turn."""

import copy
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import institutions
import pytest
import suite
import walk
from citizens import NO_SIGNATORY, named
from cryptography.x509 import ocsp
from ila_local.processes import SIGNING
from ila_stubs.signing.containers import (
    DS,
    XADES,
    b64,
    container_of,
    entries_of,
    manifest,
    packed,
    signature_file,
    signature_of,
)
from ila_stubs.signing.keeping import LIST, listed, subject_of
from ila_stubs.signing.lists import trusted_list
from ila_stubs.signing.pki import answer, statements, token
from institutions import attestation, authorities, order_by, person, send_registration
from process import IDENTITY, Process, good
from test_bad_input import problem

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
NUMBER, REPRESENTATIVE, ADMIN = "9900000050", "citizen-1500", "newcomer-admin"
APPROVER, SECOND = "agency-user-approver", "agency-user-approver-2"
REASON = {"reason": "Looked at by hand."}


@pytest.fixture
def process() -> Process:
    return walk.new_process(patience=30)


@pytest.fixture
def register(process: Process) -> Iterator[Callable[..., tuple[str, Any]]]:
    """Register an institution with a file; what is still open afterwards is refused."""
    paths = []

    def register(content: bytes, number: str = NUMBER) -> tuple[str, Any]:
        taken = good(send_registration(process, number, content), 201)
        paths.append(f"{IDENTITY}/provider-registrations/{taken['id']}")
        return paths[-1], taken

    yield register
    for path in paths:
        seen = process.read(APPROVER, path)
        if seen["status"] == "returned":
            seen = process.do(ADMIN, f"{path}/submission")
        if seen["status"] == "submitted":
            process.do(APPROVER, f"{path}/refusal", {"reason": "A trial."})


def faulty(**faults: Any) -> bytes:
    return container_of(replace(order_by(ADMIN), **faults))


def somebody(**how: Any) -> Any:
    """Return a signer with a certificate of the suite's issuer, with faults as told."""
    pki = authorities()
    return pki.person(pki.issuer, subject=subject_of(person(ADMIN)), **how)


def unsigned() -> bytes:
    return packed(entries_of(order_by(ADMIN).files))


def untrusted() -> bytes:
    pki = authorities()
    return faulty(signer=pki.person(pki.stranger, subject=subject_of(person(ADMIN))), answers=())


def sealed() -> bytes:
    return faulty(signer=somebody(stated=statements(purpose="0.4.0.1862.1.6.2")), answers=())


def revoked() -> bytes:
    order, pki = order_by(ADMIN), authorities()
    before = order.stamped_at - timedelta(days=1)
    said = answer(
        pki.responder,
        order.signer,
        pki.issuer,
        order.stamped_at,
        status=ocsp.OCSPCertStatus.REVOKED,
        revoked=before,
    )
    return container_of(replace(order, answers=(said,)))


def wrapped() -> bytes:
    def double(signature: Any) -> None:
        properties = signature.find(f"{DS}Object/{XADES}QualifyingProperties")
        doubled = copy.deepcopy(properties)
        doubled[0].attrib.pop("Id")
        properties.getparent().append(doubled)

    return faulty(before_signing=double)


def tampered() -> bytes:
    order = order_by(ADMIN)
    signature = signature_file(signature_of(order))
    altered = {name: content + b" and more" for name, content in order.files.items()}
    return packed(entries_of(altered, signature))


def with_entries(**entries: bytes) -> bytes:
    """Return a signed container with these entries besides, or in place of its own."""
    order = order_by(ADMIN)
    return packed(entries_of(order.files, signature_file(signature_of(order))) | entries)


def changed(change: Callable[[Any], None]) -> bytes:
    """Return a container whose signature was changed after it was made."""
    order = order_by(ADMIN)
    signature = signature_of(order)
    change(signature)
    return packed(entries_of(order.files, signature_file(signature)))


def called_otherwise() -> bytes:
    told = manifest(order_by(ADMIN).files).replace(b"text/plain", b"text/html")
    return with_entries(**{"META-INF/manifest.xml": told})


def partly_signed() -> bytes:
    order = order_by(ADMIN)
    more = order.files | {"pieslēgts.txt": b"Nobody signed this."}
    return packed(entries_of(more, signature_file(signature_of(order))))


def uncovered_properties(signature: Any) -> None:
    del signature.find(f"{DS}SignedInfo/{DS}Reference[@Type]").attrib["Type"]


def another_certificate_named(signature: Any) -> None:
    signature.find(f".//{XADES}CertDigest/{DS}DigestValue").text = b64(bytes(32))


def another_value(signature: Any) -> None:
    signature.find(f"{DS}SignatureValue").text = b64(bytes(range(64)))


def unreadable_answer(signature: Any) -> None:
    signature.find(f".//{XADES}EncapsulatedOCSPValue").text = "?"


def stamped_tomorrow() -> bytes:
    return faulty(stamped_at=order_by(ADMIN).stamped_at + timedelta(days=1))


def stamped_by_a_stranger() -> bytes:
    pki = authorities()
    return faulty(stamper=pki.stamping_unit(pki.stranger))


def stamped_for_another() -> bytes:
    def another(stamper: Any, stamped: bytes, at: datetime) -> bytes:
        return token(stamper, b"another signature", at)

    return faulty(make_token=another)


# By what is wrong: how the file is made, the check that finds it, and what that says.
FAULTS = {
    "no container": (lambda: b"PK\x05\x06" + bytes(18), "archive", "not_a_container"),
    "another kind of container": (lambda: with_entries(mimetype=b"text/plain"), "mimetype", "mimetype_other"),
    "a file on no list": (lambda: with_entries(cits=b"x"), "manifest", "file_not_in_manifest"),
    "something hidden": (lambda: with_entries(**{"META-INF/x": b"x"}), "meta_folder", "meta_file_unknown"),
    "unsigned": (unsigned, "signatures", "no_signature"),
    "wrapped": (wrapped, "structure", "properties_not_one"),
    "properties that nothing covers": (
        lambda: faulty(before_signing=uncovered_properties),
        "properties_covered",
        "properties_not_covered",
    ),
    "a file that was changed": (tampered, "files_covered", "digest_wrong"),
    "a file that was added": (partly_signed, "files_covered", "file_not_covered"),
    "a file called otherwise": (called_otherwise, "media_types", "media_type_differs"),
    "another value": (lambda: changed(another_value), "signature_value", "signature_wrong"),
    "another certificate": (
        lambda: faulty(before_signing=another_certificate_named),
        "certificate_named",
        "certificate_other",
    ),
    "unstamped": (lambda: faulty(stamper=None), "time_stamp", "stamp_missing"),
    "a stamp of another signature": (stamped_for_another, "time_stamp", "stamp_of_another"),
    "an answer nobody can read": (lambda: changed(unreadable_answer), "answers_readable", "base64"),
    "a stamp of tomorrow": (stamped_tomorrow, "stamp_moment", "stamp_in_future"),
    "a stamp of a stranger": (stamped_by_a_stranger, "stamp_trusted", "issuer_unknown"),
    "an issuer that is on no list": (untrusted, "certificate_path", "issuer_unknown"),
    "a certificate that is not qualified": (
        lambda: faulty(signer=authorities().unqualified(), answers=()),
        "qualified",
        "not_qualified",
    ),
    "an e-seal": (sealed, "personal", "not_for_signatures"),
    "a revoked certificate": (revoked, "revocation", "revoked"),
    "a PDF without a signature": (lambda: b"%PDF-1.7 a", "pdf", "unreadable"),
}
# What no file can be made to fail: the list of the suite (below), and a second verifier that a file deceives.
NOT_BY_A_FILE = {"lists_fresh", "second_opinion", "signer"}


def test_each_check_of_a_good_file_has_a_file_here_that_fails_it(process, register):
    _, taken = register(institutions.signed_by(ADMIN), institutions.free_number(process))
    assert taken["attestation"]["verdict"] == "passed"
    made = {one["name"] for one in taken["attestation"]["checks"]}
    assert made - {check for _, check, _ in FAULTS.values()} == NOT_BY_A_FILE


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_signed_as_it_must_be_is_never_approved_and_says_why(process, register, fault):
    make, check, reason = FAULTS[fault]
    path, taken = register(make())
    failed = [one for one in taken["attestation"]["checks"] if one["verdict"] == "failed"]
    assert taken["attestation"]["verdict"] == "failed"
    assert (check, reason) in {(one["name"], one["reason"]) for one in failed}
    assert all(one["sentence_lv"] and one["sentence_en"] for one in failed)
    for approver in (APPROVER, SECOND):
        problem(process.by(approver).post(f"{path}/approval", REASON), 409, "attestation-failed")
    returned = process.do(APPROVER, f"{path}/return", {"reason": failed[0]["sentence_lv"]})
    assert (returned["status"], returned["decision"]["reason"]) == ("returned", failed[0]["sentence_lv"])


def test_a_returned_registration_is_sent_again_with_a_good_file_and_approved_by_one(process, register):
    number = institutions.free_number(process)
    path, _ = register(unsigned(), number)
    process.do(APPROVER, f"{path}/return", {"reason": "There is no signature."})
    version = process.by(ADMIN).get(path).headers["ETag"]
    form = institutions.form_of(process, number)
    content = attestation(institutions.signed_by(ADMIN), "labots.edoc")
    changed = good(process.by(ADMIN).upload(path, form, version=version, attestation=content))
    assert (changed["attestation"]["verdict"], changed["signed_by_right"]) == ("passed", "named")
    assert changed["attestation"]["level"] == "XAdES-LT"
    process.do(ADMIN, f"{path}/submission")
    institutions.wait_for_checks(process, path)
    seen = process.do(APPROVER, f"{path}/approval", REASON)
    assert (seen["status"], seen["approvals"]) == ("approved", 1)


@pytest.mark.parametrize("cause", ["a country without a list", "an expired list"])
def test_what_cannot_be_known_takes_two_approvers(process, register, expired_list, cause):
    if cause == "an expired list":
        expired_list()
        content = institutions.signed_by(ADMIN)
    else:
        content = institutions.signed_abroad(ADMIN)
    path, taken = register(content, institutions.free_number(process))
    open_ = {one["reason"] for one in taken["attestation"]["checks"] if one["verdict"] == "indeterminate"}
    assert taken["attestation"]["verdict"] == "indeterminate"
    assert open_ & {"list_expired", "issuer_not_listed"}
    assert taken["approvals_needed"] == 2
    institutions.wait_for_checks(process, path)
    assert process.do(APPROVER, f"{path}/approval", REASON)["status"] == "submitted"
    problem(process.by(APPROVER).post(f"{path}/approval", REASON), 409, "approved-by-you-already")
    assert process.do(SECOND, f"{path}/approval", REASON)["status"] == "approved"


@pytest.fixture
def expired_list() -> Iterator[Callable[[], None]]:
    """Put a list that ended yesterday in the place of the suite's, and the good one back afterwards."""
    path = suite.data_dir() / SIGNING / LIST
    kept = path.read_bytes()

    def expire() -> None:
        ended = datetime.now(UTC) - timedelta(days=1)
        path.write_bytes(trusted_list(authorities(), listed(authorities()), until=ended))

    yield expire
    path.write_bytes(kept)


def test_somebody_without_a_right_to_sign_is_refused_by_name_until_an_authorisation_is_seen(
    process, register
):
    path, taken = register(institutions.signed_by(named(NO_SIGNATORY[0])), institutions.free_number(process))
    assert (taken["attestation"]["verdict"], taken["signed_by_right"]) == ("passed", "open")
    institutions.wait_for_checks(process, path)
    problem(process.by(APPROVER).post(f"{path}/approval", REASON), 409, "signer-not-entitled")
    mandate = ("pilnvara.pdf", b"%PDF-1.7 pilnvara", "application/pdf")
    added = good(process.by(ADMIN).upload(f"{path}/authorisation", {}, authorisation=mandate), 201)
    assert added["signed_by_right"] == "unproven"
    problem(process.by(APPROVER).post(f"{path}/approval", REASON), 409, "signer-not-entitled")
    looked_at = {"If-Match": process.by(APPROVER).get(path).headers["ETag"]}
    checked = good(process.by(APPROVER).post(f"{path}/authorisation-check", REASON, **looked_at))
    assert checked["signed_by_right"] == "authorised"
    assert process.do(APPROVER, f"{path}/approval", REASON)["status"] == "approved"


def test_a_representative_by_register_signs_for_another_administrator(process, register):
    path, _ = register(institutions.signed_by(REPRESENTATIVE))
    seen = institutions.wait_for_checks(process, path)
    assert seen["signed_by_right"] == "representative"
    assert person(REPRESENTATIVE).personal_code.replace("-", "") not in str(seen).replace("-", "")


def test_a_unit_of_a_company_registers_under_the_number_of_the_company(process, register):
    company, unit = "9900000051", "9900000052"
    path, taken = register(institutions.signed_by(ADMIN), unit)
    assert taken["legal_person_number"] == process.institution(company).legal_person_number
    seen = institutions.wait_for_checks(process, path)
    assert {one["verdict"] for one in seen["checks"]} == {"passed"}


def test_wrong_numbers_and_unknown_institutions_are_refused_by_name(process, register):
    form = institutions.form_of(process, NUMBER)
    content = attestation(institutions.signed_by(ADMIN))
    for change, status, code in (
        ({"viis_number": "123"}, 422, "invalid-request"),
        ({"legal_person_number": "99000000017"}, 422, "malformed-number"),
    ):
        answer_ = process.by(ADMIN).upload(
            f"{IDENTITY}/provider-registrations", form | change, attestation=content
        )
        problem(answer_, status, code)
    unknown = form | {"viis_number": f"97{uuid.uuid4().int % 10**8:08}"}
    sent = process.by(ADMIN).upload(f"{IDENTITY}/provider-registrations", unknown, attestation=content)
    path = f"{IDENTITY}/provider-registrations/{good(sent, 201)['id']}"
    institutions.wait_for_checks(process, path)
    problem(process.by(APPROVER).post(f"{path}/approval", REASON), 409, "register-checks-failed")
    assert process.do(APPROVER, f"{path}/refusal", {"reason": "Not in the register."})["status"] == "refused"
