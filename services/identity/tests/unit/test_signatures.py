"""A signed container passes only if everything holds; each fault is found and named."""

import base64
import copy
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from ila_identity.signatures import xades
from ila_identity.signatures.report import NOTED
from ila_identity.signatures.trust import load_profile
from ila_identity.signatures.verifier import verify
from ila_stubs.signing.containers import (
    DS,
    NS,
    RSA,
    SHA1,
    XADES,
    entries_of,
    manifest,
    packed,
    signature_file,
    signature_of,
)
from ila_stubs.signing.lists import fingerprint
from ila_stubs.signing.pki import DAY, answer, statements, token
from lxml import etree
from signing_pki import FILES, NOW, PKI, STAMPED, good_file, good_order, listed, trusted_list

TRUST = load_profile(
    "test", [trusted_list(PKI, listed())], frozenset({fingerprint(PKI.operator)}), revocation_required=False
)


def reasons(content, trust=TRUST, now=NOW):
    """Return the outcome of a file and every reason that stands in its way."""
    report = verify(content, trust, now)
    return report.outcome, {check.reason for check in report.not_passed()}


def container(*signatures, files=FILES):
    return packed(entries_of(files, *signatures))


def changed(change, **faults):
    """Return a container whose signature was changed after it was made."""
    signature = signature_of(good_order(**faults))
    change(signature)
    return container(signature_file(signature))


def test_a_signed_and_stamped_container_passes():
    report = verify(good_file(), TRUST, NOW)

    assert report.outcome == "passed"
    assert report.not_passed() == ()
    (signature,) = report.signatures
    assert signature.stamped_at == STAMPED
    assert (signature.signer.name, signature.signer.identifier) == ("PARAUGA PERSONA", "PNOLV-300000-00000")


def test_a_person_is_not_shown_where_a_report_is_logged():
    assert "PARAUGA" not in repr(verify(good_file(), TRUST, NOW))
    assert "300000" not in repr(verify(good_file(), TRUST, NOW))


def test_rsa_signs_too():
    assert reasons(good_file(signer=PKI.rsa_signer, method=RSA)) == ("passed", set())


def test_two_people_may_sign_in_one_file_or_in_two():
    other = PKI.person(PKI.issuer)
    first, second = signature_of(good_order()), signature_of(good_order(signer=other, id="S1"))

    together = verify(container(signature_file(first, second)), TRUST, NOW)
    apart = verify(container(signature_file(first), signature_file(second)), TRUST, NOW)

    assert together.outcome == apart.outcome == "passed"
    assert len(together.signatures) == len(apart.signatures) == 2


def test_one_bad_signature_among_good_ones_spoils_the_file():
    good, bad = signature_of(good_order()), signature_of(good_order(stamper=None, id="S1"))

    report = verify(container(signature_file(good), signature_file(bad)), TRUST, NOW)

    assert report.outcome == "failed"
    assert [one.outcome for one in report.signatures] == ["passed", "failed"]


def test_an_unsigned_container_fails():
    assert reasons(container()) == ("failed", {"no_signature"})


def test_an_unstamped_signature_fails():
    assert reasons(good_file(stamper=None)) == ("failed", {"stamp_missing"})


def test_a_changed_file_fails_and_is_named():
    entries = entries_of(FILES, signature_file(signature_of(good_order())))
    entries["pielikums a+b.txt"] += b"!"

    report = verify(packed(entries), TRUST, NOW)

    assert report.outcome == "failed"
    (check,) = report.not_passed()
    assert "pielikums a+b.txt" in check.sentence("lv")
    assert "pielikums a+b.txt" in check.sentence("en")


def test_a_file_added_after_signing_fails_even_if_the_list_names_it():
    entries = entries_of(FILES, signature_file(signature_of(good_order())))
    entries["pieslepts.txt"] = b"x"

    assert reasons(packed(entries)) == ("failed", {"file_not_in_manifest", "file_not_covered"})
    entries["META-INF/manifest.xml"] = manifest([*FILES, "pieslepts.txt"])
    assert reasons(packed(entries)) == ("failed", {"file_not_covered"})


def test_a_signature_that_leaves_out_a_file_fails():
    first, *_ = FILES
    signature = signature_file(signature_of(good_order(files={first: FILES[first]})))

    assert reasons(container(signature)) == ("failed", {"file_not_covered"})


