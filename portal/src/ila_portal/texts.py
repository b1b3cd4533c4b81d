"""How the portal speaks: its catalogues of texts, and money, days and hours as people write them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import flask
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations
from babel.units import format_unit
from flask_babel import Babel, Domain, get_locale, gettext
from ila_kit.clock import utc_now

LANGUAGES = ("lv", "en")
LOCALES = {"lv": "lv", "en": "en_GB"}
RIGA = ZoneInfo("Europe/Riga")
# The gateway lets only cookies with this prefix pass to and from the portal.
LANGUAGE_COOKIE = "ila_portal_language"


class Catalogues(Domain):  # type: ignore[misc]
    """The committed `.po` files, compiled when the process starts: no build step, nothing to forget."""

    def get_translations(self) -> Translations:
        """Return the texts of the current page's language."""
        return catalogue(language())


@cache
def catalogue(name: str) -> Translations:
    """Return the texts of a language. Raises KeyError for one we do not speak."""
    path = files("ila_portal") / "translations" / LOCALES[name][:2] / "messages.po"
    compiled = BytesIO()
    with path.open("rb") as po:
        write_mo(compiled, read_po(po, locale=name))
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """Return the language of the current page: `lv` or `en`."""
    return str(get_locale())[:2]


def chosen_language() -> str:
    """Return what the visitor chose, in the address or earlier; Latvian when nothing."""
    for wish in (flask.request.args.get("lang"), flask.request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return wish
    return LANGUAGES[0]


def init_app(app: flask.Flask) -> None:
    """Give an application its languages and the filters of its templates."""
    babel = Babel()
    babel.init_app(
        app, "lv", default_timezone="Europe/Riga", locale_selector=lambda: LOCALES[chosen_language()]
    )
    babel.domain_instance = Catalogues()
    for name in LANGUAGES:
        catalogue(name)
    app.jinja_env.globals["word"] = word
    app.jinja_env.filters |= {
        "spoken": spoken,
        "money": money,
        "day": day,
        "short_day": short_day,
        "month": month,
        "moment": moment,
        "short_moment": short_moment,
        "until": until,
        "short_until": short_until,
        "percent": percent,
        "typed_instant": typed_instant,
        "typed_money": typed_money,
        "begun": begun,
        "hours": hours,
        "number": number,
    }


def spoken(thing: Mapping[str, Any], name: str) -> str:
    """Return a text of an answer in the page's language, else what there is; empty when it has none.

    `name` "title" reads `title_lv`, `title_en` and `title`; an empty name reads `lv` and `en`.
    """
    stem = f"{name}_" if name else ""
    texts = (thing.get(key) for key in (f"{stem}{language()}", name, *(f"{stem}{one}" for one in LANGUAGES)))
    return str(next((text for text in texts if text), ""))


def money(value: Mapping[str, str] | None) -> str:
    """Return an amount as people write it, `608,99 €`; a dash when there is none."""
    if value is None:
        return "–"
    return str(format_currency(Decimal(value["amount"]), value["currency"], locale=get_locale()))


def day(value: str | None) -> str:
    """Return when something is: `2026. gada 23. novembrī`, `23 November 2026`; a dash when unknown."""
    return _on_day(date.fromisoformat(value[:10])) if value else "–"


def short_day(value: str | None) -> str:
    """Return a day in few signs, for lists: `23.11.2026.`; a dash when unknown."""
    if not value:
        return "–"
    one = date.fromisoformat(value[:10])
    return str(gettext("day.short", day=f"{one.day:02}", month=f"{one.month:02}", year=one.year))


def month(value: str) -> str:
    """Return the month of a legal date: `2026. gada oktobris`, `October 2026`."""
    form = "y. 'gada' LLLL" if language() == "lv" else "LLLL y"
    return str(format_date(date.fromisoformat(value), form, locale=get_locale()))


def moment(value: str | None) -> str:
    """Return an instant as the day and time in Riga; a dash when unknown."""
    if not value:
        return "–"
    there = datetime.fromisoformat(value).astimezone(RIGA)
    return str(gettext("moment", day=_on_day(there.date()), time=f"{there:%H:%M}"))


def short_moment(value: str | None) -> str:
    """Return an instant in few signs, for lists: `23.11.2026. 14:05`; a dash when unknown."""
    if not value:
        return "–"
    there = datetime.fromisoformat(value).astimezone(RIGA)
    return f"{short_day(there.date().isoformat())} {there:%H:%M}"


def until(value: str | None) -> str:
    """Return the last minute before an instant that is already too late."""
    return moment((datetime.fromisoformat(value) - timedelta(minutes=1)).isoformat()) if value else "–"


def short_until(value: str | None) -> str:
    """Return in few signs the last minute before an instant that is already too late."""
    return short_moment((datetime.fromisoformat(value) - timedelta(minutes=1)).isoformat()) if value else "–"


def percent(value: str) -> str:
    """Return a share as people write it: `70 %`, `66,67 %`."""
    return f"{format_decimal(Decimal(value), locale=get_locale())}\N{NO-BREAK SPACE}%"


def typed_instant(value: str | None) -> str:
    """Return an instant as a field for a day and time in Riga holds it; empty when unknown."""
    return f"{datetime.fromisoformat(value).astimezone(RIGA):%Y-%m-%dT%H:%M}" if value else ""


def typed_money(amount: str) -> str:
    """Return an amount as people type it in the page's language: `5,34` or `5.34`."""
    return amount.replace(".", ",") if language() == "lv" else amount


def begun(value: str) -> bool:
    """Whether an instant has come."""
    return datetime.fromisoformat(value) <= utc_now()


def number(value: int) -> str:
    """Return a whole number as people write it: `3 500`."""
    return str(format_decimal(value, locale=get_locale()))


def hours(count: int) -> str:
    """Return a number of hours with its word in the right form."""
    return str(format_unit(count, "duration-hour", locale=get_locale()))


def word(group: str, name: str) -> str:
    """Return the word for a state, kind or reason; its bare name when a service knows one we do not yet."""
    key = f"{group}.{name}"
    text = str(gettext(key))
    return name.replace("_", " ") if text == key else text


def _on_day(one: date) -> str:
    # Latvian says on which day in the locative, which no locale data knows; hence our own months.
    return str(gettext("day.on", day=one.day, month=gettext(f"month.on.{one.month}"), year=one.year))
