"""Who is trusted comes from signed lists; a list that ended leaves everything open and raises an alarm."""

from datetime import UTC, datetime

import pytest
from ila_identity.signatures.report import Finding
from ila_identity.signatures.trust import ISSUER, STAMPER, load_profile, read_list
from ila_identity.signatures.verifier import verify
from ila_stubs.signing.lists import fingerprint, list_text, signed_list
from ila_stubs.signing.pki import DAY, issue, name, usage
from signing_pki import NOW, PKI, STAMPED, good_file, listed, trusted_list

PINS = frozenset({fingerprint(PKI.operator)})


def judged(*lists, now=NOW):
    profile = load_profile("test", lists, PINS, revocation_required=False)
    report = verify(good_file(), profile, now)
    return (
        report.outcome,
        {check.reason for check in report.not_passed()},
        [one.reason for one in report.alarms],
    )


def refused(content, pins=PINS):
    with pytest.raises(Finding) as found:
        read_list(content, pins)
    return found.value.reason


def test_a_list_tells_its_services_with_their_statuses():
    read = read_list(trusted_list(PKI, listed()), PINS)

    assert (read.territory, read.number) == ("LV", "1")
    assert [service.kind for service in read.services] == [ISSUER, STAMPER]
    assert read.services[0].good_at(STAMPED)
    assert not read.services[0].good_at(datetime(2023, 12, 31, tzinfo=UTC))


def test_a_fresh_list_raises_no_alarm():
    assert judged(trusted_list(PKI, listed())) == ("passed", set(), [])


def test_an_expired_list_leaves_the_outcome_open_with_an_alarm():
    ended = trusted_list(PKI, listed(), until=NOW)

    assert judged(ended) == ("indeterminate", {"list_expired"}, ["list_expired"])
    assert judged(ended, now=NOW - DAY) == ("passed", set(), [])


def test_an_unknown_issuer_fails_under_a_fresh_list_of_its_country_and_is_open_otherwise():
    other = [("CA/QC", PKI.stranger), ("TSA/QTST", PKI.stamper)]

    assert judged(trusted_list(PKI, other))[:2] == ("failed", {"issuer_unknown"})
    assert judged(trusted_list(PKI, other, territory="EE"))[:2] == ("indeterminate", {"issuer_not_listed"})
    assert judged(trusted_list(PKI, other, until=NOW))[:2] == (
        "indeterminate",
        {"issuer_not_listed", "list_expired"},
    )


def test_without_any_list_nothing_passes():
    assert judged()[0] == "indeterminate"


def test_a_service_that_was_withdrawn_fails():
    assert judged(trusted_list(PKI, listed(), status="withdrawn"))[:2] == ("failed", {"issuer_not_granted"})


def test_a_service_that_was_not_listed_yet_fails():
    assert judged(trusted_list(PKI, listed(), since=STAMPED + DAY))[:2] == ("failed", {"issuer_not_granted"})


def test_an_issuer_must_have_been_granted_when_it_issued():
    assert judged(trusted_list(PKI, listed(), since=STAMPED - DAY))[:2] == ("failed", {"issuer_not_granted"})


def test_an_issuer_of_signatures_is_no_stamper_and_a_stamper_no_issuer():
    swapped = [("TSA/QTST", PKI.stranger), ("CA/QC", PKI.stamper)]

    assert judged(trusted_list(PKI, swapped))[0] == "failed"


def test_a_stamping_unit_may_be_listed_by_who_issued_it():
    assert judged(trusted_list(PKI, [("CA/QC", PKI.issuer), ("TSA/QTST", PKI.issuer)]))[0] == "passed"


def test_a_service_listed_twice_counts_by_its_granted_entry():
    withdrawn = trusted_list(PKI, listed(), status="withdrawn", territory="EE")

    assert judged(trusted_list(PKI, listed()), withdrawn)[0] == "passed"
    assert judged(withdrawn, trusted_list(PKI, listed()))[0] == "passed"


def test_two_lists_are_believed_together():
    lists = (trusted_list(PKI, listed()[:1]), trusted_list(PKI, listed()[1:], territory="EE"))

    assert judged(*lists)[0] == "passed"


def test_a_list_whose_signer_nobody_pinned_is_refused_with_an_alarm():
    stranger = issue(name("Svešs uzturētājs"), None, [(usage("digital_signature"), True)])
    content = trusted_list(PKI, listed())

    assert refused(content, frozenset({fingerprint(stranger)})) == "list_signer_unknown"
    profile = load_profile("test", [content], frozenset(), revocation_required=False)
    assert [one.reason for one in verify(good_file(), profile, NOW).alarms] == ["list_signer_unknown"]
    assert verify(good_file(), profile, NOW).outcome == "indeterminate"


@pytest.mark.parametrize(
    ("find", "put"),
    [
        (b"<TSLSequenceNumber>1", b"<TSLSequenceNumber>2"),
        (b"Svcstatus/granted", b"Svcstatus/accredited"),
        (b"</SchemeInformation>", b"<x/></SchemeInformation>"),
    ],
)
def test_a_list_that_was_changed_is_refused(find, put):
    content = trusted_list(PKI, listed())
    assert find in content

    assert refused(content.replace(find, put, 1)) == "list_altered"


def test_a_list_without_its_signature_or_with_two_is_refused():
    text = list_text(listed(), NOW + DAY, "granted", STAMPED, "LV")
    whole = trusted_list(PKI, listed()).decode()
    start, end = whole.index("<ds:Signature "), whole.index("</ds:Signature>") + len("</ds:Signature>")

    assert refused(text.encode()) == "list_unsigned"
    assert refused((whole[:end] + whole[start:]).encode()) in ("id_twice", "list_unsigned")


def test_a_list_that_was_closed_is_refused():
    text = list_text(listed(), NOW + DAY, "granted", STAMPED, "LV")
    start, end = text.index("<NextUpdate>"), text.index("</NextUpdate>")

    assert refused(signed_list(PKI, text[: start + len("<NextUpdate>")] + text[end:])) == "list_closed"


def test_a_list_with_a_certificate_that_is_none_is_refused_with_an_alarm():
    content = trusted_list(PKI, listed())
    start = content.rindex(b"<ds:X509Certificate>") + len(b"<ds:X509Certificate>")
    broken = content[:start] + b"AAAA" + content[content.index(b"</ds:X509Certificate>", start) :]

    assert judged(broken)[2] == ["unreadable"]


def test_a_list_with_a_document_type_is_refused():
    assert refused(b"<!DOCTYPE x>" + trusted_list(PKI, listed())) == "doctype"
