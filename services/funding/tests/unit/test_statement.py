"""Statements as a person reads them: 608.99 by each step, its source and a way to check it; an account."""

import io
import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files

import pytest
from ila_funding.clients.statements import StatementPdf
from ila_funding.domain.ledger import Reason
from ila_funding.domain.statement import (
    AccountMovement,
    AccountStatement,
    Added,
    CallAccount,
    account_movements,
)
from ila_funding.usecases.holds import request_hold
from ila_funding.usecases.statements import hold_statement
from ila_kit.ids import uuid7
from pypdf import PdfReader

AGAIN = """
import pickle, sys
from ila_funding.clients.statements import StatementPdf
statement = pickle.load(open(sys.argv[1], "rb"))
sys.stdout.buffer.write(StatementPdf(sys.argv[2]).write(statement, "lv"))
"""
ISSUER = "Valsts izglītības attīstības aģentūra"
WORDS = {
    "lv": [
        "Kā aprēķināta mācību cena 608,99 €",
        "34 stundas × 5,34 € = 181,56 €",
        "136 stundas × 5,34 € = 726,24 €. Par vienu moduli maksā ne vairāk kā 427,43 €, tāpēc maksā 427,43 €",
        "181,56 € + 427,43 € = 608,99 €",
        "608,99 < 2 127,19",
        "Noteikts: Metodika 1-2e/24/254 (04.09.2024.), 13. punkts (BR-702)",
        "Versija 1-2e/24/254; nosaka cenas no 04.09.2024.; zināma no 04.09.2024.",
        "neviens to nav noteicis un mainījis ar roku",
        "Maksā publiskais finansējums (RRF 2.3.1.4.i)",
    ],
    "en": [
        "How the price of €608.99 was calculated",
        "34 hours × €5.34 = €181.56",
        "136 hours × €5.34 = €726.24. One module pays at most €427.43, so it pays €427.43.",
        "€181.56 + €427.43 = €608.99",
        "608.99 < 2,127.19",
        "Set in: Metodika 1-2e/24/254 (04.09.2024.), 13. punkts (BR-702)",
        "Version 1-2e/24/254; sets prices from 4 September 2024; known from 4 September 2024",
        "nobody set or changed it by hand",
        "Paid by public funding (RRF 2.3.1.4.i)",
    ],
}


@pytest.fixture
def statement(unit, asked, publish_call, publish_programme):
    """The statement of the worked example: 34 h and 136 h of one continuing programme."""
    publish_call()
    publish_programme()
    request_hold(unit, asked())
    (hold,) = unit.holds.rows.values()
    return hold_statement(unit, hold)


def read(data: bytes) -> tuple[PdfReader, str]:
    """Return a PDF, and its words on one line with plain spaces."""
    reader = PdfReader(io.BytesIO(data))
    text = " ".join(page.extract_text() for page in reader.pages)
    return reader, " ".join(text.split())


@pytest.mark.parametrize("language", ["lv", "en"])
def test_the_statement_of_608_99_says_each_step_in_words(statement, language):
    _, text = read(StatementPdf(ISSUER).write(statement, language))
    for words in [*WORDS[language], ISSUER, statement.quote["hash"], str(statement.application_id)]:
        assert words in text
    assert f"/api/funding/v1/holds/{statement.hold_id}/replay" in text


def test_a_programme_is_called_by_its_title_in_the_language_and_its_absence_is_said(statement):
    named = replace(statement, programme_title_en="Algorithms and local networks")
    _, text = read(StatementPdf(ISSUER).write(named, "en"))
    assert "The price of the programme “Algorithms and local networks”" in text
    assert "Programme Algorithms and local networks" in text
    assert "Algoritmi un lokālie tīkli" not in text
    _, text = read(StatementPdf(ISSUER).write(named, "lv"))
    assert "Programma Algoritmi un lokālie tīkli" in text
    assert "Algorithms" not in text
    _, text = read(StatementPdf(ISSUER).write(statement, "en"))
    assert "Algoritmi un lokālie tīkli (title in Latvian: no English one was given)" in text


def test_who_else_pays_is_said_and_nobody_who_pays_nothing(statement):
    shared = replace(
        statement, public=Decimal("500.00"), topped_up=Decimal("78.54"), co_payment=Decimal("30.45")
    )
    _, text = read(StatementPdf(ISSUER).write(shared, "lv"))
    assert "darba devēja vai cita fonda papildinājums 78,54 €" in text
    assert "Maksā mācību dalībnieks 30,45 €" in text
    assert "papildinājums" not in read(StatementPdf(ISSUER).write(statement, "lv"))[1]


def test_the_worked_example_fits_on_one_page_and_a_long_one_breaks_between_steps(statement):
    assert len(read(StatementPdf(ISSUER).write(statement, "lv"))[0].pages) == 1
    quote = statement.quote | {"steps": [step for step in statement.quote["steps"][:1] for _ in range(30)]}
    reader, text = read(StatementPdf(ISSUER).write(replace(statement, quote=quote), "lv"))
    assert len(reader.pages) > 2
    assert text.count("34 stundas × 5,34 € = 181,56 €. Tas nepārsniedz viena moduļa lielāko summu") == 30
    assert f"{len(reader.pages)}. lapa no {len(reader.pages)}" in text


@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_reader_program_learns_the_language_the_title_and_what_each_part_is(statement, language):
    reader, _ = read(StatementPdf(ISSUER).write(statement, language))
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == language
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert " ".join(reader.metadata.title.split()) == WORDS[language][0]
    assert reader.metadata.author == ISSUER
    assert reader.metadata.creation_date == statement.decided_at.replace(microsecond=0)
    document = catalog["/StructTreeRoot"]["/K"][0].get_object()
    tags = [one.get_object()["/S"] for one in document["/K"]]
    assert (tags.count("/H1"), tags.count("/H2"), tags.count("/H3")) == (1, 2, 4)