def test_a_plus_in_a_reference_is_a_plus():
    signature = signature_file(signature_of(good_order(files={"a+b.txt": b"x"})))

    assert reasons(container(signature, files={"a b.txt": b"x"}))[0] == "failed"
    assert reasons(container(signature, files={"a+b.txt": b"x"})) == ("passed", set())


def moved_properties(signature, forged_id):
    """Put forged properties where the signed ones belong, and those into another object."""
    holder = signature.find(f"{DS}Object/{XADES}QualifyingProperties")
    signed = holder.find(f"{XADES}SignedProperties")
    forged = copy.deepcopy(signed)
    forged.set("Id", forged_id)
    forged.find(f".//{XADES}SigningTime").text = "2020-01-01T00:00:00Z"
    holder.replace(signed, forged)
    etree.SubElement(signature, f"{DS}Object").append(signed)


def wrapped_same_id(signature):
    moved_properties(signature, "S0-sp")


def wrapped_other_id(signature):
    moved_properties(signature, "forged")


def second_signed_info(signature):
    forged = copy.deepcopy(signature[0])
    forged.find(f"{DS}Reference").set("URI", "cits.txt")
    signature.insert(0, forged)


def signature_inside_its_own_object(signature):
    inner = copy.deepcopy(signature)
    inner.set("Id", "inner")
    for element in inner.iter():
        if element.get("Id", "").startswith("S0"):
            element.set("Id", f"inner-{element.get('Id')}")
    signature.find(f"{DS}Object").append(inner)


def countersigned(signature):
    unsigned = signature.find(f".//{XADES}UnsignedSignatureProperties")
    inner = copy.deepcopy(signature)
    for element in inner.iter():
        if element.get("Id"):
            element.set("Id", f"inner-{element.get('Id')}")
    etree.SubElement(unsigned, f"{XADES}CounterSignature").append(inner)


def second_qualifying_properties(signature):
    holder = signature.find(f"{DS}Object")
    forged = copy.deepcopy(holder[0])
    forged.find(f"{XADES}SignedProperties").set("Id", "forged")
    for element in forged.iter():
        if element.get("Id"):
            element.set("Id", f"forged-{element.get('Id')}")
    holder.insert(0, forged)


def properties_of_another(signature):
    signature.find(f"{DS}Object/{XADES}QualifyingProperties").set("Target", "#S9")


def properties_in_key_info(signature):
    holder = signature.find(f"{DS}Object/{XADES}QualifyingProperties")
    signature.find(f"{DS}KeyInfo").append(holder.find(f"{XADES}SignedProperties"))


@pytest.mark.parametrize(
    ("wrap", "reason"),
    [
        (wrapped_same_id, "id_twice"),
        (wrapped_other_id, "element_misplaced"),
        (second_signed_info, "element_misplaced"),
        (signature_inside_its_own_object, "signature_nested"),
        (countersigned, "signature_nested"),
        (second_qualifying_properties, "properties_not_one"),
        (properties_of_another, "properties_of_another"),
        (properties_in_key_info, "properties_not_one"),
    ],
)
def test_a_signature_that_is_wrapped_around_fails(wrap, reason):
    report = verify(changed(wrap), TRUST, NOW)

    assert report.outcome == "failed"
    assert {check.reason for check in report.not_passed()} & {reason, "id_twice"}
    assert "second_opinion" not in {check.code for one in report.signatures for check in one.checks}


def test_a_signature_below_another_element_fails():
    signature = etree.tostring(signature_of(good_order()))
    inside = b"<x>" + signature + b"</x>"
    file = f'<asic:XAdESSignatures xmlns:asic="{NS["asic"]}">'.encode() + inside + b"</asic:XAdESSignatures>"

    assert reasons(container(file)) == ("failed", {"element_misplaced"})


@pytest.mark.parametrize(
    "declared",
    [
        b"<!DOCTYPE x>",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    ],
)
def test_a_document_type_is_refused_in_signatures_and_in_the_list_of_contents(declared):
    signature = signature_file(signature_of(good_order()))
    entries = entries_of(FILES, signature)

    assert reasons(container(declared + signature)) == ("failed", {"doctype"})
    assert reasons(packed({**entries, "META-INF/manifest.xml": declared + manifest(FILES)})) == (
        "failed",
        {"doctype"},
    )


def test_a_document_type_is_seen_in_other_encodings():
    text = signature_file(signature_of(good_order())).decode()
    hidden = ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x>' + text).encode("utf-16")

    assert reasons(container(hidden)) == ("failed", {"xml_encoding"})


