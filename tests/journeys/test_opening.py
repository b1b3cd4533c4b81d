"""The opening: 500 people apply at once, and the budget carries 100 of them."""

import json
import os
import re
import subprocess
import sys
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
import suite
from citizens import OPENING, named
from ila_kit.ids import uuid7
from ila_local.sign_in import access_token

pytestmark = pytest.mark.journey
PEOPLE, ROOM = len(OPENING), 100
PRICE = Decimal("608.99")
PARAMETERS = Path(__file__).parents[2] / "services" / "catalog" / "src" / "ila_catalog" / "parameters"


def small_call(folder: Path) -> str:
    """Write a call with a budget for 100 and one programme with 1,000 places; return its code."""
    code = f"small-{uuid.uuid4().hex[:8]}"
    call = (PARAMETERS / "calls" / "call-1.toml").read_text()
    offer = (PARAMETERS / "demonstration" / "call-1.toml").read_text()
    call = call.replace('code = "call-1"', f'code = "{code}"')
    call = re.sub(r'^id = ".*"$', lambda _: f'id = "{uuid7()}"', call, flags=re.MULTILINE)
    call = call.replace("2132000.00", str(PRICE * ROOM))
    offer = offer.replace('call = "call-1"', f'call = "{code}"').replace("places = 200", "places = 1000")
    for name, text in (("calls", call), ("demonstration", renamed(offer))):
        (folder / name).mkdir()
        (folder / name / f"{code}.toml").write_text(text)
    return code


def renamed(offer: str) -> str:
    """Return the demonstration with new ids for its programmes and agreements, not for its institutions."""
    offer = re.sub(
        r'^agreement_id = ".*"$', lambda _: f'agreement_id = "{uuid7()}"', offer, flags=re.MULTILINE
    )
    head, *programmes = offer.split("[[programmes]]\n")
    fresh = [f'id = "{uuid7()}"\n' + text.split("\n", 1)[1] for text in programmes]
    return "[[programmes]]\n".join([head, *fresh])


def load(folder: Path, code: str) -> None:
    """Load the call as an operator does, with the running catalogue's own settings."""
    rows = json.loads((Path(os.environ["ILA_DATA_DIR"]) / "run.json").read_text())
    pid = next(row["pid"] for row in rows if row["role"] == "catalog")
    environment = dict(
        pair.split("=", 1)
        for pair in Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
        if "=" in pair
    )
    command = [str(Path(sys.executable).with_name("ila-catalog")), "load", "--call", code]
    subprocess.run(
        [*command, "--demonstration", "--parameters", str(folder)], env=environment, check=True, timeout=60
    )


@pytest.fixture(scope="module")
def wanted(tmp_path_factory) -> dict:
    """The set of 34 h + 136 h of the small call."""
    folder = tmp_path_factory.mktemp("parameters")
    for shared in ("institutions.csv", "digcomp_2_2_competences.csv", "digcomp_2_2_levels.csv"):
        (folder / shared).write_bytes((PARAMETERS / shared).read_bytes())
    code = small_call(folder)
    load(folder, code)
    calls = suite.visitor().read("/api/catalog/v1/public/calls?limit=200")["items"]
    call_id = next(one["id"] for one in calls if one["code"] == code)
    path = f"/api/catalog/v1/public/programmes?kind=module_set&call_id={call_id}"
    programme = suite.visitor().read(path)["items"][0]
    return suite.visitor().read(f"/api/catalog/v1/public/programmes/{programme['id']}")


@pytest.fixture(scope="module")
def people() -> list[suite.Caller]:
    """500 people, each signed in by the real flow."""
    with ThreadPoolExecutor(16) as pool:
        tokens = pool.map(lambda n: access_token(suite.URL, named(n)), OPENING)
        return [suite.Caller(token) for token in tokens]


def line(call_id: str) -> dict:
    """Return the budget line of the small call."""
    found = suite.persona("agency-rate-manager").read(f"/api/funding/v1/budget-lines?call_id={call_id}")
    return found["items"][0]


def test_500_simultaneous_applications_on_a_budget_for_100_give_exactly_100_holds(wanted, people):
    drafts = [suite.draft(one, wanted)["id"] for one in people]
    suite.eventually(lambda: line(wanted["call_id"])["free"]["amount"], str(PRICE * ROOM))

    def apply(pair: tuple[suite.Caller, str]) -> int:
        return suite.submit(*pair, wanted).status_code

    with ThreadPoolExecutor(32) as pool:
        statuses = Counter(pool.map(apply, zip(people, drafts, strict=True)))
    assert statuses == {201: PEOPLE}, "every one of them gets a receipt"

    def outcomes() -> Counter:
        with ThreadPoolExecutor(8) as pool:
            return Counter(pool.map(lambda pair: suite.state(*pair), zip(people, drafts, strict=True)))

    suite.eventually(outcomes, {"offered": ROOM, "waiting_for_funds": PEOPLE - ROOM}, 90)
    now = line(wanted["call_id"])
    assert suite.euros(now["held"]) == PRICE * ROOM
    assert suite.euros(now["free"]) == 0

    receipts = {}
    for one, application in zip(people, drafts, strict=True):
        shown = one.read(f"{suite.APPLICATIONS}/{application}")
        receipts[shown["receipt"]["sequence"]] = shown["state"]
    in_order = [receipts[sequence] for sequence in sorted(receipts)]
    assert in_order == ["offered"] * ROOM + ["waiting_for_funds"] * (PEOPLE - ROOM), "in the order of receipt"

    first = next(pair for pair in zip(people, drafts, strict=True) if suite.state(*pair) == "offered")
    assert suite.withdraw(*first).status_code < 300
    suite.eventually(lambda: outcomes()["offered"], ROOM, 60)
    assert suite.euros(line(wanted["call_id"])["held"]) == PRICE * ROOM, "the next in line got the money"
