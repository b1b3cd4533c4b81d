#!/usr/bin/env python3
"""Recompute the draw of a call from its published list; needs Python 3.10 or newer and nothing else.

    python3 recompute_draw.py draw.json [--entries entries.json] [--commitment HASH] [--entry PSEUDONYM]

`draw.json` is what /api/applications/v1/calls/{call}/draw/list hands out, `entries.json` what
…/draw/entries does from the pin on; each may be its http(s) address. `--commitment` is the hash you
noted before the draw. Ends with 0 when every line of the list follows from what was committed, pinned
and public; else names what does not, and ends with 1. The recipe is docs/draw.md.
"""

import argparse
import hashlib
import hmac
import json
import sys
import urllib.request

RECIPE = "ila-draw-2"


def faults(told, commitment=None, pinned=None):
    """Return what does not follow from the recipe, as sentences; none when the list holds.

    `commitment` is the hash and `pinned` the list of entries that were kept before the draw.
    """
    if told["recipe"] != RECIPE:
        return [f"the recipe is {told['recipe']}, and this script knows {RECIPE}"]
    listed = [one for one in told["entries"] if one["outcome"] != "late"]
    found = committed(told, commitment) + unpinned(told, listed, pinned)
    if len({one["entry"] for one in told["entries"]}) != len(told["entries"]):
        found.append("an entry stands in the list twice")
    lines = [line(one) for one in recompute(told, listed)]
    for number, (as_told, right) in enumerate(zip(map(line, listed), lines, strict=False), 1):
        if as_told != right:
            found.append(f"line {number} is {as_told!r} and should be {right!r}")
            break
    if digest(lines) != told["list_sha256"]:
        found.append("the list does not hash to its published SHA-256: a line was changed, added or left out")
    return found


def committed(told, commitment):
    """Return what is wrong with the seed and the key that were committed."""
    hashed = hashlib.sha256(bytes.fromhex(told["seed"]) + bytes.fromhex(told["key_sha256"])).hexdigest()
    found = []
    if hashed != told["commitment"]:
        found.append("seed and key do not hash to the commitment")
    if commitment is not None and hashed != commitment:
        found.append("seed and key do not hash to the commitment that you noted")
    return found


def unpinned(told, listed, pinned):
    """Return what is wrong with the entries that were pinned before the public value was known."""
    found = []
    if digest(pin_lines(told, listed)) != told["entries_sha256"]:
        found.append(
            "the drawn entries are not those whose SHA-256 was pinned: one was changed, added or left out"
        )
    if pinned is not None and pin_lines(told, listed) != pin_lines(pinned, pinned["entries"]):
        found.append("the drawn entries are not those of the pinned list that you kept")
    if pinned is not None and any(
        pinned[name] != told[name] for name in ("commitment", "source_lv", "source_en")
    ):
        found.append("commitment or source of the public value are not those that you kept")
    return found


def pin_lines(told, entries):
    """Return the lines whose SHA-256 is published when the entries are pinned."""
    lines = [f"stratum {one['code']} {one['percent']}" for one in told["strata"]]
    lines += [f"places {one} {told['places'][one]}" for one in sorted(told["places"])]
    rows = [(one["programme_id"], one["entry"], one["stratum"] or "-", one["standing"]) for one in entries]
    return lines + [" ".join(row) for row in sorted(rows)]


def digest(lines):
    """Return the SHA-256 of lines, each ended by a line feed."""
    return hashlib.sha256("".join(one + "\n" for one in lines).encode()).hexdigest()


def recompute(told, listed):
    """Return the list as it follows from seed and public value: sorted by programme and rank."""
    key = hashlib.sha256(bytes.fromhex(told["seed"]) + told["public_value"].encode()).digest()
    lots = [(hmac.new(key, one["entry"].encode(), hashlib.sha256).hexdigest(), one) for one in listed]
    lots.sort(key=lambda two: (two[0], two[1]["entry"]))
    programmes = {}
    for position, (_, one) in enumerate(lots, 1):
        drawn = dict(one, position=position, outcome=without_place(one))
        programmes.setdefault(one["programme_id"], []).append(drawn)
    again = []
    for programme in sorted(programmes):
        again += ranked(programmes[programme], told["places"].get(programme, 0), told["strata"])
    return again


def without_place(one):
    """Return the outcome of an entry that gets no place; who is gone is as the list says."""
    if one["outcome"] == "gone":
        return "gone"
    return "waiting" if one["standing"] == "able" else "open"


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
    parser.add_argument("--entries", help="the pinned list you kept: a file, or its address")
    parser.add_argument("--commitment", help="the hash you noted before the draw")
    parser.add_argument("--entry", help="your pseudonym: tells your rank")
    asked = parser.parse_args()
    told = read(asked.source)
    found = faults(told, asked.commitment, asked.entries and read(asked.entries))
    for fault in found:
        print("FAULT: " + fault)
    mine = [one for one in told["entries"] if one["entry"] == asked.entry]
    if asked.entry and not mine:
        found.append("your entry is not in the list")
        print("FAULT: " + found[-1])
    for one in mine:
        print(f"your entry: rank {one['rank']}, {one['outcome']}")
    if not found:
        print(f"{len(told['entries'])} entries follow from what was committed, pinned and public")
        print(f"compare with the source: the public value is {told['public_value']!r}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
