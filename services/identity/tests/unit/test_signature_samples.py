"""Signed files of others, and the verdicts written down for them in docs/rules/signatures.md.

The files stay where they are: ILA_SIGNATURE_SAMPLES names the folder that holds `data/signatures`,
`corpora/asic`, `corpora/pdf` and `data/trust`.
"""

import base64
import hashlib
import io
import os
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from ila_identity.signatures.trust import load_profile
from ila_identity.signatures.verifier import verify
from ila_stubs.signing.lists import fingerprint
from ila_stubs.signing.pki import Holder
from signing_pki import NOW, PKI, trusted_list

FOLDER = os.environ.get("ILA_SIGNATURE_SAMPLES")
ROOT = Path(FOLDER or ".")
TABLE = Path(__file__).parents[4] / "docs" / "rules" / "signatures.md"
ROW = re.compile(r"^\| `([^`]+)` \| (\w+) \| ([^|]*) \| (\w+) \| ([^|]*) \|$", re.MULTILINE)
VERDICTS = {
    name: (one, first.strip(), two, second.strip())
    for name, one, first, two, second in ROW.findall(TABLE.read_text())
}
# Files whose issuers, stampers and responders the list of the test names: test authorities, all of them.
BELIEVED = [
    "latvian_LT_signature_with_7min_difference_between_TS_and_OCSP.asice",
    "valid-asice-esteid2018.asice",
    "valid-asice-lta.asice",
    "PSS-signature.asice",
    "signature-level-T.asice",
    "space-in-datafile-name-percent-encoded-in-signature.asice",
    "siva-test_lta_multiple_timestamps.asice",
]
needs_samples = pytest.mark.skipif(not FOLDER, reason="needs the folder of samples: ILA_SIGNATURE_SAMPLES")


def samples():
    paths = [*ROOT.glob("data/signatures/*"), *ROOT.glob("corpora/asic/*/*"), *ROOT.glob("corpora/pdf/*")]
    return sorted(one for one in paths if one.suffix[1:] in ("asice", "asics", "bdoc", "edoc", "pdf", "sce"))


def embedded(path):
    """Return every certificate in a container's signatures, and in the answers there."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        text = b"".join(archive.read(one) for one in archive.namelist() if "signatures" in one)
    for found in re.findall(rb"Certificate[^>]*>([^<]{200,})<", text):
        yield x509.load_der_x509_certificate(base64.b64decode(found))
    for found in re.findall(rb"OCSPValue[^>]*>([^<]{200,})<", text):
        yield from ocsp.load_der_ocsp_response(base64.b64decode(found)).certificates


def kind_of(certificate):
    """Return what a list calls the service of a certificate; None for a person's."""
    by_class = {type(one.value): one.value for one in certificate.extensions}
    if getattr(by_class.get(x509.BasicConstraints), "ca", False):
        return "CA/QC"
    uses = by_class.get(x509.ExtendedKeyUsage, ())
    if x509.ExtendedKeyUsageOID.TIME_STAMPING in uses:
        return "TSA/QTST"
    return "Certstatus/OCSP/QC" if x509.ExtendedKeyUsageOID.OCSP_SIGNING in uses else None


@pytest.fixture(scope="module")
def authorities():
    found = {
        one.public_bytes(Encoding.DER): one
        for name in BELIEVED
        for one in embedded(ROOT / "data/signatures" / name)
    }
    services = [(kind_of(one), Holder(None, one)) for one in found.values()]
    named = [(kind, one) for kind, one in services if kind]
    stampers = [("TSA/QTST", one) for kind, one in named if kind == "CA/QC"]
    own = x509.load_pem_x509_certificates((ROOT / "data/signatures/own-test-ca.pem").read_bytes())
    own = [(kind, Holder(None, one)) for one in own for kind in ("CA/QC", "TSA/QTST")]
    content = trusted_list(PKI, [*named, *stampers, *own], since=datetime(2010, 1, 1, tzinfo=UTC))
    return load_profile("test", [content], frozenset({fingerprint(PKI.operator)}), revocation_required=False)


@pytest.fixture(scope="module")
def latvian():
    content = (ROOT / "data/trust/lv-tsl.xml").read_bytes()
    (signer,) = re.findall(rb"<ds:X509Certificate>([^<]+)<", content)
    pin = hashlib.sha256(base64.b64decode(signer)).hexdigest()
    return load_profile("production", [content], frozenset({pin}), revocation_required=True)


def row_of(report):
    checks = sorted({f"{check.code}.{check.reason}" for check in report.not_passed()})
    return report.outcome, " ".join(checks[:3])


@needs_samples
def test_every_sample_has_its_verdict_written_down(authorities, latvian):
    made = {}
    for path in samples():
        content = path.read_bytes()
        made[path.name] = (
            *row_of(verify(content, authorities, NOW)),
            *row_of(verify(content, latvian, NOW)),
        )
    written = "\n".join(f"| `{name}` | {' | '.join(row)} |" for name, row in made.items())

    assert made == VERDICTS, f"write down:\n{written}"


@needs_samples
def test_the_latvian_list_is_signed_and_has_expired(latvian):
    assert latvian.refused == ()
    (alarm,) = latvian.alarms_at(NOW)
    assert alarm.sentence("lv") == (
        "Uzticamības saraksts: valsts LV saraksta termiņš beidzās 12.03.2024; vajadzīgs jauns saraksts."
    )


@needs_samples
def test_nothing_passes_under_an_expired_list(latvian):
    assert {verify(one.read_bytes(), latvian, NOW).outcome for one in samples()} == {
        "failed",
        "indeterminate",
    }
