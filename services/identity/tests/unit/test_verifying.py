"""How registrations have signatures verified: by lists in files, which somebody may replace."""

import base64
import logging
import subprocess
import sys
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from ila_identity.clients.signatures import OfflineVerifier, TrustFiles
from ila_stubs.signing.containers import DS, XADES, container_of, packed
from ila_stubs.signing.lists import fingerprint, list_of_lists
from ila_stubs.signing.pki import answer, name
from lxml import etree
from signing_pki import DAY, NOW, PKI, STAMPED, good_order, listed, trusted_list

GOOD = container_of(good_order(answers=(answer(PKI.responder, PKI.signer, PKI.issuer, STAMPED),)))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "list.xml").write_bytes(trusted_list(PKI, listed()))
    (tmp_path / "signer.pem").write_bytes(PKI.operator.certificate.public_bytes(Encoding.PEM))
    return tmp_path


def verifier(folder, profile="production"):
    return OfflineVerifier(
        TrustFiles(profile=profile, lists=(folder / "list.xml",), signers=(folder / "signer.pem",))
    )


def test_a_good_file_passes_with_its_signer_level_and_times(folder):
    found = verifier(folder).verify(GOOD, NOW)
    [signature] = found.signatures
    assert (found.verdict, signature.verdict, signature.level) == ("passed", "passed", "XAdES-LT")
    assert (signature.signer.name, signature.signer.identifier) == ("PARAUGA PERSONA", "PNOLV-300000-00000")
    assert signature.time_stamp_at == signature.signed_at == STAMPED
    assert all(check.sentence_lv and check.sentence_en for check in found.checks)
    assert verifier(folder).alarms(NOW) == []


def test_without_word_on_revocation_production_asks_a_person_and_the_test_profile_does_not(folder):
    content = container_of(good_order())
    assert verifier(folder).verify(content, NOW).verdict == "indeterminate"
    assert verifier(folder, "test").verify(content, NOW).verdict == "passed"


def test_a_list_that_ended_leaves_the_verdict_open_with_an_alarm_until_a_new_one_is_put_there(folder, caplog):
    asked = verifier(folder)
    assert asked.verify(GOOD, NOW).verdict == "passed"
    (folder / "list.xml").write_bytes(trusted_list(PKI, listed(), until=NOW - DAY))
    with caplog.at_level(logging.ERROR):
        assert asked.verify(GOOD, NOW).verdict == "indeterminate"
    assert [record.alarm for record in caplog.records] == ["list_expired"]
    assert len(asked.alarms(NOW)) == 1
    (folder / "list.xml").write_bytes(trusted_list(PKI, listed(), until=NOW + timedelta(days=9)))
    assert asked.verify(GOOD, NOW).verdict == "passed"


@pytest.mark.parametrize("broken", ["list.xml", "signer.pem"])
@pytest.mark.parametrize("how", ["gone", "garbage", "another"])
def test_a_list_that_cannot_be_believed_passes_nothing_and_is_an_alarm(folder, broken, how):
    path = folder / broken
    other = {
        "list.xml": trusted_list(PKI, listed())[:-300],
        "signer.pem": PKI.issuer.certificate.public_bytes(Encoding.PEM),
    }
    path.unlink()
    if how != "gone":
        path.write_bytes(b"\xff garbage" if how == "garbage" else other[broken])
    asked = verifier(folder)
    assert asked.verify(GOOD, NOW).verdict == "indeterminate"
    assert len(asked.alarms(NOW)) == 1


def test_a_list_of_lists_is_read_again_when_its_file_changes(folder):
    top = folder / "list-of-lists.xml"
    top.write_bytes(list_of_lists(PKI, [("LV", PKI.operator)], until=NOW + DAY))
    pins = frozenset({fingerprint(PKI.union)})
    files = TrustFiles(
        profile="production", lists=(folder / "list.xml",), list_of_lists=top, list_of_lists_pins=pins
    )
    asked = OfflineVerifier(files)
    assert (asked.verify(GOOD, NOW).verdict, asked.alarms(NOW)) == ("passed", [])
    top.write_bytes(list_of_lists(PKI, [("LV", PKI.stranger)], until=NOW + DAY * 2))
    assert asked.verify(GOOD, NOW).verdict == "indeterminate"
    top.unlink()
    assert asked.verify(GOOD, NOW).verdict == "indeterminate"
    assert len(asked.alarms(NOW)) == 2


def test_a_disagreement_of_the_verifiers_is_told_to_who_keeps_them(folder, caplog):
    def names_a_stranger_too(signature):
        named = signature.find(f".//{XADES}SigningCertificateV2")
        named.append(etree.fromstring(etree.tostring(named[0])))
        named[1].find(f".//{DS}DigestValue").text = base64.b64encode(bytes(32)).decode()

    with caplog.at_level(logging.ERROR):
        found = verifier(folder, "test").verify(
            container_of(good_order(before_signing=names_a_stranger_too)), NOW
        )
    assert found.verdict == "indeterminate"
    assert [record.message for record in caplog.records] == ["two verifiers disagree on a signature"]


def test_without_any_list_nothing_passes():
    asked = OfflineVerifier(TrustFiles(profile="production"))
    assert asked.verify(GOOD, NOW).verdict == "indeterminate"


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7", packed({}), bytes(1000)])
def test_what_is_no_signed_file_fails_in_words(folder, content):
    found = verifier(folder).verify(content, NOW)
    assert (found.verdict, found.signatures) == ("failed", ())
    assert any(check.verdict == "failed" and check.sentence_en for check in found.checks)


def test_words_of_a_certificate_that_nobody_could_store_are_replaced(folder):
    who = PKI.person(PKI.issuer, subject=name("PARAUGA\u202e PERSONA"))
    found = verifier(folder, "test").verify(container_of(good_order(signer=who)), NOW)
    assert found.signatures[0].signer.name == "PARAUGA\N{REPLACEMENT CHARACTER} PERSONA"


def test_the_libraries_of_signatures_are_not_loaded_before_a_file_is_judged():
    program = (
        "import sys, ila_identity.app; "
        "from ila_identity.clients.signatures import OfflineVerifier, TrustFiles; "
        "OfflineVerifier(TrustFiles(profile='production')); "
        "large = {'lxml', 'pyhanko', 'asn1crypto', 'pyhanko_certvalidator', 'signxml'}; "
        "print(sorted(large & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
