"""Bytes changed at random: a container that was touched never passes."""

import io
import random
import zipfile
from xml.etree.ElementTree import canonicalize

import pytest
from ila_identity.signatures.container import read_entries
from ila_identity.signatures.report import FAILED, PASSED, worst
from ila_identity.signatures.trust import load_profile
from ila_identity.signatures.verifier import verify
from ila_stubs.signing.containers import packed
from ila_stubs.signing.lists import fingerprint
from ila_stubs.signing.pki import answer
from signing_pki import NOW, PKI, STAMPED, good_file, listed, trusted_list

TRUST = load_profile(
    "production",
    [trusted_list(PKI, listed())],
    frozenset({fingerprint(PKI.operator)}),
    revocation_required=True,
)
GOOD = good_file(answers=(answer(PKI.responder, PKI.signer, PKI.issuer, STAMPED),))
SEEDS = 500


def entries():
    """Return the contents of the good container by name."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def mutated(seed, content):
    """Return some bytes with one to eight of them in a row replaced, dropped, doubled, or one bit turned."""
    chance = random.Random(seed)
    at = chance.randrange(len(content))
    old = content[at : at + chance.randint(1, 8)]
    turned = bytes([old[0] ^ 1 << chance.randrange(8)]) + old[1:]
    new = chance.choice([chance.randbytes(len(old)), b"", old + old, turned])
    return content[:at] + new + content[at + len(old) :]


def passing(made, seeds=SEEDS):
    """Return the seeds whose container differs from the good one and passes all the same."""
    every = ((seed, made(seed)) for seed in range(seeds))
    return [
        seed for seed, content in every if content != GOOD and verify(content, TRUST, NOW).outcome == "passed"
    ]


def test_what_is_mutated_passes_untouched():
    assert packed(entries()) == GOOD
    assert verify(GOOD, TRUST, NOW).outcome == "passed"


@pytest.mark.parametrize("name", [one for one in entries() if not one.endswith(".xml")])
def test_no_mutation_of_a_file_passes(name):
    good = entries()

    assert passing(lambda seed: packed({**good, name: mutated(seed, good[name])}), seeds=100) == []


@pytest.mark.parametrize("name", [one for one in entries() if one.endswith(".xml")])
def test_no_mutation_of_a_description_passes_unless_it_is_canonically_the_same(name):
    good = entries()

    for seed in passing(lambda seed: packed({**good, name: mutated(seed, good[name])})):
        assert canonicalize(mutated(seed, good[name])) == canonicalize(good[name]), seed


def test_the_second_opinion_is_asked_only_of_what_ours_did_not_refuse_and_then_agrees():
    good, name = entries(), "META-INF/signatures0.xml"

    for seed in range(SEEDS):
        report = verify(packed({**good, name: mutated(seed, good[name])}), TRUST, NOW)
        for signature in report.signatures:
            others = [check.outcome for check in signature.checks if check.code != "second_opinion"]
            asked = [check.outcome for check in signature.checks if check.code == "second_opinion"]
            assert signature.outcome == worst(others), seed
            assert asked == ([] if worst(others) == FAILED else [PASSED]), seed


def test_no_mutation_of_the_archive_passes_unless_it_says_the_same():
    good = verify(GOOD, TRUST, NOW)
    read = read_entries(GOOD)

    for seed in passing(lambda seed: mutated(seed, GOOD)):
        assert verify(mutated(seed, GOOD), TRUST, NOW) == good, seed
        assert read_entries(mutated(seed, GOOD)) == read, seed