def test_an_id_that_is_used_twice_fails():
    def twice(signature):
        signature.find(f"{DS}KeyInfo").set("Id", "S0-sp")

    assert reasons(changed(twice)) == ("failed", {"id_twice"})


def test_a_comment_inside_a_value_fails():
    def comment(signature):
        signature.find(f".//{DS}X509Certificate").append(etree.Comment("x"))

    assert reasons(changed(comment)) == ("failed", {"xml_hidden_nodes"})


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ({"digest": SHA1}, "weak_algorithm"),
        ({"certificate_digest": SHA1}, "weak_algorithm"),
        ({"method": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}, "weak_algorithm"),
        ({"method": "http://www.w3.org/2000/09/xmldsig#hmac-sha1"}, "weak_algorithm"),
        ({"method": "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"}, "weak_algorithm"),
        ({"method": RSA}, "key_other"),
        ({"canonicalisation": "http://www.w3.org/TR/1999/REC-xslt-19991116"}, "canonicalisation"),
        (
            {"canonicalisation": "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"},
            "canonicalisation",
        ),
    ],
)
def test_algorithms_outside_the_lists_fail(faults, reason):
    outcome, found = reasons(good_file(**faults))

    assert outcome == "failed"
    assert reason in found


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP256K1()), rsa.generate_private_key(65537, 1024)],
    ids=["k256", "r1024"],
)
def test_a_weak_key_fails(key):
    method = RSA if isinstance(key, rsa.RSAPrivateKey) else good_order().method

    assert "weak_key" in reasons(good_file(signer=PKI.person(PKI.issuer, key=key), method=method))[1]


def test_a_transformation_of_a_file_fails():
    def transform(signature):
        reference = signature.find(f"{DS}SignedInfo/{DS}Reference")
        transforms = etree.Element(f"{DS}Transforms")
        etree.SubElement(transforms, f"{DS}Transform", Algorithm="http://www.w3.org/2000/09/xmldsig#base64")
        reference.insert(0, transforms)

    assert "transform" in reasons(good_file(before_signing=transform))[1]


def test_properties_that_are_not_covered_fail():
    def untyped(signature):
        del signature.find(f"{DS}SignedInfo/{DS}Reference[@Type]").attrib["Type"]

    outcome, found = reasons(good_file(before_signing=untyped))

    assert outcome == "failed"
    assert "properties_not_covered" in found


def test_a_certificate_that_the_signature_does_not_name_fails():
    def other(signature):
        stated = signature.find(f".//{XADES}CertDigest/{DS}DigestValue")
        stated.text = base64.b64encode(bytes(32)).decode()

    assert reasons(good_file(before_signing=other)) == ("failed", {"certificate_other"})


def test_a_certificate_put_in_place_of_the_signers_fails():
    def another(signature):
        signature.find(f".//{DS}X509Certificate").text = base64.b64encode(PKI.person(PKI.issuer).der).decode()

    assert reasons(changed(another)) == ("failed", {"signature_wrong", "certificate_other"})


def test_a_changed_value_fails_under_its_stamp_too():
    def other(signature):
        signature.find(f"{DS}SignatureValue").text = base64.b64encode(bytes(range(64))).decode()

    assert reasons(changed(other)) == ("failed", {"signature_wrong", "stamp_of_another"})


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ({"make_token": lambda who, stamped, at: token(who, b"other", at)}, "stamp_of_another"),
        ({"make_token": lambda who, stamped, at: token(who, stamped, at)[:-1]}, "unreadable"),
        ({"make_token": lambda who, stamped, at: token(who, stamped, at) + b"\0"}, "unreadable"),
        (
            {"make_token": lambda who, stamped, at: token(who, stamped, at, named=PKI.signer)},
            "stamp_certificate_other",
        ),
        ({"stamper": PKI.signer}, "stamp_certificate_purpose"),
        (
            {
                "stamper": PKI.stamping_unit(
                    PKI.issuer, [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]
                )
            },
            "stamp_certificate_purpose",
        ),
        ({"stamper": PKI.stamping_unit(PKI.stranger)}, "issuer_unknown"),
        ({"stamped_at": NOW + timedelta(seconds=1)}, "stamp_in_future"),
    ],
)
def test_a_stamp_with_a_fault_fails(faults, reason):
    assert reasons(good_file(**faults)) == ("failed", {reason})


