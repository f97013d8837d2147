"""Bring the words of the workbench in every language up to what its pages say: `python -m docs.words [LANGUAGE ...]`.

What a page says newly stands in each catalogue without a translation, to be written; what no page says any more is taken out.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import jinja2
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from followthemoney import model

from crosstie.casework.access import Act, Role
from crosstie.casework.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING
from crosstie.ingest.drafting import PAYMENTS
from crosstie.resolve.comparison import WORDS
from crosstie.settings import LANGUAGES
from crosstie.store.casebook import VERDICTS
from crosstie.web import tongues

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
        for _line, _function, message in environment.extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]  # of the extension
            forms = tuple(one for one in ((message,) if isinstance(message, str) else message or ()) if one)
            if forms:
                yield path.name, forms if len(forms) > 1 else forms[0]
    for what in (Role, Act):
        yield from ((what.__name__, one.value) for one in what)
    yield from (("comparison", words) for words in WORDS)
    yield from (("jobs", state) for state in (WAITING, RUNNING, DONE, FAILED, CANCELLED))
    yield from (("drafting", column) for column in PAYMENTS)
    yield from (("spheres", sphere) for sphere in ("crime", "terror"))
    yield "outlook", "Not on this map:"
    yield from (("casebook", verdict) for verdict in sorted({one for some in VERDICTS.values() for one in some}))


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
        *((where, message, tongues.LABEL) for where, message in labels(language)),
    ]
    for where, message, context in told:
        first = message if isinstance(message, str) else message[0]
        translated = known.get(first, context) or known.get(first)
        made.add(message, translated.string if translated else None, locations=[(where, 0)], context=context)
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
