"""Key pairs of the suite, made once per data directory, and the lists of clients that know them."""

from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from ila_local.data_dir import DataDir, write_private

MACHINES: dict[str, list[str]] = {
    "svc:identity": [
        "persons.data",
        "registers.population",
        "registers.viis_institutions",
        "registers.legal_persons",
        "registers.earlier_support",
    ],
    "svc:catalog": [
        "registers.viis_institutions",
        "registers.viis_addresses",
        "registers.programme_licences",
    ],
    "svc:applications": ["identity.facts", "identity.names"],
    "svc:funding": ["identity.bank_accounts", "identity.earlier_support"],
    "svc:portal": [],
    "registry:viis": ["registers.viis"],
}
GATEWAY_AT_EIDENTITY = "ila-gateway"


class Keys:
    """ES256 private keys as PEM files that the owner alone can read."""

    def __init__(self, data: DataDir):
        self._data = data
        self._folder = data.folder("keys")

    def file(self, name: str) -> Path:
        """Return the file of this key pair, made when missing; `svc:funding` is `svc-funding.pem`."""
        path = self._folder / f"{name.replace(':', '-')}.pem"
        if not path.exists():
            key = ECKey.generate_key("P-256", private=True)
            write_private(path, key.as_pem(private=True).decode())
        return path

    def public_jwks(self, name: str) -> dict[str, Any]:
        """Return the public half of a key pair as a JWK set."""
        key = ECKey.import_key(self.file(name).read_bytes())
        key.ensure_kid()
        return {"keys": [key.as_dict(private=False) | {"use": "sig", "alg": "ES256"}]}

    def gateway_clients_file(self) -> Path:
        """Write the machine clients of the gateway, and return the file."""
        rows = [
            {"client_id": name, "scopes": scopes, "jwks": self.public_jwks(name)}
            for name, scopes in MACHINES.items()
        ]
        return self._data.write_json("keys/clients.json", rows)

    def eidentity_clients_file(self, public_url: str) -> Path:
        """Write the clients of the stand-in e-identity (the gateway alone), and return the file."""
        gateway = {
            "client_id": GATEWAY_AT_EIDENTITY,
            "redirect_uris": [f"{public_url}/auth/callback"],
            "post_logout_redirect_uris": [f"{public_url}/"],
            "jwks": self.public_jwks(GATEWAY_AT_EIDENTITY),
        }
        return self._data.write_json("keys/eidentity-clients.json", [gateway])
