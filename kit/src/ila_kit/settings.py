"""Settings that document themselves and report every fault at once.

@dataclass(frozen=True, kw_only=True)
class Settings(FromEnv):
    database_url: str = setting("PostgreSQL database of this service alone.", secret=True)
    hold_days: int = setting("Days after which unused held money goes back.", default=30)
"""

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self, get_type_hints

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class BadSettings(SystemExit):
    """Stops the process with every fault of its environment, one a line."""


def setting(doc: str, default: Any = MISSING, secret: bool = False) -> Any:
    """Declare one setting; its environment name is the field's, in capitals."""
    return field(default=default, metadata={"doc": doc, "secret": secret}, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class FromEnv:
    """Base of a settings class that is read from the environment."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read every field. Raises BadSettings naming each that is missing or malformed."""
        hints, values, faults = get_type_hints(cls), {}, []
        for one in fields(cls):
            try:
                values[one.name] = _read(one, hints[one.name], environ)
            except ValueError as fault:
                faults.append(str(fault))
        if faults:
            raise BadSettings("\n".join(faults))
        settings = cls(**values)
        if faults := settings.faults():
            raise BadSettings("\n".join(faults))
        return settings

    def faults(self) -> list[str]:
        """Return what is wrong with these values together, one sentence each."""
        return []

    @classmethod
    def table(cls) -> str:
        """Return the settings as a Markdown table for a README."""
        rows = [f"| `{f.name.upper()}` | {_default(f)} | {f.metadata['doc']} |" for f in fields(cls)]
        return "\n".join(["| setting | default | what it is |", "|---|---|---|", *rows])


def _default(one: "Field[Any]") -> str:
    return "required" if one.default is MISSING else f"`{one.default}`"


def _read(one: "Field[Any]", kind: type, environ: Mapping[str, str]) -> Any:
    name, text = one.name.upper(), environ.get(one.name.upper())
    if text is None or (text == "" and (kind is not str or one.default is MISSING)):
        if one.default is MISSING:
            raise ValueError(f"{name} is not set: {one.metadata['doc']}")
        return one.default
    try:
        return _convert(kind, text)
    except ValueError:
        raise ValueError(f"{name} is not {_article(kind)}: {one.metadata['doc']}") from None


def _article(kind: type) -> str:
    return {int: "a whole number", bool: "yes or no", Path: "a path"}.get(kind, kind.__name__)


def _convert(kind: type, text: str) -> Any:
    if kind is bool:
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError(text)
        return text.lower() in _TRUE
    if kind is int and not re.fullmatch(r"-?[0-9]+", text):
        raise ValueError(text)
    return kind(text)
