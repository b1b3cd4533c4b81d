"""The texts: complete in both languages, none in the code, and numbers and days as people write them."""

import re
from pathlib import Path

import ila_portal
import pytest
from api_documents import deeds_of
from babel.messages.pofile import read_po
from ila_kit.web.identity import ASSURANCE
from ila_portal import texts
from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Listing
from ila_portal.pages import BLUEPRINTS, DESKS
from ila_portal.pages.apply import APPLY
from ila_portal.pages.programmes import FACETS, SORTS
from ila_portal.pages.sign_in import REASONS as NOT_SIGNED_IN

HOME = Path(ila_portal.__file__).parent
STATES = [
    "draft", "submitted", "checking", "eligible", "provisional", "needs_evidence", "ineligible", "contested",
    "ineligible_final", "waiting", "waiting_for_funds", "offered", "accepted", "enrolled", "learning",
    "interrupted", "completed", "not_completed", "transferred", "withdrawn", "no_show", "expired",
]  # fmt: skip
OTHER_STATES = [
    "pending", "confirmed", "active", "ended", "added", "locked", "in_evaluation", "approved", "rejected",
    "final",
    "prepared", "signed_by_provider", "in_force", "amended", "terminated", "lapsed", "published", "closed",
    "archived",
    "proposed", "applied", "built", "checked", "reduced", "refused", "paid", "recovered", "made", "released",
    "exported", "settled", "failed", "lifted", "changing",
]  # fmt: skip
# States of things whose Latvian names are feminine.
STATUSES = [
    "draft", "submitted", "returned", "approved", "refused", "active", "suspended", "closed", "entered",
    "matched",
    "not_matched", "asking", "registered", "lapsed", "withdrawn", "institution", "employer",
    "complete", "bound", "published", "archived", "planned", "recruiting", "formed", "started",
    "finished", "results_entered", "verified", "cancelled",
]  # fmt: skip
PARTS = (
    "held", "committed", "consumed", "free", "source", "claimed", "paid", "unexplained",
    "funder", "topped_up", "topped_held", "topped_committed", "topped_consumed", "ceiling", "lapsed",
)  # fmt: skip
CHECKS = (
    "institution_known", "institution_operating", "institution_accredited", "legal_person_known",
    "institution_of_legal_person", "legal_person_registered", "legal_person_holds_institution",
    "result-verified",
    "result-not-provisional", "hold-committed", "no-earlier-support", "amount-as-pinned", "not-paid-before",
    "agreement-in-force",
    "provider-in-good-standing", "iban-confirmed", "iban-cooled",
)  # fmt: skip
REASONS = (
    "budget", "hold", "commitment", "settlement", "release", "expiry", "recovery",
    "top_up", "top_up_reversal", "top_up_expiry", "entitlement_expiry",
)  # fmt: skip
IMPACTS = ("dearer", "cheaper", "unchanged", "newly_priced", "no_longer_priced")
REGISTERS = ("viis_institutions", "viis_addresses", "programme_licences")
ERRORS = (400, 404, 429, 500, 503, "busy", "slow", "form", "refused", "session-ended", "step-up")
SERVICES = ("identity", "applications", "funding", "catalog")
LOOKS_AT = (
    "application", "timeline", "evidence", "attendance", "result", "name", "given_name", "family_name",
    "masked personal code", "masked_code", "birth_date", "alive", "earlier_support", "account entries",
    "registration", "top-ups", "holds",
    "everything",
)  # fmt: skip
LETTERS = ("waiting", "sent", "failed", "not_wanted", "no_address", "not_offered")
LOOKS_FOR = (
    "handling of applications", "eligibility check of submitted applications",
    "second look at provisional eligibility", "teaching the members of a group", "supervision of the fund",
    "giving and supervising roles", "supervision of organisations", "an export that the person asked for",
    "no double funding of held money (BR-713)", "the person's own look at the own profile",
    "the person's own check before applying",
)  # fmt: skip
PHASES = (
    "needs_approval", "preparation", "offers", "evaluation", "agreements", "applications", "group_formation",
    "learning",
)  # fmt: skip
OF_ANSWERS = [
    "page.registration.show_one",
    *(f"service.{service}" for service in SERVICES[:3]),
    *(f"machine.svc:{service}" for service in SERVICES),
    *(f"seen.{what}" for what in LOOKS_AT),
    *(f"purpose.{purpose}" for purpose in LOOKS_FOR),
    *(f"grant.{state}" for state in ("pending", "active")),
    *(f"role.{role}" for role in ("learner", "employer_admin")),
    *(f"check.{check}" for check in CHECKS),
    *(f"source.{source}" for source in ("population-register", "e-identity")),
    "activity.training",
    *(f"stage.{stage}" for stage in ("made", "checked", "released")),
    *(f"indicator.{one}" for one in ("account_users", "adults")),
    *(f"target.{state}" for state in ("open", "reached", "missed")),
    *(f"funds.{funds}" for funds in ("held", "committed", "paid")),
    *(f"statement.{kind}" for kind in ("contest", "decision", "contest_decision", "evidence")),
    *(f"outcome.{outcome}" for outcome in ("eligible", "ineligible")),
    *(f"drawn.{outcome}" for outcome in ("place", "waiting", "open", "gone", "late")),
    *(f"draw_state.{state}" for state in ("committed", "pinned", "confirmed", "drawn")),
    *(f"register.{one}" for one in REGISTERS),
    *(f"bar.{scope}" for scope in ("new_offers", "new_enrolments", "payments", "all", "closure")),
    *(f"reply.{state}" for state in ("awaited", "given", "missed")),
    *(f"{group}.{state}" for group in ("state", "next") for state in STATES),
    *(f"state.{state}" for state in OTHER_STATES),
    *(f"status.{status}" for status in STATUSES),
    *(f"kind.{kind}" for kind in ("module", "module_set", "study_course", "study_module")),
    *(f"mode.{mode}" for mode in ("in_person", "remote", "mixed")),
    *(f"reason.{reason}" for reason in REASONS),
    *(f"account.{part}" for part in PARTS),
    *(f"hold.{state}" for state in ("held", "committed", "consumed", "released", "expired")),
    *(f"support.{state}" for state in ("pending", "clear", "found")),
    *(f"language.{language}" for language in texts.LANGUAGES),
    *(f"filter.{name}" for name in (*FACETS, "places_free")),
    *(f"sort.{order}" for order in SORTS),
    *(f"error.{kind}{end}" for kind in ERRORS for end in ("", "-text")),
    *(f"error.{kind}-beside" for kind in ("session-ended", "step-up")),
    "error.step-up-button",
    *(f"sign-in.{reason}{end}" for reason in NOT_SIGNED_IN for end in ("", "-text")),
    *(f"assurance.{level}" for level in ASSURANCE),
    *(f"month.on.{number}" for number in range(1, 13)),
    *(
        f"nav.{section}"
        for section in ("programmes", "indicators", "account", "sign-in", "provider", "employer", "agency")
    ),
    *(f"outcome.{outcome}" for outcome in ("passed", "failed", "open", "unknown", "upheld", "dismissed")),
    *(f"outcome.{outcome}" for outcome in ("indeterminate", "noted")),
    *(f"pause.{why}" for why in ("by-hand", "dates", "share")),
    *(f"method.{method}" for method in ("hours", "sum", "price_list", "actual_cost")),
    *(f"impact.{part}" for part in IMPACTS),
    *(f"balance-of.{whose}" for whose in ("line", "provider", "funder")),
    *(f"top-ups.effect-{desk}" for desk in ("agency", "employer")),
    *(f"page.agency.{page}" for page in ("methodology_change", "methodology_draft")),
    *(f"state.{state}" for state in ("reversed", "queued", "booked", "dismissed")),
    "status.in_review",
    *(f"right.{right}" for right in ("named", "representative", "authorised", "open", "unproven")),
    *(f"verdict.{verdict}" for verdict in ("passed", "indeterminate", "failed")),
    *(f"phase.{phase}" for phase in PHASES),
    *(f"side.{side}" for side in ("provider", "agency")),
    *(f"group-of.{group}" for group in ("parts", "digcomp", "administrator")),
    *(f"more.{rows}" for rows in ("alarm_shares", "exempt", "programme_ids")),
    *(
        f"fault.{name}"
        for name in ("required", "whole", "day", "instant", "money", "tick", "ticks", "choice", "file")
    ),
    "fault.unfit",
    *(f"letter.{state}" for state in LETTERS),
    *(f"prospect.{outcome}" for outcome in ("eligible", "provisional", "needs_evidence", "ineligible")),
]


