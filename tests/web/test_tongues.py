"""The words of the pages in every language: all of them, with the same places to fill."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po
from fastapi import FastAPI

from crosstie.settings import LANGUAGES
from crosstie.web import tongues
from docs.words import written
from tests.web.conftest import SignIn

OTHERS = [language for language in LANGUAGES if language != "en"]
#: How many forms a number may ask for.
FORMS = {"fr": 2, "es": 2, "ar": 6, "ru": 3, "zh": 1}
_PLACES = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_has_what_the_pages_say_and_nothing_else(language: str) -> None:
    held = (tongues.FOLDER / f"{language}.po").read_text(encoding="utf-8")
    assert held == written(language), f"run: python -m docs.words {language}"


@pytest.mark.parametrize("language", OTHERS)
def test_everything_is_translated_with_the_same_places(language: str) -> None:
    with (tongues.FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        ids, strings = (
            tuple(map(str, one)) if isinstance(one, (list, tuple)) else (str(one or ""),) for one in (message.id, message.string)
        )
        if message.fuzzy or not all(strings) or (len(ids) > 1 and len(strings) != FORMS[language]):
            wrong.append(message.id)
            continue
        places = [set(_PLACES.findall(one)) for one in ids]
        for text in strings:
            # “one thing” needs no figure
            if (
                not set.union(*places)
                >= set(_PLACES.findall(text))
                >= set.intersection(*places) - ({"%(num)s", "%(n)s"} if len(ids) > 1 else set())
            ):
                wrong.append(message.id)
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_properties_and_kinds_are_called_in_the_language(language: str) -> None:
    told = {
        tongues.label("Person", "birthDate", language),
        tongues.label("Person", "nationality", language),
        tongues.kind("Company", language),
    }
    assert not told & {"Birth date", "Nationality", "Company", "birthDate", "nationality"}
    assert tongues.label("Person", "nothing", language) == "nothing"
    assert tongues.kind("Nothing", language) == "Nothing"


def test_ties_and_spheres_of_an_entity_are_called_in_the_language(app: FastAPI, sign_in: SignIn) -> None:
    ana, _ = sign_in()
    edges = app.state.workspace.built().table("edges").to_pylist()
    shared = next(edge for edge in edges if edge["kind"] == "shared.phone")
    page = ana.get(f"/entities/{shared['source']}", headers={"accept-language": "fr"}).text
    assert "<td>même téléphone</td>" in page
    assert "shared.phone" not in page
    placed = app.state.workspace.built().table("spheres").to_pylist()[0]
    page = ana.get(f"/entities/{placed['entity_id']}", headers={"accept-language": "es"}).text
    assert f"<li>{tongues.catalogue('es').gettext(placed['sphere'])}: " in page
