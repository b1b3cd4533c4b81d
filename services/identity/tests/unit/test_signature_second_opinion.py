"""Another verifier is asked about what ours found good; it can take a pass away, and gives none."""

import base64
from datetime import timedelta

import pytest
from cryptography import x509
from ila_identity.signatures import xades
from ila_identity.signatures.report import INDETERMINATE, PASSED, Finding
from ila_identity.signatures.second_opinion import confirm
from ila_identity.signatures.trust import load_profile
from ila_identity.signatures.verifier import verify
from ila_stubs.signing.containers import (
    DS,
    RSA,
    SHA1,
    XADES,
    entries_of,
    packed,
    signature_file,
    signature_of,
)
from ila_stubs.signing.lists import fingerprint
from ila_stubs.signing.pki import issue, name
from lxml import etree
from signing_pki import DAY, FILES, NOW, PKI, STAMPED, good_file, good_order, listed, trusted_list

TRUST = load_profile(
    "test", [trusted_list(PKI, listed())], frozenset({fingerprint(PKI.operator)}), revocation_required=False
)
FIRST, SECOND = FILES


def read(change=lambda signature: None, **faults):
    """Return a signature taken apart, as our verifier hands it on, changed after it was made."""
    element = signature_of(good_order(**faults))
    change(element)
    (found,) = xades.signatures_of(signature_file(element))
    return xades.read_signature(found)


def refused(signature, data=FILES, at=STAMPED):
    """Return why the other verifier does not confirm a signature; it never says that one failed."""
    with pytest.raises(Finding) as found:
        confirm(signature, data, at)
    assert found.value.outcome == INDETERMINATE
    return found.value.reason


def opinion(content):
    """Return the outcome of a container, and outcome and reason of the second opinion on its signature."""
    report = verify(content, TRUST, NOW)
    (signature,) = report.signatures
    found = [(one.outcome, one.reason) for one in signature.checks if one.code == "second_opinion"]
    return report.outcome, found


def container(change=lambda signature: None, files=FILES, **faults):
    element = signature_of(good_order(files=files, **faults))
    change(element)
    return packed(entries_of(files, signature_file(element)))


def test_agreement_is_a_passed_check_in_words():
    report = verify(good_file(), TRUST, NOW)
    (check,) = [one for one in report.signatures[0].checks if one.code == "second_opinion"]

    assert (report.outcome, check.outcome) == (PASSED, PASSED)
    assert check.sentence("en") == (
        "Second, independent verification: another program found the same: "
        "the signature is right, and no signed file (2) was changed."
    )


@pytest.mark.parametrize("faults", [{}, {"signer": PKI.rsa_signer, "method": RSA}])
def test_what_is_right_is_confirmed_file_by_file(faults):
    assert confirm(read(**faults), FILES, STAMPED) == len(FILES)


@pytest.mark.parametrize(
    "data",
    [
        {**FILES, FIRST: FILES[FIRST] + b"!"},
        {FIRST: FILES[SECOND], SECOND: FILES[FIRST]},
        {FIRST: FILES[FIRST]},
        {FIRST: FILES[FIRST], "other.txt": FILES[SECOND]},
        {**FILES, "added.txt": b"x"},
        {},
    ],
    ids=["changed", "swapped", "missing", "renamed", "added", "none"],
)
def test_files_that_are_not_those_signed_are_not_confirmed(data):
    assert refused(read(), data) == "second_disagrees"


def test_one_file_signed_twice_in_place_of_two_is_not_confirmed():
    def twice(signature):
        first, second, _ = signature.findall(f"{DS}SignedInfo/{DS}Reference")
        second.set("URI", first.get("URI"))
        second.find(f"{DS}DigestValue").text = first.findtext(f"{DS}DigestValue")

    assert refused(read(before_signing=twice)) == "second_disagrees"


def other_value(signature):
    signature.find(f"{DS}SignatureValue").text = base64.b64encode(bytes(range(64))).decode()


