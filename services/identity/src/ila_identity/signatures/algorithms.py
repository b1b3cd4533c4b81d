"""The algorithms that count, and the check of a signature value with one of them.

What the lists lack is refused: SHA-1 and SHA-224, DSA, HMAC, RSA keys below 2,048 bits, unknown curves.

Source: BR-102; ETSI TS 119 312 (cryptographic suites); RFC 6931, RFC 9231 (names in XML).
"""

import hashlib
from collections.abc import Callable, Mapping

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from ila_identity.signatures.report import Finding

SMALLEST_RSA = 2_048
_CURVES = (
    ec.SECP256R1,
    ec.SECP384R1,
    ec.SECP521R1,
    ec.BrainpoolP256R1,
    ec.BrainpoolP384R1,
    ec.BrainpoolP512R1,
)
_HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
SCHEMES = {
    **{f"http://www.w3.org/2001/04/xmldsig-more#rsa-{name}": ("rsa", name) for name in _HASHES},
    **{f"http://www.w3.org/2007/05/xmldsig-more#{name}-rsa-MGF1": ("pss", name) for name in _HASHES},
    **{f"http://www.w3.org/2001/04/xmldsig-more#ecdsa-{name}": ("ecdsa", name) for name in _HASHES},
}


def digest(algorithm: str, content: bytes) -> bytes:
    """Return the digest of some bytes by the name of the algorithm in XML. Raises Finding for weak ones."""
    if algorithm not in DIGESTS:
        raise Finding("weak_algorithm", algorithm=algorithm)
    return hashlib.new(DIGESTS[algorithm], content).digest()


def digest_by_name(name: str, content: bytes) -> bytes:
    """Return the digest of some bytes by the short name of the algorithm. Raises Finding for weak ones."""
    if name not in _HASHES:
        raise Finding("weak_algorithm", algorithm=name)
    return hashlib.new(name, content).digest()


def scheme_of(algorithm: str) -> tuple[str, str]:
    """Return kind (`rsa`, `pss`, `ecdsa`) and digest of a signature algorithm of XML. Raises Finding."""
    if algorithm not in SCHEMES:
        raise Finding("weak_algorithm", algorithm=algorithm)
    return SCHEMES[algorithm]


def der_of_pair(key: object, value: bytes) -> bytes:
    """Return an ECDSA signature of XML (two numbers of equal length) as DER. Raises Finding."""
    width = (key.curve.key_size + 7) // 8 if isinstance(key, ec.EllipticCurvePublicKey) else 0
    if not width or len(value) != 2 * width:
        raise Finding("signature_wrong")
    pair = (int.from_bytes(value[:width]), int.from_bytes(value[width:]))
    return utils.encode_dss_signature(*pair)


def verify(
    certificate: x509.Certificate, kind: str, name: str, value: bytes, content: bytes, salt: int | None = None
) -> None:
    """Check a signature value (ECDSA: DER) over content. `salt`: bytes of PSS. Raises Finding."""
    if name not in _HASHES:
        raise Finding("weak_algorithm", algorithm=name)
    made = _HASHES[name]()
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and kind in ("rsa", "pss"):
            _strong_enough(key)
            key.verify(value, content, _padding(kind, made, salt), made)
        elif isinstance(key, ec.EllipticCurvePublicKey) and kind == "ecdsa":
            _known_curve(key)
            key.verify(value, content, ec.ECDSA(made))
        else:
            raise Finding("key_other")
    except InvalidSignature:
        raise Finding("signature_wrong") from None


def _padding(kind: str, made: hashes.HashAlgorithm, salt: int | None) -> padding.AsymmetricPadding:
    if kind == "rsa":
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(made), made.digest_size if salt is None else salt)


def _strong_enough(key: rsa.RSAPublicKey) -> None:
    if key.key_size < SMALLEST_RSA:
        raise Finding("weak_key", size=key.key_size)


def _known_curve(key: ec.EllipticCurvePublicKey) -> None:
    if not isinstance(key.curve, _CURVES):
        raise Finding("weak_key", size=key.curve.name)
