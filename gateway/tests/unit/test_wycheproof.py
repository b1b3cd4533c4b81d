"""The Wycheproof vectors for JOSE, against the checks as we use them: at each door that reads a signed token.

Where they are from: `corpora/jose/README.md`.
"""

import json
from functools import cache
from pathlib import Path

import pytest
from authlib.oauth2.rfc6749 import InvalidClientError
from ila_gateway.assertions import Assertion
from ila_gateway.tokens import ALGORITHM
from ila_kit.web.identity import BadToken, Verifier
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

FOLDER = Path(__file__).parents[1] / "corpora" / "jose"
FILES = [f"json_web_{kind}_test.json" for kind in ("signature", "key", "crypto", "encryption")]
# Weak keys are among the vectors.
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
NOW = 1_800_000_000


@cache
def vectors():
    """Return each vector with the keys of its group, and whether it is a good signature by ES256."""
    found = []
    for file in FILES:
        for group in json.loads((FOLDER / file).read_text())["testGroups"]:
            given = group.get("public") or group.get("private") or {}
            keys = given.get("keys", [given])
            ours = [key.get("alg") for key in keys] == [ALGORITHM]
            for test in group["tests"]:
                token = test.get("jws") or test.get("jwe")
                found.append(
                    (
                        f"{file} {test['tcId']} {test['comment']}",
                        keys,
                        token,
                        ours and test["result"] == "valid",
                    )
                )
    return found


def key_set(keys):
    """Return the keys we could import; the others would not even be published."""
    usable = []
    for key in keys:
        try:
            usable += KeySet.import_key_set({"keys": [key]}).keys
        except (JoseError, ValueError, KeyError, TypeError):
            continue
    return KeySet(usable)


def as_text(token):
    return token if isinstance(token, str) else json.dumps(token)


def test_there_are_vectors():
    assert len(vectors()) == 401 + 26 + 83 + 139
    assert sum(good for *_, good in vectors()) >= 2


def test_the_signature_check_takes_the_good_ones_by_our_algorithm_and_no_other():
    wrong = []
    for name, keys, token, good in vectors():
        try:
            jws.deserialize_compact(as_text(token), key_set(keys), algorithms=[ALGORITHM])
            taken = True
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            taken = False
        wrong += [name] if taken != good else []
    assert wrong == []


def test_no_vector_is_an_identity_token():
    for name, keys, token, _ in vectors():
        verifier = Verifier("funding", lambda keys=keys: key_set(keys), lambda: NOW)
        with pytest.raises(BadToken):
            pytest.fail(f"{name} was taken for {verifier.actor(as_text(token))}")


def test_no_vector_is_an_assertion_of_a_machine():
    door = Assertion(["https://ila.example"], None, lambda: NOW)
    for name, keys, token, _ in vectors():
        with pytest.raises(InvalidClientError):
            pytest.fail(
                f"{name} was taken for {door.process_assertion_claims(as_text(token), key_set(keys))}"
            )
