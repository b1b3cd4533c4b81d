"""A form with files is taken whole or refused by name; files go out as attachments."""

import gc
import hashlib
from io import BytesIO
from uuid import uuid4

import pytest
from ila_kit.web.uploads import UPLOAD_BYTES

pytestmark = pytest.mark.integration
PATH = "/api/notes/v1/enclosures"
SCAN = ("lapa.pdf", b"%PDF-1.7", "application/pdf")
FORM = {"title": "Lapa"}


@pytest.fixture
def person(notes):
    """Somebody who is signed in."""
    return notes.by(uuid4(), "writer")


def send(person, parts, key=None, kind="multipart/form-data"):
    """Send parts as they are."""
    headers = person._headers({"Idempotency-Key": key or str(uuid4())})
    return person._client.post(PATH, data=parts, headers=headers, content_type=kind)


def errors(response):
    """What is wrong with each part of a refused form."""
    assert response.status_code == 422, response.data
    assert response.json["code"] == "invalid-request"
    return response.json["errors"]


def test_a_form_and_its_file_arrive_with_the_hash(person):
    answer = person.upload(PATH, FORM, scan=SCAN)

    assert answer.status_code == 201
    assert answer.json == {
        "title": "Lapa",
        "name": "lapa.pdf",
        "media_type": "application/pdf",
        "size": 8,
        "sha256": hashlib.sha256(SCAN[1]).hexdigest(),
    }


@pytest.fixture
def files(notes):
    """The store of the sample's files, right again afterwards."""
    kept = notes.deps.kept_files
    yield kept
    kept.scanner.verdict, kept.blobs.away = "ok", False


def test_the_content_says_what_a_file_is_and_its_sender_does_not(person):
    answer = person.upload(PATH, FORM, scan=("lapa.pdf", b"<script>\x00", "application/pdf"))

    assert answer.json["media_type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("verdict", "status", "code"),
    [("infected", 422, "file-infected"), ("away", 503, "scanner-unavailable")],
)
def test_a_file_that_no_scanner_called_clean_is_refused_by_name(person, files, verdict, status, code):
    before = set(files.blobs.kept)
    files.scanner.verdict = verdict

    answer = person.upload(PATH, FORM, scan=("lapa.pdf", b"%PDF-unheard-of", "application/pdf"))

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert set(files.blobs.kept) == before


def test_a_store_that_is_away_is_said_to_be_and_the_same_key_goes_through_afterwards(person, files):
    files.blobs.away = True
    refused = person.upload(PATH, FORM, key="later", scan=SCAN)
    files.blobs.away = False
    taken = person.upload(PATH, FORM, key="later", scan=SCAN)

    assert (refused.status_code, refused.json["code"]) == (503, "files-unavailable")
    assert taken.status_code == 201


def test_the_same_form_under_the_same_key_gets_the_same_answer_whatever_its_boundary(person):
    first, second = (person.upload(PATH, FORM, key="twin", scan=SCAN) for _ in range(2))

    assert (first.status_code, first.data) == (second.status_code, second.data)


@pytest.mark.parametrize(
    ("form", "scan"),
    [({"title": "Cita"}, SCAN), (FORM, ("lapa.pdf", b"%PDF-1.8", "application/pdf"))],
)
def test_another_form_or_file_under_the_same_key_is_refused(person, form, scan):
    key = str(uuid4())
    person.upload(PATH, FORM, key=key, scan=SCAN)

    assert person.upload(PATH, form, key=key, scan=scan).json["code"] == "idempotency-key-reused"


def test_json_is_no_form(person):
    answer = person.post(PATH, FORM)

    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ({"form": '{"title": "Lapa"}'}, {"/scan": ["is missing"]}),
        ({"scan": (BytesIO(b"x"), "x.pdf")}, {"/form": ["is missing"]}),
        (
            {"form": "{}", "scan": (BytesIO(b"x"), "x"), "more": (BytesIO(b"x"), "y")},
            {"/more": ["unknown part"]},
        ),
        (
            {"form": "{}", "scan": [(BytesIO(b"x"), "x"), (BytesIO(b"x"), "y")]},
            {"/scan": ["sent twice"]},
        ),
        ({"form": '{"title": "Lapa"}', "scan": (BytesIO(b""), "x.pdf")}, {"/scan": ["is empty"]}),
    ],
)
def test_a_part_too_few_too_many_twice_or_empty_is_named(person, parts, wrong):
    assert errors(send(person, parts)) == wrong


def test_the_json_of_the_form_is_checked_like_any_other(person):
    assert "/title" in errors(person.upload(PATH, {}, scan=SCAN))
    assert "/owner" in errors(person.upload(PATH, FORM | {"owner": "x"}, scan=SCAN))
    broken = send(person, {"form": "{", "scan": (BytesIO(b"x"), "x.pdf")})
    assert (broken.status_code, broken.json["code"]) == (400, "malformed-json")


def test_a_file_that_is_too_large_is_refused_and_one_at_the_limit_of_json_is_not(person):
    assert person.upload(PATH, FORM, scan=("a", bytes(2 * 1024 * 1024), "x/y")).status_code == 201
    answer = person.upload(PATH, FORM, scan=("a", bytes(UPLOAD_BYTES), "x/y"))

    assert (answer.status_code, answer.json["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("form", [FORM, {}])
def test_the_temporary_file_of_a_large_part_is_closed(person, form):
    person.upload(PATH, form, scan=("a", bytes(2 * 1024 * 1024), "x/y"))
    gc.collect()  # an unclosed file is an error here

    assert person.upload(PATH, FORM, scan=SCAN).status_code == 201


def test_a_refused_form_leaves_nothing_behind(notes, person):
    before = notes.value("SELECT count(*) FROM audit_entry")
    person.upload(PATH, {}, scan=SCAN)

    assert notes.value("SELECT count(*) FROM audit_entry") == before


def test_a_file_goes_out_as_an_attachment_that_no_browser_shows(person):
    answer = person.get(f"{PATH}/example")

    assert answer.data.decode() == "Ā\n"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "p%C4%81rskats.txt" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
