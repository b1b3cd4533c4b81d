#!/usr/bin/env python3
"""Recompute the draw of a call from its published list; needs Python 3.10 or newer and nothing else.

    python3 recompute_draw.py draw.json [--commitment HASH] [--entry PSEUDONYM]

`draw.json` is what /api/applications/v1/calls/{call}/draw/list hands out, or its http(s) address.
`--commitment` is the hash you noted before the draw. Ends with 0 when every line of the list follows
from seed and recipe; else names what does not, and ends with 1. The recipe is docs/draw.md.
"""

import argparse
import hashlib
import hmac
import json
import sys
import urllib.request


def faults(told, commitment=None):
    """Return what does not follow from the recipe, as sentences; none when the list holds."""
    found = []
    if told["recipe"] != "ila-draw-1":
        return [f"the recipe is {told['recipe']}, and this script knows ila-draw-1"]
    seed = bytes.fromhex(told["seed"])
    hashed = hashlib.sha256(seed).hexdigest()
    if hashed != told["commitment"]:
        found.append("the seed does not hash to the commitment")
    if commitment is not None and hashed != commitment:
        found.append("the seed does not hash to the commitment that you noted")
    listed = [one for one in told["entries"] if one["outcome"] != "late"]
    if len({one["entry"] for one in told["entries"]}) != len(told["entries"]):
        found.append("an entry stands in the list twice")
    again = recompute(seed, listed, told["places"], told["strata"])
    lines = [line(one) for one in again]
    for number, (as_told, right) in enumerate(zip(map(line, listed), lines, strict=False), 1):
        if as_told != right:
            found.append(f"line {number} is {as_told!r} and should be {right!r}")
            break
    digest = hashlib.sha256("".join(one + "\n" for one in lines).encode()).hexdigest()
    if digest != told["list_sha256"]:
        found.append("the list does not hash to its published SHA-256: a line was changed, added or left out")
    return found


def recompute(seed, listed, places, strata):
    """Return the list as it follows from the seed: sorted by programme and rank."""
    lots = [(hmac.new(seed, one["entry"].encode(), hashlib.sha256).hexdigest(), one) for one in listed]
    lots.sort(key=lambda two: (two[0], two[1]["entry"]))
    programmes = {}
    for position, (_, one) in enumerate(lots, 1):
        undecided = one["outcome"] == "open"
        drawn = dict(one, position=position, outcome="open" if undecided else "waiting")
        programmes.setdefault(one["programme_id"], []).append(drawn)
    again = []
    for programme in sorted(programmes):
        again += ranked(programmes[programme], places.get(programme, 0), strata)
    return again


def ranked(entries, places, strata):
    """Return the entries of a programme, given in the order of their lots, with outcome and rank."""
    able = [one for one in entries if one["outcome"] == "waiting"]
    winners = []
    for stratum in strata:
        reserved = min(places * stratum["percent"] // 100, places - len(winners))
        winners += [one for one in able if one["stratum"] == stratum["code"]][:reserved]
    names = {one["entry"] for one in winners}
    for one in able:
        if len(names) >= places:
            break
        names.add(one["entry"])
    first = [dict(one, outcome="place") for one in entries if one["entry"] in names]
    rest = [one for one in entries if one["entry"] not in names]
    return [dict(one, rank=rank) for rank, one in enumerate(first + rest, 1)]


def line(one):
    """Return an entry as a line of the list whose SHA-256 is published."""
    shown = (
        one["programme_id"],
        one["rank"],
        one["position"],
        one["entry"],
        one["stratum"] or "-",
        one["outcome"],
    )
    return " ".join(map(str, shown))


def read(source):
    """Return the published list of a file or of an http(s) address."""
    if source.startswith(("http://", "https://")):
        with urllib.request.urlopen(source, timeout=120) as answer:  # noqa: S310 - one of the two schemes
            return json.load(answer)
    with open(source, encoding="utf-8") as file:
        return json.load(file)


def main():
    """Say whether a published list holds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", help="the published list: a file, or its address")
    parser.add_argument("--commitment", help="the hash you noted before the draw")
    parser.add_argument("--entry", help="your pseudonym: tells your rank")
    asked = parser.parse_args()
    told = read(asked.source)
    found = faults(told, asked.commitment)
    for fault in found:
        print("FAULT: " + fault)
    mine = [one for one in told["entries"] if one["entry"] == asked.entry]
    if asked.entry and not mine:
        found.append("your entry is not in the list")
        print("FAULT: " + found[-1])
    for one in mine:
        print(f"your entry: rank {one['rank']}, {one['outcome']}")
    if not found:
        print(f"{len(told['entries'])} entries follow from the seed and the recipe")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
