"""The libraries of signatures cost memory; a process that verifies nothing does not load them."""

import subprocess
import sys

LARGE = ("lxml", "asn1crypto", "pyhanko", "pyhanko_certvalidator", "signxml")


def loaded_by(statement):
    told = f"import sys; {statement}; print(*sys.modules)"
    made = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    return {name for name in LARGE if name in made.split()}


def test_the_service_starts_without_the_libraries_of_signatures():
    assert loaded_by("import ila_identity.app, ila_identity.cli") == set()


def test_a_container_is_verified_without_the_library_of_pdf():
    assert loaded_by("import ila_identity.signatures.verifier") == set(LARGE) - {"pyhanko"}
