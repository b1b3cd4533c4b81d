"""A refusal as a person and as a program gets it."""

import orjson
import pytest
from ila_gateway.answers import Answer, failed

PAGE = {"HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "en"}


def said(answer: Answer) -> str:
    return b"".join(answer.body).decode()


@pytest.mark.parametrize(("code", "status"), [("service-unavailable", 503), ("service-timeout", 504)])
def test_only_a_program_is_told_of_headers(code: str, status: int) -> None:
    page = said(failed(PAGE, "/", code, status))
    assert "Idempotency-Key" not in page
    assert "Try again in a moment." in page
    assert "If you were sending a form, reload this page" in page
    program = orjson.loads(said(failed({}, "/", code, status)))
    assert "Idempotency-Key" in program["detail"]


def test_a_page_offers_another_try_only_where_it_may_help() -> None:
    assert "Try again" in said(failed(PAGE, "/", "too-many-requests", 429, {"retry_after": 3}))
    refused = said(failed(PAGE, "/", "bad-path", 400))
    assert "Try again" not in refused
    assert '<a class="button quiet" href="/">To the start page</a>' in refused
