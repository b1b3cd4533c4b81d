"""Answers of registers, kept in Valkey: sealed, under names that tell nobody what was asked."""

import base64
import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes
from typing import Any

import orjson
import redis
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from ila_kit.clock import as_instant, parse_instant

log = logging.getLogger(__name__)
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and when the register gave it."""

    answer: dict[str, Any] = field(repr=False)
    observed_at: datetime


class AnswerCache:
    """Whoever reads the store finds neither keys nor answers; a store that is away only costs time."""

    def __init__(self, client: redis.Redis, secret: str):
        self._client = client
        self._naming = _derive(secret, b"ila gateway register names")
        self._sealing = AESGCM(_derive(secret, b"ila gateway register answers"))

    def find(self, register: str, keys: Sequence[str]) -> dict[str, Kept]:
        """Return what is kept about some of the keys."""
        names = [self._name(register, key) for key in keys]
        try:
            sealed: Any = self._client.mget(names)
        except redis.RedisError:
            log.warning("answers of registers are not cached: the store does not answer")
            return {}
        opened = [self._opened(name, text) for name, text in zip(names, sealed, strict=True)]
        return {key: kept for key, kept in zip(keys, opened, strict=True) if kept}

    def keep(self, register: str, answers: Mapping[str, Kept | None], seconds: int) -> None:
        """Keep answers for so long; forget what was kept where there is none now."""
        try:
            with self._client.pipeline(transaction=False) as commands:
                for key, kept in answers.items():
                    name = self._name(register, key)
                    if kept is None:
                        commands.delete(name)
                    else:
                        commands.set(name, self._sealed(name, kept), ex=seconds)
                commands.execute()
        except redis.RedisError:
            log.warning("answers of registers are not cached: the store does not answer")

    def _name(self, register: str, key: str) -> str:
        return f"g:{hmac.digest(self._naming, f'{register} {key}'.encode(), 'sha256').hex()}"

    def _sealed(self, name: str, kept: Kept) -> str:
        plain = orjson.dumps({"answer": kept.answer, "observed_at": as_instant(kept.observed_at)})
        nonce = token_bytes(_NONCE_BYTES)
        return base64.b64encode(nonce + self._sealing.encrypt(nonce, plain, name.encode())).decode()

    def _opened(self, name: str, text: str | None) -> Kept | None:
        """Return what was sealed under this name; what cannot be opened was sealed by another secret."""
        if text is None:
            return None
        try:
            data = base64.b64decode(text)
            plain = self._sealing.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            return None
        kept = orjson.loads(plain)
        return Kept(kept["answer"], parse_instant(kept["observed_at"]))


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode())