def other_time(signature):
    signature.find(f".//{XADES}SigningTime").text = "2020-01-01T00:00:00Z"


def another_certificate(signature):
    signature.find(f".//{DS}X509Certificate").text = base64.b64encode(PKI.person(PKI.issuer).der).decode()


@pytest.mark.parametrize("change", [other_value, other_time, another_certificate])
def test_a_signature_changed_after_it_was_made_is_not_confirmed(change):
    assert refused(read(change)) == "second_disagrees"


def test_a_certificate_that_the_signature_does_not_name_is_not_confirmed():
    def other(signature):
        stated = signature.find(f".//{XADES}CertDigest/{DS}DigestValue")
        stated.text = base64.b64encode(bytes(32)).decode()

    assert refused(read(before_signing=other)) == "second_disagrees"


def test_a_certificate_that_was_not_valid_then_is_not_confirmed():
    signer = PKI.person(PKI.issuer, last=STAMPED - timedelta(seconds=1))

    assert refused(read(signer=signer)) == "second_disagrees"


@pytest.mark.parametrize(
    "faults", [{"digest": SHA1}, {"method": "http://www.w3.org/2000/09/xmldsig#hmac-sha1"}]
)
def test_algorithms_outside_our_lists_are_not_confirmed(faults):
    assert refused(read(**faults)) == "second_unable"


def test_a_disagreement_leaves_a_file_open_that_ours_would_pass():
    def names_a_stranger_too(signature):
        named = signature.find(f".//{XADES}SigningCertificateV2")
        named.append(etree.fromstring(etree.tostring(named[0])))
        named[1].find(f".//{DS}DigestValue").text = base64.b64encode(bytes(32)).decode()

    assert opinion(container(before_signing=names_a_stranger_too)) == (
        INDETERMINATE,
        [(INDETERMINATE, "second_disagrees")],
    )


def test_a_form_that_cannot_be_read_leaves_a_file_open_and_is_told_apart():
    padding = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.2"), bytes(2**16))
    stranger = issue(name("Garš sertifikāts"), None, [(padding, False)])

    def adorned(signature):
        data = signature.find(f"{DS}KeyInfo/{DS}X509Data")
        etree.SubElement(data, f"{DS}X509Certificate").text = base64.b64encode(stranger.der).decode()

    assert opinion(container(adorned)) == (INDETERMINATE, [(INDETERMINATE, "second_unable")])


def test_a_file_that_failed_stays_so_and_nobody_else_is_asked():
    assert opinion(good_file(stamper=None)) == ("failed", [])
    assert opinion(container(other_value)) == ("failed", [])
    assert opinion(good_file(signer=PKI.person(PKI.stranger))) == ("failed", [])


def test_a_file_that_ours_leaves_open_stays_so_with_the_opinion_beside():
    ended = load_profile(
        "test",
        [trusted_list(PKI, listed(), until=NOW - DAY)],
        frozenset({fingerprint(PKI.operator)}),
        revocation_required=False,
    )
    report = verify(good_file(), ended, NOW)

    assert report.outcome == INDETERMINATE
    assert {check.reason for check in report.not_passed()} == {"list_expired"}
    assert report.signatures[0].checks[-1].code == "second_opinion"


@pytest.mark.parametrize(
    "content",
    [
        b"<x/>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>',
        f'<x:SignedProperties xmlns:x="{XADES[1:-1]}"/>'.encode(),
        b"",
    ],
)
def test_a_signed_file_is_bytes_whatever_xml_is_in_it(content):
    files = {"a.xml": content, "b.txt": b"x"}

    assert opinion(container(files=files)) == (PASSED, [(PASSED, "")])


def test_as_many_files_as_a_container_may_hold_are_confirmed():
    files = {f"pielikums {place}.txt": bytes([place % 256]) for place in range(900)}

    assert opinion(container(files=files)) == (PASSED, [(PASSED, "")])
