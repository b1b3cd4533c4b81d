"""Lines stand behind their role, in colour where somebody sees it."""

import io

from ila_local.log import PrefixedLog


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_stands_behind_its_role():
    stream = io.StringIO()
    PrefixedLog(stream)("funding", "labdien")
    assert stream.getvalue() == "funding             │ labdien\n"


def test_on_a_terminal_each_role_keeps_a_colour_of_its_own():
    stream = Terminal()
    log = PrefixedLog(stream)
    for role in ("funding", "catalog", "funding"):
        log(role, "x")
    first, second, third = stream.getvalue().splitlines()
    assert first == third != second
    assert first.startswith("\x1b[")


def test_a_reader_who_went_away_stops_nothing():
    stream = io.StringIO()
    log = PrefixedLog(stream)
    stream.close()
    log("funding", "x")
