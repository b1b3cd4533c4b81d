"""The infrastructure of development, kept in a folder so that what it signed stays signed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from ila_stubs.personas import Persona
from ila_stubs.signing.containers import Order, container_of
from ila_stubs.signing.lists import trusted_list
from ila_stubs.signing.pki import Holder, Pki, answer

LIST, LIST_SIGNER = "trusted-list.xml", "trusted-list-signer.pem"
_KEPT = ("issuer", "stamper", "responder", "operator")
_UNTIL = datetime(2029, 12, 31, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def kept_pki(folder: Path) -> Pki:
    """Return the infrastructure of a folder, made when missing, with its trusted list beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    pki = Pki()
    for name in _KEPT:
        path = folder / f"{name}.pem"
        if path.exists():
            vars(pki)[name] = _read(path.read_bytes())
        else:
            _write(path, _written(getattr(pki, name)))
    if not (folder / LIST).exists():
        _write(folder / LIST_SIGNER, pki.operator.certificate.public_bytes(Encoding.PEM))
        _write(folder / LIST, trusted_list(pki, listed(pki), until=_UNTIL))
    return pki


def listed(pki: Pki) -> list[tuple[str, Holder]]:
    """Return whom the trusted list names."""
    return [("CA/QC", pki.issuer), ("TSA/QTST", pki.stamper)]


def order_of(pki: Pki, persona: Persona, files: dict[str, bytes], now: datetime) -> Order:
    """Return an order for a good signature of a persona, with time stamp and word on revocation."""
    signer = pki.person(pki.issuer, subject=subject_of(persona))
    stamped_at = now.replace(microsecond=0) - 2 * _SECOND
    good = answer(pki.responder, signer, pki.issuer, stamped_at + _SECOND)
    return Order(signer, pki.stamper, files, stamped_at, answers=(good,))


def signed(pki: Pki, persona: Persona, files: dict[str, bytes], now: datetime) -> bytes:
    """Return a container with files by name, signed by a persona a moment ago."""
    return container_of(order_of(pki, persona, files, now))


def subject_of(persona: Persona) -> x509.Name:
    """Return how a certificate names a persona."""
    told = {
        NameOID.COUNTRY_NAME: "LV",
        NameOID.COMMON_NAME: f"{persona.given_name} {persona.family_name}".upper(),
        NameOID.GIVEN_NAME: persona.given_name.upper(),
        NameOID.SURNAME: persona.family_name.upper(),
        NameOID.SERIAL_NUMBER: f"PNOLV-{persona.personal_code}",
    }
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in told.items()])


def _written(holder: Holder) -> bytes:
    key = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key + holder.certificate.public_bytes(Encoding.PEM)


def _read(content: bytes) -> Holder:
    key = load_pem_private_key(content, None)
    return Holder(key, x509.load_pem_x509_certificate(content))  # type: ignore[arg-type]


def _write(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read; whoever reads it finds all of it."""
    half = path.with_suffix(".half")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    half.replace(path)