def words_of_pages() -> set[str]:
    """Return the keys that pages which are data name."""
    found = set()
    for desk in (blueprint for blueprint in BLUEPRINTS if isinstance(blueprint, Desk)):
        for page in desk.pages:
            if desk.name in DESKS:
                found |= {f"page.{desk.name}.{page.name}"}
            if desk.name == "agency" and page.name in desk.places and page.name != desk.home:
                found.add(f"about.agency.{page.name}")
            found |= {shown.text for shown in page.shows}
            listings = [one for one in page.reads.values() if isinstance(one, Listing)]
            found |= {f"field.{name}" for listing in listings for name in listing.filters}
            for deed in deeds_of(page):
                found |= words_of_deed(deed)
    return (
        found | {field.text for field in APPLY.fields if not field.kind.startswith("hidden")} | {"deed.apply"}
    )


def words_of_deed(deed: Deed) -> set[str]:
    """Return the keys of a deed: its button, its fields, their hints and choices, what it tells."""
    asked = [field for field in deed.fields if not field.kind.startswith(("given", "target", "hidden"))]
    return (
        {f"deed.{deed.name}"}
        | {field.text for field in asked}
        | {f"{field.text}.hint" for field in asked if field.hint}
        | {f"{field.words}.{choice}" for field in asked for choice in field.choices}
        | {f"field.{name}" for name in deed.tells}
    )


