"""The configuration of nginx says what the routes table says, and nothing a value could make it say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway.nginx import Place, configuration, reads
from ila_gateway.paths import canonical
from ila_gateway.routes import MethodNotAllowed, load
from ila_gateway.settings import Settings
from ila_kit.errors import Missing

SHIPPED = load()
SERVICES = [one for one in SHIPPED.neighbours.values() if one.audience]
FAST = {read.template for one in SERVICES for read in reads(SHIPPED, one) if read.template}
PLACE = Place(
    listen="127.0.0.1:8080",
    gateway="127.0.0.1:8081",
    certificate="",
    key="",
    decisions="/dev/shm/ila-decisions",
    log="access.log",
)
# Every word the table knows, and some it does not: so paths come near its lines, and between them.
WORDS = sorted(
    {part for route in SHIPPED.all for part in route.template.split("/") if part.isascii() and part}
)
segments = st.sampled_from([word for word in WORDS if "{" not in word]) | st.sampled_from(
    ["1", "a.b", "A-b_~"]
)


@pytest.fixture
def settings():
    return Settings(**VALUES)


VALUES = {
    "ila_env": "development",
    "public_url": "http://127.0.0.1:8080",
    "session_store_url": "redis://127.0.0.1:1/0",
    "signing_key_file": "signing.pem",
    "clients_file": "clients.json",
    "eidentity_issuer": "http://127.0.0.1:2",
    "eidentity_key_file": "eidentity.pem",
    "secret_key": "s" * 32,
    "identity_url": "http://127.0.0.1:3",
    "catalog_url": "http://127.0.0.1:4",
    "applications_url": "http://127.0.0.1:5",
    "funding_url": "http://127.0.0.1:6",
    "portal_url": "http://127.0.0.1:7",
    "front_secret": "f" * 32,
}


def read_of(path):
    """Return the template nginx takes a path for: of the service its beginning names, the first that fits."""
    for service in SERVICES:
        if path.startswith(f"{service.prefix}/"):
            fitting = (one for one in reads(SHIPPED, service) if re.search(f"^{one.pattern}$", path))
            return next((one.template or None for one in fitting), None)
    return None


def found(path):
    try:
        return SHIPPED.find("GET", path).template
    except (Missing, MethodNotAllowed):
        return None


@given(st.sampled_from(SERVICES), st.lists(segments, min_size=1, max_size=5))
def test_nginx_takes_a_path_for_the_operation_the_gateway_takes_it_for_or_leaves_it(service, parts):
    path = "/".join([service.prefix, *parts])
    assert canonical(path).path == path
    expected = found(path)
    assert read_of(path) == (expected if expected in FAST else None)


def test_every_usual_read_is_fast_and_nothing_else():
    usual = {
        route.template
        for route in SHIPPED.all
        if route.audience and route.method == "GET" and route.cost == 1 and route.seconds == 30
    }
    assert usual == FAST
    assert "/api/funding/v1/ledger/verification" not in FAST, "a costly one takes ten tokens, at the gateway"


def test_a_body_is_taken_in_as_large_as_its_operation_may_have_it(settings):
    made = configuration(settings, SHIPPED, PLACE)
    sizes = dict(re.findall(r"location (\S+|~ \"[^\"]+\") \{[^}]*?\}?\s*client_max_body_size (\d+);", made))
    uploads = [route for route in SHIPPED.all if route.upload_bytes > route.body_bytes]
    assert uploads
    for route in uploads:
        path = re.sub(r"\{[^}]+\}", "1", route.template)
        fitting = [int(size) for match, size in sizes.items() if re.search(match.strip('~ "') or "$^", path)]
        assert max(fitting) == route.upload_bytes
    for service in SERVICES:
        assert int(sizes[f"{service.prefix}/"]) == service.body_bytes


def test_a_service_over_tls_is_left_to_the_gateway():
    far = Settings(**VALUES | {"funding_url": "https://funding.example"})
    made = configuration(far, SHIPPED, PLACE)
    assert "upstream funding" not in made
    assert "upstream catalog" in made


def test_tls_and_its_promise_come_with_a_certificate():
    public = Settings(**VALUES | {"public_url": "https://ila.example"})
    place = Place(**vars(PLACE) | {"certificate": "/etc/ila/chain.pem", "key": "/etc/ila/key.pem"})
    made = configuration(public, SHIPPED, place)
    assert "listen 127.0.0.1:8080 ssl" in made
    assert "ssl_certificate_key /etc/ila/key.pem;" in made
    assert "Strict-Transport-Security" in made


@pytest.mark.parametrize("name", list(vars(PLACE)))
@pytest.mark.parametrize("value", ["a; deny all", "a\nb", 'a"b', "a{b", "$host", "a b"])
def test_no_value_becomes_another_directive(settings, name, value):
    with pytest.raises(ValueError, match="cannot stand in a configuration"):
        configuration(settings, SHIPPED, Place(**vars(PLACE) | {name: value}))


def test_without_a_secret_there_is_no_front(settings):
    with pytest.raises(ValueError, match="FRONT_SECRET"):
        configuration(Settings(**VALUES | {"front_secret": ""}), SHIPPED, PLACE)
