"""The workbench in the six languages of the United Nations: which one a reader wants, and the words of its pages.

The words stand in `tongues/<language>.po` (GNU gettext); English is what the templates say. What is said of links has templates of its own
(`crosstie.link.tongues`), and properties are called what FollowTheMoney calls them.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path

from babel import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from fastapi import Request
from followthemoney import model, util

from crosstie.settings import LANGUAGES

COOKIE = "crosstie_language"
#: The context of words for kinds of things and their properties: “state” is a province there, and how a job stands elsewhere.
LABEL = "label"
#: The contexts of what fields of crime and typologies are called, and of what the audit says was done.
FIELD, ACTION = "field", "action"
#: Letters of what something may be called.
_LONGEST = 60
FOLDER = Path(__file__).parent / "tongues"
#: What each language is called by those who speak it.
NAMES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية", "ru": "Русский", "zh": "中文"}


def wanted(request: Request) -> str:
    """The language that somebody reads: the one they chose, else the first that their browser asks for, else that of the workspace."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    asked = [part.split(";")[0].strip().replace("-", "_") for part in request.headers.get("accept-language", "")[:1_000].split(",")]
    found = negotiate_locale(asked, LANGUAGES)
    told: str = request.app.state.workspace.settings.language
    return found or told


@cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language."""
    if language == "en":
        return NullTranslations()
    compiled = io.BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


@cache
def told(language: str, context: str) -> list[tuple[str, str]]:
    """The messages of a context with their translations."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return [(str(one.id), str(one.string)) for one in catalogue if one.context == context and one.string]


@cache
def label(schema: str, prop: str, language: str) -> str:
    """What a property of a schema is called; the name itself where the schema has none of that name."""
    known = model.get(schema)
    found = known.get(prop) if known else None
    return _called(found.label, language) if found else prop


@cache
def kind(schema: str, language: str) -> str:
    """What a schema is called; the name itself where it is unknown."""
    known = model.get(schema)
    return _called(known.label, language) if known else schema


def _called(english: str, language: str) -> str:
    return _ftm(language).gettext(english) if known_to_ftm(english, language) else str(catalogue(language).pgettext(LABEL, english))


def known_to_ftm(english: str, language: str) -> bool:
    """Whether FollowTheMoney has a word for one of its kinds and properties. What is as long as a paragraph is none."""
    return english != _ftm(language).gettext(english) and len(_ftm(language).gettext(english)) <= _LONGEST


@cache
def _ftm(language: str) -> gettext.NullTranslations:
    return gettext.translation("followthemoney", util.i18n_path, [language], fallback=True)
