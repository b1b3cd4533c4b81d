"""Personal codes at rest."""

import pytest
from cryptography.exceptions import InvalidTag
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.settings import DEVELOPMENT_KEY
from ila_identity.store.vault import Vault
from ila_kit.ids import uuid7

VAULT = Vault.of(DEVELOPMENT_KEY)
CODE = PersonalCode("32250362317")


def test_a_sealed_code_opens_for_its_person_alone():
    person = uuid7()
    sealed = VAULT.seal(CODE, person)
    assert VAULT.open(sealed, person) == CODE
    assert CODE.digits.encode() not in sealed
    with pytest.raises(InvalidTag):
        VAULT.open(sealed, uuid7())


def test_sealing_twice_differs_and_the_fingerprint_does_not():
    person = uuid7()
    assert VAULT.seal(CODE, person) != VAULT.seal(CODE, person)
    assert (
        VAULT.fingerprint(CODE) == VAULT.fingerprint(CODE) != VAULT.fingerprint(PersonalCode("32250362318"))
    )


@pytest.mark.parametrize("secret", ["not base64 !", "AAAA"])
def test_a_secret_of_the_wrong_form_is_refused(secret):
    with pytest.raises(ValueError, match="not"):
        Vault.of(secret)