def catalogue(language: str) -> dict[str, str]:
    with (HOME / "translations" / language / "messages.po").open("rb") as po:
        return {message.id: message.string for message in read_po(po) if message.id}


def keys_in_use() -> set[str]:
    written = re.compile(r"""(?:\b_|gettext)\(\s*["']([\w.-]+)["']\s*[,)]""")
    files = [*HOME.glob("templates/**/*.html"), *HOME.glob("**/*.py")]
    return (
        {key for file in files for key in written.findall(file.read_text())}
        | set(OF_ANSWERS)
        | words_of_pages()
    )


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_in_use_is_translated_and_none_is_left_over(language):
    translated = catalogue(language)
    assert {key for key, text in translated.items() if not text} == set()
    assert set(translated) == keys_in_use()


def test_both_languages_fill_in_the_same_facts():
    latvian, english = catalogue("lv"), catalogue("en")
    places = re.compile(r"%\((\w+)\)s")
    for key, text in latvian.items():
        assert set(places.findall(text)) == set(places.findall(english[key])), key


def test_no_template_has_words_of_its_own():
    aside = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!.*?>|<[^>]*>", re.DOTALL)
    for template in HOME.glob("templates/**/*.html"):
        assert re.findall(r"[^\W\d_]{2,}", aside.sub(" ", template.read_text())) == [], template.name


@pytest.fixture
def speaking(app):
    """A page being made in a language."""
    return lambda language: app.test_request_context(f"/?lang={language}")


def test_money_is_written_as_people_write_it(speaking):
    amount = {"amount": "1234.5", "currency": "EUR"}
    with speaking("lv"):
        assert texts.money(amount).replace("\N{NO-BREAK SPACE}", " ") == "1 234,50 €"
        assert texts.money(None) == "–"
    with speaking("en"):
        assert texts.money(amount) == "€1,234.50"


def test_a_cent_is_never_lost_between_the_answer_and_the_page(speaking):
    with speaking("lv"):
        for amount in ("608.99", "0.01", "2127.19", "999999999999.99", "-427.43"):
            shown = re.sub(r"[^\d,-]", "", texts.money({"amount": amount, "currency": "EUR"}))
            assert shown.replace(",", ".") == amount


def test_a_day_is_said_in_the_locative(speaking):
    with speaking("lv"):
        assert texts.day("2026-11-23") == "2026. gada 23. novembrī"
        assert texts.short_day("2026-11-23") == "23.11.2026."
        assert texts.day(None) == texts.short_day(None) == texts.moment(None) == texts.until(None) == "–"
    with speaking("en"):
        assert texts.day("2026-11-23") == "23 November 2026"


def test_an_instant_is_shown_in_riga_in_winter_and_in_summer(speaking):
    with speaking("lv"):
        assert texts.moment("2026-11-23T12:05:09.120000Z") == "2026. gada 23. novembrī plkst. 14:05"
        assert texts.moment("2026-07-01T21:30:00Z") == "2026. gada 2. jūlijā plkst. 00:30"


def test_a_deadline_names_its_last_minute(speaking):
    with speaking("lv"):
        assert texts.until("2024-12-06T22:00:00.000000Z") == "2024. gada 6. decembrī plkst. 23:59"


def test_hours_take_the_form_their_number_asks_for(speaking):
    with speaking("lv"):
        assert [texts.hours(n) for n in (1, 34, 170, 21)] == [
            "1 stunda",
            "34 stundas",
            "170 stundu",
            "21 stunda",
        ]
    with speaking("en"):
        assert [texts.hours(n) for n in (1, 34)] == ["1 hour", "34 hours"]


def test_an_answer_speaks_the_page_s_language_and_else_what_it_has(speaking):
    with speaking("en"):
        assert texts.spoken({"title_lv": "Kopa", "title_en": "Set"}, "title") == "Set"
        assert texts.spoken({"title_lv": "Kopa"}, "title") == "Kopa"
        assert texts.spoken({}, "title") == ""
    with speaking("lv"):
        assert texts.spoken({"title": "Kopa", "title_en": "Set"}, "title") == "Kopa"
        assert texts.spoken({"lv": "Prot", "en": "Can"}, "") == "Prot"


def test_a_state_we_do_not_know_yet_shows_by_its_name(speaking):
    with speaking("lv"):
        assert texts.word("state", "offered") == "Vieta piedāvāta"
        assert texts.word("state", "on_the_moon") == "on the moon"
