"""Data at rest opens for its owner, by its secret and for its purpose, and else for nobody."""

import base64

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.ids import uuid7
from ila_kit.vault import Vault, derived_key

SECRET, OTHER = (base64.b64encode(bytes([one]) * 32).decode() for one in (1, 2))
VAULT, OWNER = Vault.of(SECRET, b"a purpose"), uuid7()


@given(data=st.binary(max_size=200))
def test_what_is_sealed_opens_as_it_was_and_differs_each_time(data):
    first, second = VAULT.seal(data, OWNER), VAULT.seal(data, OWNER)
    assert VAULT.open(first, OWNER) == VAULT.open(second, OWNER) == data
    assert first != second
    assert len(data) < 4 or data not in first


def test_it_opens_for_no_other_owner_secret_or_purpose():
    sealed = VAULT.seal(b"LV78PARA0000000000001", OWNER)
    for vault, owner in (
        (VAULT, uuid7()),
        (Vault.of(OTHER, b"a purpose"), OWNER),
        (Vault.of(SECRET, b"another purpose"), OWNER),
    ):
        with pytest.raises(InvalidTag):
            vault.open(sealed, owner)


def test_no_byte_of_it_can_be_changed_but_the_version():
    sealed = VAULT.seal(b"data", OWNER)
    for place in range(1, len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(InvalidTag):
            VAULT.open(bytes(changed), OWNER)


def test_what_was_sealed_years_ago_still_opens():
    """Rows in databases are: version 1, a nonce of 12 bytes, AES-256-GCM by the derived key."""
    key, nonce = derived_key(SECRET, b"a purpose"), bytes(12)
    assert key.hex() == "5849aeda0a7de70c6b5358ea3d74c66bed81419660361daa6247088d66e74ab7"
    assert VAULT.open(b"\x01" + nonce + AESGCM(key).encrypt(nonce, b"data", OWNER.bytes), OWNER) == b"data"


@pytest.mark.parametrize("secret", ["", "c2hvcnQ=", "not base64!"])
def test_a_secret_that_is_none_is_refused(secret):
    with pytest.raises(ValueError, match=r"base64|32 bytes"):
        Vault.of(secret, b"a purpose")


def test_it_does_not_show_its_key():
    assert "AESGCM" not in repr(VAULT)
