"""Personal codes, ages, roles and the account's states."""

from datetime import date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.domain.accounts import ACCOUNT, DISABLED, Account
from ila_identity.domain.errors import MalformedPersonalCode, ToxicRoles, UnknownRole, WrongRolePlace
from ila_identity.domain.organisations import stable_id
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.persons import age_band, age_on
from ila_identity.domain.roles import AGENCY, IN_ORGANISATION, PAYMENT, PROVIDER, grant_role, toxic
from ila_kit.actor import Role
from ila_kit.clock import utc_now
from ila_kit.ids import uuid7
from ila_kit.states import WrongState

digits = st.text("0123456789", min_size=9, max_size=9)


@given(second=st.sampled_from("23456789"), rest=digits, hyphen=st.booleans())
def test_any_nine_digits_after_3_and_2_to_9_are_a_new_code(second, rest, hyphen):
    text = "3" + second + rest
    assert PersonalCode.parse(text[:6] + "-" * hyphen + text[6:]).digits == text


@given(day=st.dates(date(1800, 1, 1), date(2099, 12, 31)), rest=st.text("0123456789", min_size=4, max_size=4))
def test_an_old_code_begins_with_a_day_of_the_calendar_and_its_century(day, rest):
    text = day.strftime("%d%m") + f"{day.year % 100:02}-{day.year // 100 - 18}{rest}"
    assert PersonalCode.parse(text).masked() == f"******-***{rest[-2:]}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "300284-1234",
        "300284-123456",
        "300284/12345",
        "310284-11234",
        "290285-11234",
        "010185-31234",
        "001285-11234",
        "311385-11234",
        "410185-11234",
        "322503-6231٧",
        "322503-62317\n",
        " 322503-62317",
        "322503--2317",
    ],
)
def test_anything_else_is_no_personal_code(text):
    with pytest.raises(MalformedPersonalCode):
        PersonalCode.parse(text)


def test_a_code_never_shows_in_its_repr():
    assert "322503" not in repr(PersonalCode.parse("322503-62317"))


@given(born=st.dates(date(1900, 1, 1), date(2024, 12, 31)), day=st.dates(date(2025, 1, 1), date(2060, 1, 1)))
def test_an_age_grows_by_one_at_each_birthday_and_never_otherwise(born, day):
    age = age_on(born, day)
    reached = (
        date(born.year + age, 3, 1)
        if (born.month, born.day) == (2, 29)
        else born.replace(year=born.year + age)
    )
    if (born.month, born.day) == (2, 29) and (born.year + age) % 4 == 0 and born.year + age != 2100:
        reached = date(born.year + age, 2, 29)
    assert reached <= day
    assert (day - reached).days <= 366


@pytest.mark.parametrize(
    ("day", "band"),
    [(date(2042, 2, 28), "under_18"), (date(2042, 3, 1), "18_24"), (date(2089, 3, 1), "65_plus")],
)
def test_age_bands_change_on_the_birthday(day, band):
    assert age_band(date(2024, 2, 29), day) == band


def given_to(role, *held):
    place = stable_id("provider-a") if role in IN_ORGANISATION else None
    others = [Role(name) for name in held]
    return grant_role(
        others, uuid7(), Role(role, place), granted_at=utc_now(), granted_by="somebody", reason="test"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("payment_maker", "payment_checker"),
        ("payment_checker", "payment_releaser"),
        ("rate_manager", "rate_approver"),
        ("platform_admin", "payment_maker"),
        ("platform_admin", "payment_checker"),
        ("platform_admin", "payment_releaser"),
        ("claim_officer", "payment_maker"),
        ("claim_officer", "payment_releaser"),
        ("commission_member", "provider_admin"),
        ("commission_chair", "provider_trainer"),
        ("result_verifier", "provider_signatory"),
    ],
)
def test_toxic_pairs_are_refused_in_either_order(one, other):
    for first, second in ((one, other), (other, one)):
        with pytest.raises(ToxicRoles) as refusal:
            given_to(second, first)
        assert refusal.value.facts == {"role": second, "held": first}


def test_only_the_named_pairs_are_toxic():
    pairs = {frozenset(pair) for pair in product(AGENCY | IN_ORGANISATION, repeat=2) if toxic(*pair)}
    expected = 2 + 1 + 2 * len(PAYMENT) + 2 * len(PROVIDER) + len(PROVIDER)
    assert len(pairs) == expected
    assert all(len(pair) == 2 for pair in pairs)


def test_roles_are_known_and_held_in_their_place():
    with pytest.raises(UnknownRole):
        given_to("superuser")
    with pytest.raises(UnknownRole):
        given_to("learner")
    for role in (Role("provider_admin"), Role("auditor", uuid7())):
        with pytest.raises(WrongRolePlace):
            grant_role([], uuid7(), role, granted_at=utc_now(), granted_by="x", reason="x")


def test_a_development_organisation_has_one_id_everywhere():
    assert stable_id("provider-a") == stable_id("provider-a") != stable_id("provider-b")
    assert stable_id("provider-a").version == 7
    assert str(stable_id("provider-a")).startswith("01924")


steps = st.lists(st.sampled_from(["use", "restrict", "lift", "close", "erase", "open"]), max_size=12)


@given(steps)
def test_an_account_only_moves_as_its_table_says_and_never_comes_back_from_closing(actions):
    roles, state, seen = {"system", "platform_admin", "learner"}, ACCOUNT.start, [ACCOUNT.start]
    for action in actions:
        if action in ACCOUNT.actions(state):
            state = ACCOUNT.next_state(state, action, roles)
            seen.append(state)
        else:
            with pytest.raises(WrongState):
                ACCOUNT.next_state(state, action, roles)
    order = [one for one in seen if one in ("closed", "erased")]
    assert order in ([], ["closed"], ["closed", "erased"])


def test_a_restricted_account_is_disabled():
    account = Account(person_id=uuid7(), state="restricted", opened_at=datetime.now().astimezone())
    assert account.disabled
    assert ACCOUNT.states > DISABLED
