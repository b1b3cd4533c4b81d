"""What the verification of one signed container takes: time and memory, in a process of its own."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from front import Promise

MILLISECONDS, MEGABYTES, TIMES = 100, 200, 20


def containers() -> list[Promise]:
    """Return how long one container takes (the median of many), and how much memory all of it takes."""
    told = subprocess.run([sys.executable, __file__], capture_output=True, text=True, check=True)
    seen = json.loads(told.stdout)
    return [
        Promise(
            "signed container verified", seen["milliseconds"], most=MILLISECONDS, beside="ms, of 5 MB inside"
        ),
        Promise("process that verifies", seen["megabytes"], most=MEGABYTES, beside="MB at its highest"),
    ]


def _measure() -> dict[str, float]:
    """Return the median time and the highest memory of verifying a container of 5 MB."""
    import resource

    from ila_identity.signatures.trust import load_profile
    from ila_identity.signatures.verifier import verify

    content, trusted, pin = _signed()
    trust = load_profile("test", [trusted], frozenset({pin}), revocation_required=True)
    now, times = datetime.now(UTC), []
    for _ in range(TIMES):
        started = time.perf_counter()
        assert verify(content, trust, now).outcome == "passed"
        times.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"milliseconds": round(sorted(times)[TIMES // 2] * 1000, 1), "megabytes": round(peak, 1)}


def _signed() -> tuple[bytes, bytes, str]:
    """Return a container, the list that names who signed it, and the pin of that list."""
    from ila_stubs.personas import citizen
    from ila_stubs.signing.keeping import listed, signed
    from ila_stubs.signing.lists import fingerprint, trusted_list
    from ila_stubs.signing.pki import Pki

    pki, who, now = Pki(), citizen("citizen-0001"), datetime.now(UTC)
    assert who
    content = signed(pki, who, {"apliecinājums.pdf": bytes(5 * 1024 * 1024)}, now)
    return content, trusted_list(pki, listed(pki), until=now + timedelta(days=1)), fingerprint(pki.operator)


if __name__ == "__main__":
    print(json.dumps(_measure()))
