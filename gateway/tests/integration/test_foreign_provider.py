"""Sign-in at a provider nobody here wrote: npm's oidc-provider, certified by the OpenID Foundation.

It is installed beside its program: `npm install --prefix gateway/tests/foreign`.
"""

import json
import re
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from joserfc.jwk import ECKey

FOLDER = Path(__file__).parents[1] / "foreign"
pytestmark = [pytest.mark.integration, pytest.mark.npm("gateway/tests/foreign")]


@pytest.fixture
def foreign(surroundings, folder, start_gateway, free_port, wait_for):
    """Return a gateway whose people sign in at the foreign provider."""
    port, public_url = free_port(), f"http://127.0.0.1:{free_port()}"
    issuer = f"http://127.0.0.1:{port}"
    key = ECKey.import_key((folder / "eidentity.pem").read_text())
    key.ensure_kid()
    given = {
        "issuer": issuer,
        "port": port,
        "redirect_uri": f"{public_url}/auth/callback",
        "jwks": {"keys": [key.as_dict(private=False) | {"use": "sig", "alg": "ES256"}]},
    }
    with (folder / "foreign.log").open("wb") as output:
        process = subprocess.Popen(
            ["node", "provider.mjs", json.dumps(given)], cwd=FOLDER, stdout=output, stderr=subprocess.STDOUT
        )
    address = f"{issuer}/.well-known/openid-configuration"
    wait_for(lambda: requests.get(address, timeout=2).ok, "foreign provider", process)
    yield start_gateway(EIDENTITY_ISSUER=issuer, PUBLIC_URL=public_url, PORT=public_url.rpartition(":")[2])
    process.terminate()
    process.wait(10)


def filled(page):
    """Return the address and fields of the one form on a page."""
    action = urljoin(page.url, unescape(re.search(r'<form[^>]*action="([^"]+)"', page.text)[1]))
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    asked = {"login": "zane", "password": "x"} if 'name="login"' in page.text else {}
    return action, hidden | asked


def test_a_person_signs_in_at_a_foreign_provider(foreign, identity):
    browser = foreign.browser()
    page = browser.get(f"{foreign.url}/auth/login", params={"next": "/after"}, timeout=10)
    for _ in range(2):  # who it is, and whether the gateway may know
        action, fields = filled(page)
        page = browser.post(action, data=fields, timeout=10)
    assert page.url == f"{foreign.url}/after"
    noted = identity.sign_ins[-1]
    assert (noted["given_name"], noted["subject"], noted["personal_code"]) == ("Zane", "zane", "320000-00000")
    me = browser.get(f"{foreign.url}/auth/me", timeout=5).json()
    assert me["acr"] == "low", "a provider that says nothing of assurance is taken for the weakest"


def test_a_step_up_where_assurance_is_not_told_is_refused(foreign):
    browser = foreign.browser()
    page = browser.get(f"{foreign.url}/auth/step-up", timeout=10)
    for _ in range(2):
        action, fields = filled(page)
        page = browser.post(action, data=fields, timeout=10)
    assert (page.status_code, page.json()["code"]) == (403, "assurance-not-reached")
