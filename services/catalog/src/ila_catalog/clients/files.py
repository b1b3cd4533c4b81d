"""The files in `parameters/`, shipped in the wheel."""

import csv
import re
import tomllib
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ila_kit.errors import Missing

from ila_catalog.domain.agreement_text import AgreementTemplates

_CODE = re.compile(r"[a-z0-9-]{1,60}")


class PackagedFiles:
    """Reads what people wrote about calls, institutions and the competence framework."""

    def __init__(self, folder: Traversable | None = None):
        self._folder = folder or files("ila_catalog") / "parameters"

    def call(self, code: str) -> dict[str, Any]:
        """Return the file of a call. Raises Missing when there is none."""
        return self._toml("calls", code)

    def demonstration(self, code: str) -> dict[str, Any]:
        """Return the demonstration programmes of a call. Raises Missing when there are none."""
        return self._toml("demonstration", code)

    def vocabulary(self) -> dict[str, Any]:
        """Return the words that invented institutions and programmes are made of."""
        return self._toml("demonstration", "vocabulary")

    def institutions(self) -> dict[str, dict[str, str]]:
        """Return rows of the register of institutions by VIIS number."""
        return {row["reg_no"]: row for row in self._csv("institutions.csv")}

    @cached_property
    def agreement_templates(self) -> AgreementTemplates:
        """The Latvian texts an agreement is written from."""
        raw = tomllib.loads((files("ila_catalog") / "texts" / "agreement.toml").read_text("utf-8"))
        texts = {name: raw[name].strip("\n") for name in ("agreement", "programme", "part")}
        return AgreementTemplates(**texts, modes=raw["modes"])

    @cached_property
    def competences(self) -> list[dict[str, str]]:
        """The competences of DigComp 2.2, each with its area."""
        return self._csv("digcomp_2_2_competences.csv")

    def _toml(self, kind: str, code: str) -> dict[str, Any]:
        file = self._folder / kind / f"{code}.toml"
        if not _CODE.fullmatch(code) or not file.is_file():
            raise Missing(file=f"{kind}/{code}.toml")
        return tomllib.loads(file.read_text("utf-8"))

    def _csv(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader((self._folder / name).read_text("utf-8").splitlines()))
