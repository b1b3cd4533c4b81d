"""Keys are made once, kept private, and known to whom they are shown."""

import json
import stat

from ila_local.data_dir import DataDir
from ila_local.keys import Keys
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet


def test_a_key_is_made_once_and_readable_by_the_owner_alone(tmp_path):
    path = Keys(DataDir(tmp_path)).file("svc:funding")
    first = path.read_bytes()
    assert path.name == "svc-funding.pem"
    assert Keys(DataDir(tmp_path)).file("svc:funding").read_bytes() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_gateway_knows_every_machine_by_its_public_key_and_scopes(tmp_path):
    keys = Keys(DataDir(tmp_path))
    clients = {row["client_id"]: row for row in json.loads(keys.gateway_clients_file().read_text())}
    services = {"svc:identity", "svc:catalog", "svc:applications", "svc:funding", "svc:portal"}
    assert clients.keys() == services | {"registry:viis"}
    assert clients["svc:applications"]["scopes"] == ["identity.facts", "identity.names"]
    assert clients["svc:portal"]["scopes"] == []
    assert not any("d" in key for row in clients.values() for key in row["jwks"]["keys"])
    signed = jwt.encode(
        {"alg": "ES256"}, {"iss": "x"}, ECKey.import_key(keys.file("registry:viis").read_bytes())
    )
    assert jwt.decode(signed, KeySet.import_key_set(clients["registry:viis"]["jwks"])).claims == {"iss": "x"}


def test_the_e_identity_sends_people_back_to_the_front_door_alone(tmp_path):
    path = Keys(DataDir(tmp_path)).eidentity_clients_file("http://127.0.0.1:8080")
    (client,) = json.loads(path.read_text())
    assert client["client_id"] == "ila-gateway"
    assert client["redirect_uris"] == ["http://127.0.0.1:8080/auth/callback"]