@pytest.mark.parametrize(
    ("signer", "reason"),
    [
        (PKI.person(PKI.issuer, last=STAMPED - timedelta(seconds=1)), "certificate_not_valid_then"),
        (PKI.person(PKI.issuer, first=STAMPED + timedelta(seconds=1)), "certificate_not_valid_then"),
        (PKI.person(PKI.stranger), "issuer_unknown"),
        (PKI.unqualified(), "not_qualified"),
        (PKI.person(PKI.issuer, stated=statements(purpose="0.4.0.1862.1.6.2")), "not_for_signatures"),
        (PKI.person(PKI.issuer, used="digital_signature"), "key_not_for_signatures"),
    ],
)
def test_a_signer_who_may_not_sign_fails(signer, reason):
    assert reasons(good_file(signer=signer)) == ("failed", {reason})


def test_a_signer_whose_certificate_ended_after_the_stamp_passes():
    signer = PKI.person(PKI.issuer, last=STAMPED + DAY)

    assert reasons(good_file(signer=signer)) == ("passed", set())


def test_a_key_that_may_lie_anywhere_leaves_the_outcome_open():
    signer = PKI.person(PKI.issuer, stated=statements(device=False))

    assert reasons(good_file(signer=signer)) == ("indeterminate", {"device_unknown"})


def answered(responder=PKI.responder, at=STAMPED + timedelta(minutes=1), about=PKI.signer, **said):
    return (answer(responder, about, PKI.issuer, at, **said),)


def test_an_answer_after_the_stamp_passes_and_is_told():
    report = verify(good_file(answers=answered()), TRUST, NOW)

    assert report.outcome == "passed"
    assert any("23.11.2026 12:01" in one.sentence("lv") for one in report.signatures[0].checks)


def test_an_answer_days_later_passes_and_is_noted():
    report = verify(good_file(answers=answered(at=STAMPED + 2 * DAY)), TRUST, NOW)

    assert report.outcome == "passed"
    assert [one.reason for one in report.signatures[0].checks if one.outcome == NOTED] == ["ocsp_late"]


def revoked(at):
    return answered(status=ocsp.OCSPCertStatus.REVOKED, revoked=at)


@pytest.mark.parametrize(
    ("answers", "outcome", "reason"),
    [
        (revoked(STAMPED - DAY), "failed", "revoked"),
        (answered(status=ocsp.OCSPCertStatus.UNKNOWN), "failed", "ocsp_unknown"),
        (answered(at=STAMPED - timedelta(seconds=3)), "indeterminate", "ocsp_before_stamp"),
        (answered(responder=PKI.stranger), "indeterminate", "ocsp_responder_unknown"),
        (answered(responder=PKI.stamper), "indeterminate", "ocsp_responder_unknown"),
        ((answered()[0][:-1],), "failed", "ocsp_broken"),
        ((answered()[0][:-40] + bytes(40),), "failed", "ocsp_broken"),
    ],
)
def test_an_answer_that_does_not_clear_the_certificate_does_not_pass(answers, outcome, reason):
    assert reasons(good_file(answers=answers)) == (outcome, {reason})


def test_a_certificate_revoked_after_the_stamp_passes():
    assert reasons(good_file(answers=revoked(STAMPED + timedelta(seconds=30)))) == ("passed", set())


def test_an_answer_about_somebody_else_says_nothing():
    other = answered(about=PKI.person(PKI.issuer))
    strict = load_profile(
        "production",
        [trusted_list(PKI, listed())],
        frozenset({fingerprint(PKI.operator)}),
        revocation_required=True,
    )

    assert reasons(good_file(answers=other)) == ("passed", set())
    assert reasons(good_file(answers=other), strict) == ("indeterminate", {"no_answer"})
    assert reasons(good_file(answers=answered()), strict) == ("passed", set())


def test_what_libraries_raise_is_no_pass():
    assert reasons(b"") == ("failed", {"not_a_container"})
    assert reasons(b"%PDF-1.7 \xff" * 9)[0] == "failed"
    assert reasons(b"PK\x03\x04" + bytes(range(256)) * 4) == ("failed", {"archive_broken"})


def test_a_signature_is_read_at_its_place_alone():
    (element,) = xades.signatures_of(signature_file(signature_of(good_order())))
    signature = xades.read_signature(element)

    assert signature.signed_info.getparent() is element
    assert signature.properties.getparent().getparent().getparent() is element


def test_an_instant_of_the_report_is_utc():
    assert verify(good_file(), TRUST, NOW).signatures[0].stamped_at == datetime(
        2026, 11, 23, 12, 0, tzinfo=UTC
    )
