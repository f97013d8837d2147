"""The report of a case: what is in it, with a number for every piece of evidence, as HTML and as PDF from the same data."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typst

from crosstie import __version__, clock
from crosstie.link.explain import told
from crosstie.model.marking import describe_grade, strictest
from crosstie.report.fonts import by_number, families, undrawn
from crosstie.settings import Settings

Row = dict[str, Any]
_TEMPLATE = Path(__file__).parent / "templates" / "casefile.typ"
#: Letters in a row after which a line may break, where a word is longer.
_BREAK = re.compile(r"\S{40}")
#: Marks that only keep a name together where letters of both directions meet: every text stands apart here anyway.
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200e\u200f\ufeff"))
#: What is said of an entity that a report needs not: dates of the records, ids of others.
_LEFT_OUT = ("entity",)


@dataclass
class Exhibits:
    """The pieces of evidence, numbered as they are met: what a source says at a place."""

    sources: Mapping[str, Mapping[str, Any]]
    rows: list[Row] = field(default_factory=list)
    _known: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def number(self, one: Mapping[str, Any], said: str | None = None) -> int:
        """The number of a piece of evidence."""
        text = said if said is not None else one.get("sentence") or ""
        key = (one["source_id"], one["locator"], text)
        if key not in self._known:
            source = self.sources.get(one["source_id"], {})
            self._known[key] = len(self.rows) + 1
            self.rows.append(
                {
                    "number": len(self.rows) + 1,
                    "source": source.get("file_name") or one["source_id"],
                    "originator": one.get("originator") or source.get("originator") or "",
                    "version": source.get("version_date") or "",
                    "sha256": source.get("sha256") or "",
                    "place": one["locator"],
                    "grade": one.get("grade") or "",
                    "grade_words": describe_grade(one["grade"]) if one.get("grade") else "",
                    "marking": one.get("marking") or "",
                    "says": text,
                }
            )
        return self._known[key]

    def of(self, evidence: Sequence[Mapping[str, Any]] | None) -> list[Row]:
        """Evidence as sentences with their numbers."""
        return [{"says": one.get("sentence") or "", "exhibit": self.number(one)} for one in evidence or ()]


def casefile(
    case: Row,
    links: Sequence[Row],
    findings: Sequence[Row],
    entities: Sequence[Row],
    sources: Sequence[Row],
    *,
    settings: Settings,
    language: str,
    user: str,
    left_out: int,
) -> Row:
    """All that the report of a case says, as plain data. `links` have `facts` and `story`; all three hold what this person may see; `left_out`
    counts what they may not.
    """
    exhibits = Exhibits({one["source_id"]: one for one in sources})
    reasons = {(one["kind"], one["subject"]): one["reason"] for one in case["things"]}
    shown = [_link(one["facts"], one["story"], exhibits, language, reasons) for one in links]
    return {
        **case,
        "title": f"{case['case']['ref']} {case['case']['title']}",
        "workspace": settings.name,
        "exercise": settings.exercise,
        "language": language,
        "made": clock.now().strftime("%Y-%m-%d %H:%M UTC"),
        "user": user,
        "version": __version__,
        "links": shown,
        "findings": [_finding(one, exhibits, reasons) for one in findings],
        "entities": [_entity(one, exhibits, reasons) for one in entities],
        "files": [one for one in case["attachments"] if one["removed_at"] is None],
        "exhibits": exhibits.rows,
        "left_out": left_out,
        "missing": [],
    }


def _link(facts: Row, story: Row, exhibits: Exhibits, language: str, reasons: Mapping[tuple[str, str], str]) -> Row:
    link = facts["link"]
    paths = [
        [
            {"says": told(step, language), "confidence": round(step["confidence"], 2), "evidence": exhibits.of(step["evidence"])}
            for step in path
        ]
        for path in story["paths"]
    ]
    judged = [one for one in facts["judgements"] if one["revoked_at"] is None]
    return {
        "id": link["link_id"],
        "title": f"{link['crime_name']} – {link['terror_name']}",
        "class": link["class"],
        "says": told(link, language),
        "reason": reasons.get(("link", link["link_id"]), ""),
        "strength": f"{link['strength']:.2f}",
        "surprise": f"{link['surprise']:.0f}",
        "support": link["support"],
        "marking": link["marking"] or "",
        "drawing": str(story["drawing"] or ""),
        "crime": exhibits.of(link["crime_evidence"]),
        "terror": exhibits.of(link["terror_evidence"]),
        "paths": paths,
        "against": [told(one, language) for one in link["arguments"] or () if one["outcome"] == "against"],
        "judged": [{name: one[name] for name in ("verdict", "reason", "user", "at")} for one in judged],
    }


def _finding(found: Row, exhibits: Exhibits, reasons: Mapping[tuple[str, str], str]) -> Row:
    judged = [one for one in found["judgements"] if one["revoked_at"] is None]
    return {
        "id": found["finding_id"],
        "title": found["title"],
        "says": found["sentence"],
        "who": [found["names"].get(one, one) for one in found["subjects"] or ()],
        "start": found["start"] or "",
        "end": found["end"] or "",
        "score": f"{found['score']:.2f}",
        "reason": reasons.get(("finding", found["finding_id"]), ""),
        "marking": strictest(found["markings"]),
        "evidence": exhibits.of(found["evidence"]),
        "innocent": list(found["innocent"] or ()),
        "judged": [{name: one[name] for name in ("verdict", "reason", "user", "at")} for one in judged],
    }


def _entity(facts: Row, exhibits: Exhibits, reasons: Mapping[tuple[str, str], str]) -> Row:
    said: dict[tuple[str, str], list[int]] = {}
    for one in facts["claims"]:
        if one["prop_type"] not in _LEFT_OUT:
            numbers = said.setdefault((one["prop"], one["value"]), [])
            number = exhibits.number(one, f"{one['prop']}: {one['value']}")
            if number not in numbers:
                numbers.append(number)
    entity = facts["entity"] or {}
    known = {"id": entity.get("entity_id", ""), "schema": entity.get("schema", ""), "marking": entity.get("marking") or ""}
    reason = reasons.get(("entity", known["id"]), "")
    values = [{"prop": prop, "value": value, "exhibits": numbers} for (prop, value), numbers in said.items()]
    return {"title": facts["title"], "reason": reason, "values": values, **known}


def pdf(content: Row, say: Callable[[str], str]) -> bytes:
    """The report as PDF: tagged for readers of the screen and for archives (PDF/UA-1 and PDF/A-2a), the same bytes for the same data and the same
    moment. `say` words a label in the language of the reader.
    """
    missing = undrawn(json.dumps(content, ensure_ascii=False, default=str).translate(_ISOLATES))
    named = [{"code": f"{ord(one):04X}", "name": unicodedata.name(one, "")} for one in sorted(missing)]
    drawn = _drawable({**content, "missing": named}, missing)
    labels = {name: say(text) for name, text in LABELS.items()}
    data = {"d": drawn, "say": labels, "fonts": families(), "rtl": content["language"] == "ar"}
    with tempfile.TemporaryDirectory(prefix="crosstie-") as empty:
        # what people wrote goes in as data, never as markup: it is read from JSON, and there is no file that it could ask for
        compiler = typst.Compiler(
            _TEMPLATE.read_bytes(), root=empty, sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)}
        )
        moment = int(clock.now().timestamp())
        made = compiler.compile(format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=moment)
    assert isinstance(made, bytes)
    return made


def _drawable(value: Any, missing: set[str]) -> Any:
    """The same data with texts that can be drawn, and long words that can be broken."""
    if isinstance(value, str):
        written = by_number(value.translate(_ISOLATES), missing)
        return written if written.startswith("<svg") else _BREAK.sub(lambda run: run.group() + "\u200b", written)
    if isinstance(value, Mapping):
        return {name: _drawable(one, missing) for name, one in value.items()}
    return [_drawable(one, missing) for one in value] if isinstance(value, (list, tuple)) else value


#: The words of the report, as its page has them too.
LABELS = {
    "report": "Case report",
    "purpose": "Purpose",
    "basis": "Legal basis",
    "made": "Made",
    "by": "By",
    "members": "Members",
    "links": "Links",
    "entities": "Entities",
    "findings": "Findings",
    "score": "Score",
    "innocent": "What would explain it innocently",
    "why": "Why it is in the case",
    "class": "Class",
    "strength": "Strength",
    "surprise": "Surprise",
    "support": "Support",
    "drawing": "The path, drawn",
    "crime": "Why in crime",
    "terror": "Why in terrorism",
    "path": "Path",
    "against": "What speaks against it",
    "judged": "Who judged what",
    "value": "Value",
    "property": "Property",
    "exhibits": "Exhibits",
    "exhibit": "Exhibit",
    "source": "Source",
    "place": "Place",
    "grade": "Grade",
    "marking": "Marking",
    "says": "What it says",
    "notes": "Notes",
    "decisions": "Decisions",
    "tasks": "Tasks",
    "due": "Due",
    "done": "Done",
    "files": "Files",
    "left_out": "Left out, because you are not cleared for it or it is protected:",
    "missing": "No font on the machine that made this file could draw these characters; they stand as numbers in braces:",
    "page": "Page",
    "exercise": "EXERCISE: all persons and firms are invented",
    "closed": "Closed",
    "keep": "Kept until",
}
