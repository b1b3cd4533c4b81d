"""The list of lists says who may sign the list of a country, of that one alone, and only while it holds."""

import pytest
from ila_identity.signatures.list_of_lists import read_list_of_lists
from ila_identity.signatures.report import Finding
from ila_identity.signatures.trust import load_profile
from ila_identity.signatures.verifier import verify
from ila_stubs.signing import lists
from ila_stubs.signing.lists import PDF_LIST, fingerprint, signed_list
from ila_stubs.signing.pki import DAY
from signing_pki import NOW, PKI, good_file, listed, trusted_list

PINS = frozenset({fingerprint(PKI.union)})
BY_HAND = frozenset({fingerprint(PKI.operator)})
LV = trusted_list(PKI, listed())


def list_of_lists(*named, **told):
    """Return a list of lists that is in force and names who may sign the list of Latvia, unless told."""
    return lists.list_of_lists(PKI, named or [("LV", PKI.operator)], **{"until": NOW + 180 * DAY} | told)


def judged(top, *contents, pins=frozenset(), top_pins=PINS):
    """Return the outcome of a good file, what stands in its way, and the alarms as (check, reason)."""
    profile = load_profile(
        "test",
        contents or [LV],
        pins,
        revocation_required=False,
        list_of_lists=top,
        list_of_lists_pins=top_pins,
    )
    report = verify(good_file(), profile, NOW)
    reasons = {check.reason for check in report.not_passed()}
    return report.outcome, reasons, [(one.code, one.reason) for one in report.alarms]


NOT_BELIEVED = ("indeterminate", {"issuer_not_listed"})
UNKNOWN = ("trusted_list", "list_signer_unknown")


def test_a_list_signed_by_whom_the_list_of_lists_names_counts():
    assert judged(list_of_lists()) == ("passed", set(), [])
    assert judged(list_of_lists(("EE", PKI.stranger), ("LV", PKI.operator))) == ("passed", set(), [])


def test_a_signer_named_for_another_country_may_not_sign():
    outcome, reasons, alarms = judged(list_of_lists(("EE", PKI.operator)))

    assert (outcome, reasons, alarms) == (*NOT_BELIEVED, [UNKNOWN])
    assert judged(list_of_lists(), trusted_list(PKI, listed(), territory="EE"))[2] == [UNKNOWN]


def test_a_signer_that_is_not_among_those_named_may_not_sign():
    assert judged(list_of_lists(("LV", PKI.stranger))) == (*NOT_BELIEVED, [UNKNOWN])


def test_several_may_sign_the_list_of_one_country():
    assert judged(list_of_lists(("LV", PKI.stranger), ("LV", PKI.operator)))[0] == "passed"


def test_who_signs_the_list_of_lists_signs_no_list_of_a_country():
    by_union = signed_list(PKI, lists.list_text(listed(), NOW + DAY, "granted", NOW, "EU"), PKI.union)

    assert judged(list_of_lists(), by_union)[2] == [UNKNOWN]


def test_a_pointer_to_a_picture_of_a_list_names_nobody():
    assert judged(list_of_lists(media_type=PDF_LIST))[2] == [UNKNOWN]


def test_a_list_of_lists_whose_signer_nobody_pinned_is_an_alarm_and_what_it_names_does_not_count():
    assert judged(list_of_lists(), top_pins=BY_HAND) == (
        *NOT_BELIEVED,
        [("list_of_lists", "list_signer_unknown"), UNKNOWN],
    )


@pytest.mark.parametrize(
    ("find", "put", "reason"),
    [
        (b"<SchemeTerritory>LV", b"<SchemeTerritory>EE", "list_altered"),
        (b"<TSLSequenceNumber>1", b"<TSLSequenceNumber>2", "list_altered"),
        (b"</NextUpdate>", b"</NextUpdate><x/>", "list_altered"),
        (b"<TrustServiceStatusList", b"<!DOCTYPE x><TrustServiceStatusList", "doctype"),
        (b"</TrustServiceStatusList>", b"", "xml_broken"),
    ],
)
def test_a_list_of_lists_that_was_changed_or_is_broken_is_an_alarm_and_does_not_count(find, put, reason):
    content = list_of_lists()
    assert find in content

    assert judged(content.replace(find, put, 1)) == (*NOT_BELIEVED, [("list_of_lists", reason), UNKNOWN])


def test_a_list_of_a_country_is_no_list_of_lists():
    with pytest.raises(Finding, match="list_of_lists_other"):
        read_list_of_lists(LV, BY_HAND)


def test_an_expired_list_of_lists_leaves_the_outcome_open_with_one_alarm():
    assert judged(list_of_lists(until=NOW)) == (
        "indeterminate",
        {"list_of_lists_expired"},
        [("list_of_lists", "list_of_lists_expired")],
    )
    assert judged(list_of_lists(until=NOW + DAY))[0] == "passed"


def test_an_issuer_nobody_lists_is_left_open_under_an_expired_list_of_lists():
    other = trusted_list(PKI, [("CA/QC", PKI.stranger), ("TSA/QTST", PKI.stamper)])

    assert judged(list_of_lists(), other)[:2] == ("failed", {"issuer_unknown"})
    assert judged(list_of_lists(until=NOW), other)[0] == "indeterminate"


def test_an_expired_list_is_told_of_itself_though_a_list_of_lists_names_its_signer():
    ended = trusted_list(PKI, listed(), until=NOW)

    assert judged(list_of_lists(), ended) == (
        "indeterminate",
        {"list_expired"},
        [("trusted_list", "list_expired")],
    )


@pytest.mark.parametrize("top", [b"", list_of_lists(until=NOW), list_of_lists(("LV", PKI.stranger))])
def test_a_list_pinned_by_hand_needs_no_list_of_lists(top):
    assert judged(top, pins=BY_HAND)[:2] == ("passed", set())


def test_what_is_wrong_is_said_in_words():
    profile = load_profile(
        "test",
        [LV],
        frozenset(),
        revocation_required=False,
        list_of_lists=list_of_lists(until=NOW),
        list_of_lists_pins=PINS,
    )
    (alarm,) = profile.alarms_at(NOW)

    assert alarm.sentence("lv") == (
        "ES uzticamības sarakstu saraksts: ES sarakstu saraksta termiņš beidzās 27.11.2026; vajadzīgs jauns."
    )
    assert alarm.sentence("en") == (
        "EU list of trusted lists: the EU list of lists ended on 27.11.2026; a new one is needed."
    )