def test_the_same_decision_gives_the_same_bytes_in_another_process_too(statement, tmp_path):
    made = StatementPdf(ISSUER).write(statement, "lv")
    assert StatementPdf(ISSUER).write(statement, "lv") == made
    (tmp_path / "statement").write_bytes(pickle.dumps(statement))
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", AGAIN, str(tmp_path / "statement"), ISSUER],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"},
        )
        assert done.stdout == made


def test_the_fonts_come_with_their_licence():
    fonts = files("ila_funding.clients") / "fonts"
    assert sorted(one.name for one in fonts.iterdir()) == [
        "DejaVuSans-Bold.ttf",
        "DejaVuSans.ttf",
        "LICENSE.txt",
    ]


HELD = AccountMovement(
    at=datetime(2024, 11, 20, 8, 30, tzinfo=UTC),
    reason="hold",
    amount=Decimal("608.99"),
    call_code="call-1",
    application_id=uuid7(),
    programme_title_lv="Algoritmi un lokālie tīkli",
    programme_title_en=None,
    funder_name=None,
)


@pytest.fixture
def account():
    """An account with 608.99 held, 100.00 added by an employer, bounded until the end of 2024 in Riga."""
    call_id = uuid7()
    return AccountStatement(
        person_id=uuid7(),
        made_at=datetime(2024, 11, 21, 22, 5, tzinfo=UTC),
        calls=[
            CallAccount(
                call_id=call_id,
                code="call-1",
                title_lv="1. uzaicinājums",
                title_en="First call",
                granted=Decimal("608.99"),
                held=Decimal("608.99"),
                **dict.fromkeys(("committed", "consumed", "released", "expired", "lapsed"), Decimal("0.00")),
                co_payment=Decimal("60.90"),
                ceiling=Decimal("1000.00"),
                valid_until=datetime(2024, 12, 31, 22, tzinfo=UTC),
                lapsed_at=None,
            )
        ],
        added=[
            Added(call_id=call_id, funder_name="SIA “Darbs”", amount=Decimal("100.00"), left=Decimal("40.00"))
        ],
        movements=[HELD, replace(HELD, reason="release", amount=Decimal("-608.99"))],
    )


def test_an_account_says_how_it_stands_and_every_movement_with_its_origin(account):
    reader, text = read(StatementPdf(ISSUER).write_account(account, "lv"))
    for words in [
        "Mācību konta izraksts 22.11.2024.",
        "1. uzaicinājums (call-1)",
        "Tagad rezervēts 608,99 €",
        "Vēl var izmantot 391,01 €",
        "Var izmantot līdz 31.12.2024.",
        "SIA “Darbs”: 100,00 €, vēl var izmantot 40,00 €",
        "Nauda rezervēta mācībām 20.11.2024., plkst. 10:30 (Rīgas laiks) · call-1 · Algoritmi un",
        "Rezervētā nauda atgriezta budžetā",
        "-608,99 €",
        f"/api/funding/v1/accounts/{account.person_id}/entries",
    ]:
        assert words in text
    assert "Samaksāts" not in text, "what is nothing is not told"
    assert reader.trailer["/Root"]["/Lang"] == "lv"
    assert "May still be used €391.01" in read(StatementPdf(ISSUER).write_account(account, "en"))[1]
    assert StatementPdf(ISSUER).write_account(account, "lv") == StatementPdf(ISSUER).write_account(
        account, "lv"
    )


def test_a_new_account_and_a_long_one_are_told_too(account):
    empty = replace(account, calls=[], added=[], movements=[])
    assert "Kontā vēl nav darījumu." in read(StatementPdf(ISSUER).write_account(empty, "lv"))[1]
    reader, text = read(StatementPdf(ISSUER).write_account(replace(account, movements=[HELD] * 120), "lv"))
    assert text.count("Nauda rezervēta mācībām") == 120
    assert len(reader.pages) > 3


def test_whatever_moves_a_learners_money_has_words(account):
    reasons = [one for one in Reason if one is not Reason.BUDGET]
    moves = [replace(HELD, reason=one.value) for one in reasons]
    for language in ("lv", "en"):
        _, text = read(StatementPdf(ISSUER).write_account(replace(account, movements=moves), language))
        assert text.count("call-1 · Algoritmi") == len(reasons)


def test_an_entitlement_that_is_over_leaves_nothing_to_use(account):
    (one,) = account.calls
    assert replace(one, lapsed_at=account.made_at).left == 0
    assert replace(one, ceiling=None).left is None


def test_each_transaction_is_told_once_by_what_it_brings_or_takes_away():
    hold, commitment, release = uuid7(), uuid7(), uuid7()
    told = {"at": HELD.at, "call_code": "call-1", "application_id": None}
    told |= {"programme_title_lv": None, "programme_title_en": None, "funder_name": None}
    entries = [
        told | {"transaction_id": of, "reason": reason, "amount": Decimal(amount)}
        for of, reason, amount in [
            (hold, "hold", "5.00"),
            (commitment, "commitment", "-5.00"),
            (commitment, "commitment", "5.00"),
            (release, "release", "-5.00"),
        ]
    ]
    assert [(one.reason, one.amount) for one in account_movements(entries)] == [
        ("hold", 5),
        ("commitment", 5),
        ("release", -5),
    ]
