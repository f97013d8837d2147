"""Bring the words of the workbench in every language up to what its pages say: `python -m docs.words [LANGUAGE ...]`.

What a page says newly stands in each catalogue without a translation, to be written; what no page says any more is taken out.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import jinja2
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from followthemoney import model
from jinja2 import nodes

import crosstie
from crosstie.casework.access import Act, Role
from crosstie.casework.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING
from crosstie.ingest.drafting import PAYMENTS
from crosstie.lens import registry
from crosstie.model.marking import CREDIBILITY, RELIABILITY
from crosstie.resolve.comparison import WORDS
from crosstie.settings import LANGUAGES
from crosstie.store.casebook import VERDICTS
from crosstie.web import tongues
from crosstie.web.saying import ERROR
from docs.errors import sentences

TEMPLATES = tongues.FOLDER.parent / "templates"
#: Kinds of things whose properties are called in Chinese here; FollowTheMoney knows the other languages.
SCHEMATA = (
    "Person",
    "Organization",
    "Company",
    "PublicBody",
    "Vessel",
    "Airplane",
    "Vehicle",
    "Address",
    "BankAccount",
    "Passport",
    "Identification",
    "LegalEntity",
    "CryptoWallet",
    "UserAccount",
    "Ownership",
    "Directorship",
    "Membership",
    "Employment",
    "Family",
    "Associate",
    "Representation",
    "UnknownLink",
    "Payment",
    "Event",
    "Sanction",
    "Security",
    "RealEstate",
)


def said() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Every message of the pages, and where it stands; two forms where it counts."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # of the extension
    for path in sorted(TEMPLATES.rglob("*.html")):
        for _line, function, message in environment.extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]  # of the extension
            forms = tuple(one for one in ((message,) if isinstance(message, str) else message or ()) if one)
            if forms and function not in ("pgettext", "npgettext"):
                yield path.name, forms if len(forms) > 1 else forms[0]
    yield from _of_the_program()


def _of_the_program() -> Iterator[tuple[str, str]]:
    """Words that pages show as the program keeps them."""
    for what in (Role, Act):
        yield from ((what.__name__, one.value) for one in what)
    yield from (("comparison", words) for words in WORDS)
    yield from (("jobs", state) for state in (WAITING, RUNNING, DONE, FAILED, CANCELLED))
    yield from (("drafting", column) for column in PAYMENTS)
    yield from (("spheres", sphere) for sphere in ("crime", "terror"))
    yield from (("marking", words) for words in (*RELIABILITY.values(), *CREDIBILITY.values(), "not graded"))
    yield "outlook", "Not on this map:"
    yield from (("casebook", verdict) for verdict in sorted({one for some in VERDICTS.values() for one in some}))


def in_context() -> Iterator[tuple[str, str | tuple[str, ...], str]]:
    """Messages of the templates that are said apart from others of the same words: where each stands, its forms, and its context."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"])
    for path in sorted(TEMPLATES.rglob("*.html")):
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("pgettext", "npgettext"):
                context, *forms = [one.value for one in call.args if isinstance(one, nodes.Const)]
                yield path.name, tuple(forms) if len(forms) > 1 else forms[0], context


def actions() -> Iterator[tuple[str, str]]:
    """What the audit calls what is done: the first of what is noted wherever something is."""
    for path in sorted(Path(crosstie.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("record", "_record", "_note"):
                for one in node.args[:2]:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield path.stem, one.value
                        break
    yield "drawings", "save drawing"
    yield from (("accounts", action) for action in ("reset password", "change password", "change account"))


def titles() -> Iterator[tuple[str, str]]:
    """What fields of crime and typologies are called."""
    for lens in registry.load():
        yield f"{lens.name}/lens.yaml", lens.title
        yield from ((f"{lens.name}/lens.yaml", one.title) for one in lens.typologies)


def labels(language: str) -> Iterator[tuple[str, str]]:
    """What FollowTheMoney calls kinds of things and their properties, and has no words for in the language."""
    if language in ("fr", "es"):  # it has nearly all of them
        return
    for name in SCHEMATA:
        schema = model.schemata[name]
        told = [schema.label, *(prop.label for prop in schema.properties.values() if not prop.hidden and not prop.stub)]
        yield from ((name, one) for one in told if not tongues.known_to_ftm(one, language))


def wanted(language: str) -> Catalog:
    """The catalogue of a language as it should be: every message, with the translations that there are."""
    made = Catalog(
        locale=language,
        header_comment="# The words of the workbench. `python -m docs.words` says which are wanted.",
        charset="utf-8",
        fuzzy=False,
    )
    path = tongues.FOLDER / f"{language}.po"
    known = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    told = [
        *((where, message, None) for where, message in said()),
        *in_context(),
        *((where, message, tongues.LABEL) for where, message in labels(language)),
        *((where, message, tongues.FIELD) for where, message in titles()),
        *((where, message, tongues.ACTION) for where, message in actions()),
        *((where, message, ERROR) for where, message in sentences()),
    ]
    for where, message, context in told:
        first = message if isinstance(message, str) else message[0]
        translated = known.get(first, context) or known.get(first)
        # what counts now did not before, or the other way round: it is translated anew
        string = translated.string if translated and isinstance(translated.id, str) == isinstance(message, str) else None
        made.add(message, string, locations=[(where, 0)], context=context)
    return made


#: Lines of a header that say when and by whom: they would differ with each run.
_PASSING = ("POT-Creation", "PO-Revision", "Last-Tr", "Generated", "Report-", "Language-Team", "Project-Id")


def written(language: str) -> str:
    """The catalogue of a language as its file should be."""
    out = io.BytesIO()
    write_po(out, wanted(language), sort_output=True, width=120, include_lineno=False)
    lines = out.getvalue().decode().splitlines()
    return "\n".join(line for line in lines if not line.startswith(tuple(f'"{one}' for one in _PASSING))).rstrip() + "\n"


def main() -> None:
    """Write the catalogues."""
    tongues.FOLDER.mkdir(exist_ok=True)
    for language in sys.argv[1:] or LANGUAGES:
        if language != "en":
            (tongues.FOLDER / f"{language}.po").write_text(written(language), encoding="utf-8")


if __name__ == "__main__":
    main()
