"""What a visitor sees without signing in: start, catalogue, programme, price."""

import html
import re

import pytest

SET = "/programmes/01a20baa-d41f-79e6-925e-c637ea6ffd8d"
CATALOGUE = "/api/catalog/v1/public/programmes"


def words(page) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)


def test_the_start_page_is_latvian_and_needs_no_service(visitor, gateway):
    page = visitor.get("/")
    assert page.status_code == 200
    assert '<html lang="lv">' in page.text
    assert gateway.requests == []


def test_english_is_one_click_away_and_is_remembered(visitor, gateway):
    link = re.search(r'class="language" href="([^"]+)"', visitor.get("/programmes").text)[1]
    assert link == "?lang=en"
    assert "Training programmes" in visitor.get(f"/programmes{link}").text
    assert '<html lang="en">' in visitor.get("/").text
    visitor.get("/programmes")
    assert {seen.headers["Accept-Language"] for seen in gateway.requests[1:]} == {"en"}


def test_the_language_link_keeps_the_search(visitor):
    assert 'href="?q=t%C4%ABkli&amp;lang=en"' in visitor.get("/programmes?q=tīkli").text


def test_the_catalogue_searches_filters_and_pages(visitor, gateway):
    page = visitor.get("/programmes?q=tīkli&kind=module_set")
    assert "Algoritmi un lokālie tīkli" in page.text
    assert gateway.requests[0].path == f"{CATALOGUE}?q=t%C4%ABkli&kind=module_set&facets=true&limit=20"
    onward = re.search(r'rel="next" href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert 'rel="next"' not in visitor.get(f"/programmes{onward}").text
    assert "after=a-cursor" in gateway.requests[1].path


def test_a_search_without_results_says_what_to_do(visitor):
    assert "Neviena programma neatbilst" in visitor.get("/programmes?q=xyz").text


def test_a_search_that_finds_nothing_offers_what_was_meant(visitor):
    assert '<a href="?q=t%C4%ABkli">tīkli</a>' in visitor.get("/programmes?q=xyz").text


def test_filters_say_how_much_each_would_find_and_can_be_dropped_alone(visitor):
    page = visitor.get("/programmes?q=x&kind=module&territory=LV-088")
    assert "Moduļu kopa (3)" in words(page)
    assert "Saldus novads (1)" in words(page)
    assert 'href="?q=x&amp;territory=LV-088"' in page.text
    assert 'href="?q=x&amp;kind=module"' in page.text


def test_a_filter_that_is_not_understood_is_left_out_and_said_at_its_field(visitor, gateway):
    page = visitor.get("/programmes?price_max=cheap&q=tīkli")
    assert "Ievadiet summu, piemēram, 500 vai 427,43." in words(page)
    assert 'value="cheap" aria-invalid="true"' in page.text
    assert "Algoritmi un lokālie tīkli" in page.text
    assert "price_max" not in gateway.requests[1].path
    assert "Izvēlēts:" not in page.text


def test_a_kind_that_does_not_exist_finds_what_is_there_without_it(visitor, gateway):
    page = visitor.get("/programmes?kind=banana").text
    assert "Algoritmi un lokālie tīkli" in page
    assert "banana (0)" not in page
    assert "kind" not in gateway.requests[1].path


def test_a_price_may_be_typed_as_latvians_write_it(visitor, gateway):
    visitor.get("/programmes?price_max=427,43")
    assert "price_max=427.43" in gateway.requests[0].path


@pytest.mark.parametrize(
    ("language", "amount", "sentence"),
    [
        ("lv", "608,99 €", "181,56 € + 427,43 € = 608,99 €"),
        ("en", "€608.99", "€181.56 + €427.43 = €608.99"),
    ],
)
def test_the_price_is_explained_step_by_step(visitor, gateway, language, amount, sentence):
    page = words(visitor.get(f"{SET}?lang={language}"))
    assert amount in page
    assert sentence in page
    assert "608,99 < 2 127,19" in page or "608.99 < 2,127.19" in page
    assert "BR-705" in page
    assert gateway.requests[1].body["parts"][1]["hours"] == 136
    assert len(gateway.requests) == 2


def test_a_programme_tells_hours_place_dates_provider_and_levels(visitor):
    page = words(visitor.get(SET))
    for fact in ("170 stundu", "136 stundas", "Krišjāņa Valdemāra iela 1C", "2099. gada 21. decembrī"):
        assert fact in page
    for fact in ("Rīgas Valsts tehnikums", "Problēmu risināšana", "5. līmenis", "Pieteikties var līdz"):
        assert fact in page


def test_a_programme_without_a_price_can_be_read_and_not_applied_for(visitor, gateway):
    gateway.fail("/api/funding/v1/public/quotes", 422, {"code": "no-methodology"})
    page = visitor.get(SET)
    assert page.status_code == 200
    assert "Cenu pašlaik nevar aprēķināt" in page.text
    assert f"{SET}/apply" not in page.text


@pytest.mark.parametrize(
    ("field", "at", "says"),
    [
        ("applications_open_at", "2099-11-13T22:00:00Z", "Pieteikšanās sāksies: 2099. gada 14. novembrī"),
        ("applications_close_at", "2024-12-06T22:00:00Z", "Pieteikšanās beidzās: 2024. gada 6. decembrī"),
    ],
)
def test_outside_the_application_days_the_page_says_so(learner, gateway, field, at, says):
    programme = next(one for one in gateway.programmes if SET.endswith(one["id"]))
    gateway.fail(CATALOGUE + SET.removeprefix("/programmes"), 200, programme | {field: at})
    assert says in words(learner.get(SET))
    assert f"{SET}/apply" not in learner.get(SET).text
    assert learner.get(f"{SET}/apply").headers["Location"] == SET


def test_what_a_programme_says_is_text_and_never_markup(visitor, gateway):
    programme = gateway.programmes[1] | {"title_lv": "<script>alert(1)</script>"}
    gateway.fail(CATALOGUE + SET.removeprefix("/programmes"), 200, programme)
    assert "<script" not in visitor.get(SET).text
