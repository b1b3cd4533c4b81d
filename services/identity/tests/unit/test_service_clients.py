"""Machine clients: their names and scopes, which keys are taken, and how one is changed for the next."""

from datetime import timedelta

import pytest
from ila_identity.domain import errors
from ila_identity.domain.service_clients import (
    OF_THE_SUITE,
    SCOPES_OF_REGISTERS,
    SCOPES_OF_SERVICES,
    PublicKey,
)
from ila_identity.usecases.service_clients import (
    AddKey,
    ChangeClient,
    RegisterClient,
    RetireKey,
    StepOfClient,
    add_key,
    change_client,
    client_let_in,
    register_client,
    reinstate_client,
    retire_key,
    suspend_client,
)
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

DAY = timedelta(days=1)


@pytest.fixture
def unit(world):
    world.act_as(None, "platform_admin")
    return world.unit


def pair(**parameters):
    return ECKey.generate_key("P-256", parameters or None, private=True)


def public(**changes):
    jwk = pair().as_dict(private=False) | changes
    return {name: value for name, value in jwk.items() if value is not None}


def register(unit, client_id="registry:licences", scopes=("registers.licences",)):
    return register_client(unit, RegisterClient(client_id=client_id, title="Reģistrs", scopes=list(scopes)))


def add(unit, client, jwk=None, earlier_ends_at=None):
    key = PublicKey.read(jwk or public())
    return add_key(unit, AddKey(service_client_id=client.id, key=key, earlier_ends_at=earlier_ends_at))


def retire(unit, client, key, ends_at=None):
    return retire_key(unit, RetireKey(service_client_id=client.id, key_id=key.id, ends_at=ends_at))


def kids(client, now):
    return [one.key.kid for one in client.counting(now)]


def test_a_register_and_a_service_are_registered_with_scopes_of_their_own(unit):
    register(unit)
    service = register(unit, "svc:reports", ["oauth.introspect", "identity.names"])
    assert service.scopes == ("identity.names", "oauth.introspect")
    assert [event.client_id for event, _ in unit.published] == ["registry:licences", "svc:reports"]
    assert unit.actions() == ["service_client_registered"] * 2


@pytest.mark.parametrize(
    "name", ["", "licences", "svc:", "svc:A", "svc:a b", "svc:a/..", "registry:unknown", "ila-cli", "svc:é"]
)
def test_no_other_name_is_taken(unit, name):
    with pytest.raises(errors.UnknownClientId):
        register(unit, name)


@pytest.mark.parametrize("name", sorted(OF_THE_SUITE))
def test_a_name_of_the_suite_itself_is_nobodys(unit, name):
    with pytest.raises(errors.ClientIdReserved):
        register(unit, name, ["identity.facts"])


def test_a_name_is_given_once(unit):
    register(unit)
    with pytest.raises(errors.ClientKnown):
        register(unit)


@pytest.mark.parametrize(
    "scope", ["act", "identity.sign_in", "identity.clients", "platform_admin", "registers.viis", "*", ""]
)
def test_a_scope_that_the_name_does_not_have_is_never_given(unit, scope):
    for name in ("registry:licences", "svc:reports"):
        with pytest.raises(errors.ScopeNotAllowed):
            register(unit, name, [scope])
    client = register(unit)
    with pytest.raises(errors.ScopeNotAllowed):
        change_client(unit, ChangeClient(service_client_id=client.id, version=1, title="x", scopes=[scope]))


def test_nobody_is_given_the_scopes_of_the_gateway_or_the_right_to_act_for_people():
    given = SCOPES_OF_SERVICES.union(*SCOPES_OF_REGISTERS.values())
    assert given.isdisjoint({"act", "identity.sign_in", "identity.clients"})


def test_scopes_change_from_the_version_that_was_read(unit):
    client = register(unit, "svc:reports", ["identity.names", "identity.facts"])
    command = ChangeClient(
        service_client_id=client.id, version=1, title="Pārskati", scopes=["identity.names"]
    )
    assert change_client(unit, command).scopes == ("identity.names",)
    with pytest.raises(Stale):
        change_client(unit, command)


def test_a_key_is_kept_without_anything_but_its_public_half(unit):
    jwk = public(kid="2026", use="sig", alg="ES256", x5u="https://evil.example")
    kept = add(unit, register(unit), jwk).keys[0].key
    assert kept.kid == "2026"
    assert kept.jwk.keys() == {"kty", "crv", "x", "y"}


def test_a_key_without_a_name_is_called_by_its_thumbprint(unit):
    key = pair()
    kept = add(unit, register(unit), key.as_dict(private=False)).keys[0].key
    assert kept.kid == kept.thumbprint == key.thumbprint()


def private(kind):
    return kind.as_dict(private=True)


