"""The e-identity as the gateway finds it."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ila_gateway.openid import OpenIdClient, ProviderUnavailable, Wish
from joserfc.jwk import ECKey


@contextmanager
def provider(documents):
    """Serve JSON documents by path; yield the address and the paths that were asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = json.dumps(documents.get(self.path, {})).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(ECKey.generate_key("P-256", private=True).as_pem(private=True))
    return path


def _client(issuer, key_file, clock=lambda: 1_000.0):
    return OpenIdClient(issuer, "ila-gateway", key_file, "s" * 32, "http://127.0.0.1", "openid", clock)


def _documents(issuer):
    keys = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}
    found = {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks",
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
    }
    return {"/.well-known/openid-configuration": found, "/jwks": keys}


def test_nothing_is_asked_before_somebody_signs_in_and_then_it_is_remembered(key_file):
    documents = {}
    with provider(documents) as (issuer, asked):
        documents |= _documents(issuer)
        client = _client(issuer, key_file)
        assert asked == []
        begun = client.begin(Wish("/"))
        client.begin(Wish("/"))
    assert begun.address.startswith(f"{issuer}/authorize?")
    assert "code_challenge_method=S256" in begun.address
    assert "nonce=" in begun.address
    assert len(asked) == 2


def test_the_provider_is_told_which_assurance_is_wished_for(key_file):
    documents = {}
    with provider(documents) as (issuer, _):
        documents |= _documents(issuer)
        client = _client(issuer, key_file)
        wish = Wish("/", "high substantial", "substantial", "p1")
        assert "acr_values=high+substantial" in client.begin(wish).address.replace("%20", "+")
        assert "acr_values" not in client.begin(Wish("/")).address


def test_a_provider_that_calls_itself_something_else_is_not_believed(key_file):
    documents = {}
    with provider(documents) as (issuer, _):
        documents |= _documents("https://evil.example")
        documents["/.well-known/openid-configuration"]["jwks_uri"] = f"{issuer}/jwks"
        with pytest.raises(ProviderUnavailable):
            _client(issuer, key_file).begin(Wish("/"))


def test_a_provider_that_gave_no_answer_is_left_alone_for_a_moment(key_file):
    documents, now = {}, [1_000.0]
    with provider(documents) as (issuer, asked):
        client = _client(issuer, key_file, lambda: now[0])
        for _ in range(3):
            with pytest.raises(ProviderUnavailable):
                client.begin(Wish("/"))
        assert len(asked) == 1
        documents |= _documents(issuer)
        now[0] += 6
        assert client.begin(Wish("/")).carried
