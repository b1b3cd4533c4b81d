"""Machine clients over HTTP on PostgreSQL: kept by administrators, read by the gateway."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from ila_identity.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry, outbox
from ila_kit.testing.stores import statements_seen
from joserfc.jwk import ECKey

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/service-clients"
MACHINES = "/api/identity/v1/machine-clients"


@pytest.fixture(autouse=True)
def no_clients_yet(engine):
    with engine.begin() as connection:
        connection.execute(t.service_client_key.delete())
        connection.execute(t.service_client.delete())


@pytest.fixture
def admin(api):
    return api.as_(uuid7(), "platform_admin")


@pytest.fixture
def seen_by_gateway(api):
    return lambda name: api.as_("svc:gateway", "identity.clients").get(f"{MACHINES}/{name}")


def public(**parameters):
    key = ECKey.generate_key("P-256", parameters or None, private=True)
    return key.as_dict(private=False)


def body(client_id="registry:licences", *scopes):
    return {
        "client_id": client_id,
        "title": "Licenču reģistrs",
        "scopes": list(scopes or ("registers.licences",)),
    }


def soon():
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def test_a_register_is_let_in_with_its_keys_and_put_out_again(admin, seen_by_gateway, engine):
    made = admin.post(PATH, body())
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    path = made.headers["Location"]
    assert seen_by_gateway("registry:licences").json["keys"] == []
    first = admin.post(f"{path}/keys", {"jwk": public(kid="old")})
    assert (first.status_code, first.json["version"], first.json["keys"][0]["ends_at"]) == (201, 2, None)
    both = admin.post(f"{path}/keys", {"jwk": public(kid="new"), "earlier_ends_at": soon()})
    assert [one["ends_at"] is None for one in both.json["keys"]] == [False, True]
    told = seen_by_gateway("registry:licences").json
    assert [one["jwk"]["kid"] for one in told["keys"]] == ["old", "new"]
    assert told["keys"][0]["jwk"].keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    third = admin.post(f"{path}/keys", {"jwk": public()})
    assert (third.status_code, third.json["code"]) == (409, "too-many-keys")
    old = both.json["keys"][0]["id"]
    assert admin.post(f"{path}/keys/{old}/retirement", {}).status_code == 200
    assert [one["jwk"]["kid"] for one in seen_by_gateway("registry:licences").json["keys"]] == ["new"]
    assert admin.post(f"{path}/suspension", {"reason": "Līgums beidzies"}).json["state"] == "suspended"
    assert seen_by_gateway("registry:licences").status_code == 404
    assert admin.post(f"{path}/reinstatement", {"reason": "Jauns līgums"}).json["version"] == 6
    assert seen_by_gateway("registry:licences").json["scopes"] == ["registers.licences"]
    with engine.connect() as connection:
        bodies = connection.scalars(sa.select(outbox.c.body).order_by(outbox.c.id))
        told = [body for body in bodies if body["subject"] == made.json["id"]]
        assert [body["sequence"] for body in told] == [1, 2, 3, 4, 5, 6]
        assert {body["data"]["client_id"] for body in told} == {"registry:licences"}
        noted = sa.select(audit_entry.c.action).where(audit_entry.c.subject_id == made.json["id"])
        assert len(list(connection.scalars(noted))) == 6


def test_scopes_change_by_the_version_that_was_read(admin, seen_by_gateway):
    made = admin.post(PATH, body("svc:reports", "identity.names", "oauth.introspect"))
    path, terms = made.headers["Location"], {"title": "Pārskati", "scopes": ["identity.names"]}
    assert admin.put(path, terms).status_code == 428
    assert admin.put(path, terms, version=7).status_code == 412
    assert admin.put(path, terms, version=1).json["scopes"] == ["identity.names"]
    assert seen_by_gateway("svc:reports").json["scopes"] == ["identity.names"]
    wider = admin.put(path, terms | {"scopes": ["act"]}, version=2)
    assert (wider.status_code, wider.json["code"]) == (422, "scope-not-allowed")


def test_the_same_key_of_idempotency_registers_one_client(admin):
    first, again = (admin.post(PATH, body(), key="k1") for _ in range(2))
    assert (first.status_code, first.data) == (again.status_code, again.data)
    other = admin.post(PATH, body())
    assert (other.status_code, other.json["code"]) == (409, "client-known")


def test_of_many_who_add_a_key_at_once_two_get_one(admin):
    path = admin.post(PATH, body()).headers["Location"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: admin.post(f"{path}/keys", {"jwk": public()}), range(6)))
    assert sorted(one.status_code for one in answers) == [201, 201, 409, 409, 409, 409]
    assert len(admin.get(path).json["keys"]) == 2


def test_one_key_given_to_two_clients_at_once_is_one_clients(admin):
    jwk = public()
    paths = [
        admin.post(PATH, body(name, scope)).headers["Location"]
        for name, scope in (("svc:one", "identity.names"), ("svc:two", "identity.names"))
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda path: admin.post(f"{path}/keys", {"jwk": jwk}), paths))
    assert sorted(one.status_code for one in answers) == [201, 409]
    refused = next(one for one in answers if one.status_code == 409)
    assert refused.json["code"] == "key-known"
    assert sorted(len(admin.get(path).json["keys"]) for path in paths) == [0, 1]


def test_a_private_key_is_refused_and_kept_nowhere(admin, engine, caplog):
    path = admin.post(PATH, body()).headers["Location"]
    jwk = ECKey.generate_key("P-256", private=True).as_dict(private=True)
    refused = admin.post(f"{path}/keys", {"jwk": jwk})
    assert (refused.status_code, refused.json["code"]) == (422, "key-is-private")
    assert jwk["d"] not in refused.text + caplog.text
    with engine.connect() as connection:
        for table in ("outbox", "audit_entry", "service_client_key", "idempotency_key"):
            text = connection.scalar(sa.text(f"SELECT string_agg(x::text, '') FROM {table} x")) or ""
            assert jwk["d"] not in text


def test_the_list_is_found_by_name_and_state_and_asks_once_for_all_keys(admin, engine):
    for name in ("svc:one", "svc:two", "svc:three"):
        path = admin.post(PATH, body(name, "identity.names")).headers["Location"]
        admin.post(f"{path}/keys", {"jwk": public()})
    with statements_seen(engine) as statements:
        listed = admin.get(PATH).json["items"]
    assert [one["client_id"] for one in listed] == ["svc:one", "svc:three", "svc:two"]
    assert sum("service_client_key" in one for one in statements) == 1
    assert [one["client_id"] for one in admin.get(f"{PATH}?client_id=svc:two").json["items"]] == ["svc:two"]
    assert admin.get(f"{PATH}?state=suspended").json["items"] == []


def test_only_administrators_write_and_only_the_gateway_reads_by_name(api, admin):
    path = admin.post(PATH, body()).headers["Location"]
    auditor = api.as_(uuid7(), "auditor")
    assert auditor.get(path).status_code == 200
    assert auditor.post(f"{path}/keys", {"jwk": public()}).status_code == 403
    weak = api.as_(uuid7(), "platform_admin", acr="substantial")
    assert weak.post(f"{path}/keys", {"jwk": public()}).json["code"] == "assurance-too-low"
    assert admin.get(f"{MACHINES}/registry:licences").status_code == 403
    assert api.as_("svc:reports", "identity.names").get(PATH).status_code == 403


@pytest.mark.parametrize("name", ["registry:viis", "svc:none", "x", "%00", "svc:a%2f.."])
def test_a_name_nobody_has_is_told_as_unknown(seen_by_gateway, name):
    assert seen_by_gateway(name).status_code == 404