@pytest.mark.parametrize(
    ("jwk", "refusal"),
    [
        (private(pair()), errors.KeyIsPrivate),
        (private(RSAKey.generate_key(2048)), errors.KeyIsPrivate),
        (private(OKPKey.generate_key("Ed25519")), errors.KeyIsPrivate),
        (private(OctKey.generate_key(256)), errors.KeyIsSymmetric),
        (public(kty="oct"), errors.KeyIsSymmetric),
        (public(k="c2VjcmV0"), errors.KeyIsSymmetric),
        (RSAKey.generate_key(2048).as_dict(private=False), errors.KeyUnfit),
        (ECKey.generate_key("P-384").as_dict(private=False), errors.KeyUnfit),
        (OKPKey.generate_key("Ed25519").as_dict(private=False), errors.KeyUnfit),
        (public(alg="HS256"), errors.KeyUnfit),
        (public(alg="none"), errors.KeyUnfit),
        (public(use="enc"), errors.KeyUnfit),
        (public(crv="secp256k1"), errors.KeyUnfit),
        (public(x=public()["y"]), errors.KeyUnfit),
        (public(x="AA"), errors.KeyUnfit),
        (public(x=None), errors.KeyUnfit),
        (public(x=7), errors.KeyUnfit),
        (public(y=["x"]), errors.KeyUnfit),
        (public(kid=""), errors.KeyUnfit),
        (public(kid="../x"), errors.KeyUnfit),
        (public(kid="k" * 129), errors.KeyUnfit),
        (public(kid=1), errors.KeyUnfit),
        ({}, errors.KeyUnfit),
    ],
)
def test_every_other_key_is_refused_by_name(jwk, refusal):
    with pytest.raises(refusal):
        PublicKey.read(jwk)


def test_the_next_key_counts_beside_the_one_before_until_its_end(unit):
    client = add(unit, register(unit), public(kid="old"))
    client = add(unit, client, public(kid="new"), earlier_ends_at=unit.now + DAY)
    assert kids(client, unit.now) == ["old", "new"]
    assert kids(client, unit.now + DAY - timedelta(seconds=1)) == ["old", "new"]
    assert kids(client, unit.now + DAY) == ["new"]


def test_a_third_key_waits_for_the_end_of_one(unit):
    client = add(unit, add(unit, register(unit), public(kid="1")), public(kid="2"))
    with pytest.raises(errors.TooManyKeys):
        add(unit, client, public(kid="3"))
    client = retire(unit, client, client.keys[0])
    assert kids(add(unit, client, public(kid="3")), unit.now) == ["2", "3"]


def test_a_key_in_wrong_hands_ends_at_once_and_once(unit):
    client = add(unit, register(unit))
    key = client.keys[0]
    assert retire(unit, client, key, unit.now + DAY).keys[0].ends_at == unit.now + DAY
    client = retire(unit, client, key)
    assert client.counting(unit.now) == []
    with pytest.raises(errors.KeyEnded):
        retire(unit, client, key)
    with pytest.raises(Missing):
        retire_key(unit, RetireKey(service_client_id=client.id, key_id=uuid7(), ends_at=None))


def test_an_end_in_the_past_is_refused(unit):
    client = add(unit, register(unit))
    with pytest.raises(errors.KeyEndPassed):
        retire(unit, client, client.keys[0], unit.now - DAY)
    with pytest.raises(errors.KeyEndPassed):
        add(unit, client, earlier_ends_at=unit.now - DAY)


def test_a_key_is_one_clients_and_comes_back_for_nobody(unit):
    jwk = public(kid="1")
    client = add(unit, register(unit), jwk)
    retire(unit, client, client.keys[0])
    with pytest.raises(errors.KeyKnown):
        add(unit, client, jwk)
    with pytest.raises(errors.KeyKnown):
        add(unit, client, jwk | {"kid": "another"})
    with pytest.raises(errors.KeyKnown):
        add(unit, client, public(kid="1"))
    with pytest.raises(errors.KeyKnown):
        add(unit, register(unit, "svc:reports", ["identity.names"]), jwk)


def test_a_suspended_client_is_not_let_in_until_it_is_reinstated(unit):
    client = add(unit, register(unit))
    step = StepOfClient(service_client_id=client.id, reason="Līgums beidzies")
    assert client_let_in(unit, "registry:licences").keys == client.keys
    assert suspend_client(unit, step).reason == "Līgums beidzies"
    with pytest.raises(Missing):
        client_let_in(unit, "registry:licences")
    with pytest.raises(WrongState):
        suspend_client(unit, step)
    reinstate_client(unit, step)
    assert client_let_in(unit, "registry:licences").state == "active"
    with pytest.raises(Missing):
        client_let_in(unit, "registry:viis")


def test_only_a_platform_administrator_takes_a_step(world):
    world.act_as(None, "platform_admin")
    client = register(world.unit)
    world.act_as(None, "auditor")
    with pytest.raises(NotYourStep):
        suspend_client(world.unit, StepOfClient(service_client_id=client.id, reason="x"))


def test_every_change_is_told_with_the_next_version_and_noted(unit):
    client = add(unit, register(unit))
    retire(unit, client, client.keys[0])
    suspend_client(unit, StepOfClient(service_client_id=client.id, reason="x"))
    assert [(event.state, event.version, sequence) for event, sequence in unit.published] == [
        ("active", 1, 1),
        ("active", 2, 2),
        ("active", 3, 3),
        ("suspended", 4, 4),
    ]
    assert unit.actions() == [
        "service_client_registered",
        "service_client_key_added",
        "service_client_key_retired",
        "service_client_suspended",
    ]
