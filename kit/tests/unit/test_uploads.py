"""Names of files are made safe to show and to store; a form that ends early is no form."""

from io import BytesIO

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.web.problems import Invalid
from ila_kit.web.uploads import read_form, safe_name
from werkzeug.test import create_environ


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("apliecinājums.edoc", "apliecinājums.edoc"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\lapa.pdf", "lapa.pdf"),
        ("lapa\x00.pdf", "lapa.pdf"),
        ("lapa\u202efdp.exe", "lapafdp.exe"),
        ("", "file"),
        ("..", "file"),
        ("a\u0304.txt", "ā.txt"),
    ],
)
def test_a_name_keeps_what_says_something_and_loses_what_misleads(given, kept):
    assert safe_name(given) == kept


def test_a_name_of_seventy_thousand_letters_keeps_its_ending():
    assert safe_name("a" * 70_000 + ".pdf").endswith(".pdf")


@given(st.text(max_size=500))
def test_any_name_becomes_one_short_step_of_a_path(text):
    name = safe_name(text)

    assert 0 < len(name) <= 200
    assert "/" not in name
    assert "\\" not in name
    assert name not in (".", "..")
    assert safe_name(name) == name


FORM = (
    b'--x\r\nContent-Disposition: form-data; name="form"\r\n\r\n{}\r\n'
    b'--x\r\nContent-Disposition: form-data; name="attestation"; filename="a.edoc"\r\n\r\n'
    + b"e" * 300
    + b"\r\n--x--\r\n"
)


# Werkzeug drops the beginning of a part that never ended, and leaves closing it to Python.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
@given(st.integers(0, len(FORM) - len(b"--\r\n") - 1))
def test_a_form_that_ends_early_is_refused_with_all_its_parts(length):
    """A client may leave while its body passes through the gateway: what came is half a form."""
    environ = create_environ(method="POST") | {
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(len(FORM)),
        "wsgi.input": BytesIO(FORM[:length]),
        "wsgi.input_terminated": True,
    }
    with flask.Flask("forms").request_context(environ), pytest.raises(Invalid):
        read_form(["attestation"])
