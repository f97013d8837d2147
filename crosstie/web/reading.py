"""What a person asks to see, as plain data: the same for the page and for the program. What they are not cleared for is left out, and counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

import pyarrow as pa
from fastapi import Query as Parameter
from pydantic import BeforeValidator

from crosstie.app import Workspace
from crosstie.casework.access import Act, Person
from crosstie.errors import AccessError, NotFound
from crosstie.exchange.dossier import Dossier
from crosstie.link.asking import Question, classes_of
from crosstie.resolve.batches import values
from crosstie.resolve.comparison import Comparison
from crosstie.resolve.screen.queries import Query
from crosstie.store.casebook import Decision

Row = dict[str, Any]
#: Links on a page, hits of a search, and the most that a program may ask for at a time.
PAGE, HITS, MOST = 50, 20, 500
#: Who searches as they type wants to see whoever may come; who screens does not.
LEAST = 0.35
#: Most entries of the audit at a time.
ENTRIES = 5_000
#: Pairs that are looked through for one that may be shown.
ASKED = 50
#: What is known of an entity, row by row.
_LISTS = ("claims", "spheres", "mentions", "findings", "relations", "links")
#: What a list of links shows of each.
LISTED = (
    "rank", "link_id", "class", "crime_id", "crime_name", "terror_id", "terror_name", "strength", "surprise", "support", "hops", "first", "last",
    "typologies", "p_value", "fdr", "sentence", "marking", "status",
)  # fmt: skip


_Written = Annotated[str, Parameter(max_length=2_000)]
#: A form sends fields that nobody filled in as empty.
_Empty = BeforeValidator(lambda value: None if value == "" else value)


class Asked:
    """Which links a page or a program asks for, as it stands in the address."""

    def __init__(
        self,
        kind: Annotated[list[str] | None, Parameter(alias="class")] = None,
        typology: _Written = "",
        between: _Written = "",
        region: _Written = "",
        since: _Written = "",
        until: _Written = "",
        strength: Annotated[float | None, Parameter(ge=0, le=1), _Empty] = None,
        support: Annotated[int | None, Parameter(ge=0, le=1_000_000), _Empty] = None,
        marking: _Written = "",
        status: _Written = "",
        assigned: bool = False,
        start: Annotated[int, Parameter(ge=0, le=1 << 40)] = 0,
    ) -> None:
        self.classes, self.typology, self.between, self.status, self.start = classes_of(kind or []), typology, between, status, start
        self.region, self.since, self.until, self.strength, self.support, self.marking = region, since, until, strength, support, marking
        self.assigned = assigned

    @property
    def question(self) -> Question:
        """The question to the links."""
        return Question(
            self.classes,
            (self.typology,) if self.typology else (),
            _several(self.between, ";"),
            _several(self.region, ","),
            since=self.since or None,
            until=self.until or None,
            strength=self.strength,
            support=self.support,
            markings=(self.marking,) if self.marking else (),
        )

    def at(self, start: int) -> str:
        """The address of another part of the same list."""
        told: Row = {
            name: value for name, value in vars(self).items() if name not in ("classes", "start") and value not in ("", None, False)
        }
        return "/links?" + urlencode([("start", start), *(("class", one) for one in self.classes), *told.items()])


def _several(written: str, apart: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in written.split(apart) if one.strip())


class Reading:
    """One person reading one workspace."""

    def __init__(self, workspace: Workspace, person: Person) -> None:
        self.workspace, self.person = workspace, person

    def links(self, question: Question, *, status: str = "", assigned: bool = False, start: int = 0, count: int = PAGE) -> Row:
        """Some of the ranked links, how many there are, and how many are left out. `assigned`: only those that this person is to look at."""
        mine = self.workspace.own(self.person).assigned("link") if assigned else None
        inquiry = self.workspace.inquiry()
        judged = {one.left: one.verdict for one in self.workspace.casebook.in_force() if one.kind == "link"}
        start, count = max(0, start), min(max(1, count), MOST)
        totals = {"total": 0, "withheld": 0}

        def shown(table: pa.Table) -> pa.Table:
            told = zip(*(values(table, name) for name in ("link_id", "status", "marking")), strict=True)
            wanted = [
                (at, marking)
                for at, (link, known, marking) in enumerate(told)
                if (not status or status in (known, judged.get(link))) and (mine is None or link in mine)
            ]
            cleared = [at for at, marking in wanted if self.person.cleared(marking)]
            totals.update(total=len(cleared), withheld=len(wanted) - len(cleared))
            return table.take(pa.array(cleared[start : start + count], pa.int64()))

        rows = inquiry.links(question, shown=shown).to_pylist()
        # a build of an earlier version may lack some columns
        links = [{name: row.get(name) for name in LISTED} | {"verdict": judged.get(row["link_id"])} for row in rows]
        return {"build": inquiry.build.number, "links": links, "start": start, **totals}

    def typologies(self) -> list[str]:
        """The typologies that the links of this build have."""
        return sorted({one for row in values(self.workspace.built().table("links"), "typologies") for one in row or ()})

    def link(self, reference: str) -> Row:
        """One link with its paths, evidence and judgements. AccessError where its marking is stricter than the person's clearance."""

        def may(found: Dossier) -> None:
            if found.kind != "link":
                raise NotFound(f"there is no link “{reference}”")
            self._cleared(found.facts["link"]["marking"])

        facts = self.workspace.show(reference, may, indexed=True).facts
        identity = facts["link"]["link_id"]
        history = [asdict(one) for one in self.workspace.casebook.history() if one.kind == "link" and one.left == identity]
        standing = [asdict(one) for one in self.workspace.casebook.in_force() if one.kind == "link" and one.left == identity]
        met = {
            facts["link"]["crime_id"],
            facts["link"]["terror_id"],
            *(step[end] for step in facts["steps"] for end in ("source", "target")),
        }
        findings = self.workspace.found(self.person).about(met, facts["link"]["typologies"] or ())
        return {"kind": "link", **facts, "findings": findings, "judgements": history, "verdict": standing[0] if standing else None}

    def entity(self, reference: str) -> Row:
        """All that is known of an entity, and that this person is cleared for. AccessError where its own marking is stricter, or it is a victim or a minor."""
        needed: list[str] = []

        def may(found: Dossier) -> dict[str, Any] | None:
            if found.kind != "entity":
                raise NotFound(f"there is no entity “{reference}”")
            if (entity := found.facts["entity"]) is not None:
                if entity["victim"]:
                    needed.extend(self.workspace.own(self.person).needs([found.reference, *found.facts["members"]]))
                    if not needed:
                        raise AccessError("a victim or a minor is shown only to those who need to know", hint="That is decided in a case.")
                self._cleared(entity["marking"])
            return {"cases": needed} if needed else None

        found = self.workspace.show(reference, may, indexed=True)
        facts = found.facts
        hidden = {one for one, marking in facts["markings"].items() if not self.person.cleared(marking)}
        hidden |= set(facts["victims"]) - ({found.reference} if needed else set())
        told = {name: [row for row in facts[name] if self._seen(row, hidden)] for name in _LISTS}
        named = {one: name for one, name in facts["names"].items() if one not in hidden}
        withheld = sum(len(facts[name]) - len(rows) for name, rows in told.items())
        return {
            "kind": "entity",
            "title": found.title,
            "entity": facts["entity"],
            "members": facts["members"],
            "names": named,
            "ties": facts["ties"],
            **told,
            "withheld": withheld,
            "needed": needed,
        }

    def tasks(self, kind: str, subject: str) -> list[Row]:
        """Who has a link or an entity to look at, as far as this person gives such work."""
        return self.workspace.own(self.person).about(kind, subject) if self.person.may(Act.CASEWORK) else []

    def search(self, name: str) -> Row:
        """Who may be meant by a name, in any script."""
        if not name.strip():
            return {"query": "", "hits": [], "withheld": 0}
        [(_, hits)] = self.workspace.screen([Query(name[:1_000])], threshold=LEAST, limit=HITS)
        shown = [asdict(hit) for hit in hits if self.person.cleared(hit.marking)]
        return {"query": name, "hits": shown, "withheld": len(hits) - len(shown)}

    def review(self, left: str = "", right: str = "") -> Row:
        """The pair of records to decide on next, or this one, side by side; None where nothing is left to ask. Pairs that this person is not cleared
        for are passed over; one that they ask for by its ids is an AccessError.
        """

        def may(compared: Comparison) -> None:
            for side in (compared.left, compared.right):
                self._cleared(side.marking)

        desk = self.workspace.desk()
        found = desk.pending(ASKED)
        questions = {(one.left, one.right): one for one in found.questions}
        given = bool(left and right)
        for pair in [(left, right)] if given else questions:
            try:
                compared = desk.compare(*pair, may)
            except AccessError:
                if given:
                    raise
                continue
            asked = questions.get(pair)
            told = {"pair": compared.as_dict(), "why": list(asked.why) if asked else [], "alike": len(asked.alike) if asked else 0}
            return {"total": found.total, **told}
        return {"total": found.total, "pair": None, "why": [], "alike": 0}

    def decide(self, left: str, right: str, verdict: str, reason: str, *, alike: bool = False) -> Row:
        """Note what this person decided of a pair, and of all that are the same case where `alike`, and which contradictions that is now part of.
        AccessError where they are not cleared for one of them.
        """
        self.review(left, right)
        more: tuple[tuple[str, str], ...] = ()
        if alike:
            more, markings = self.workspace.desk().alike(left, right)
            for marking in markings:
                self._cleared(marking)
        decided = self.workspace.decide([Decision("pair", *pair, verdict, reason) for pair in ((left, right), *more)])
        return {"judgements": [asdict(one) for one in decided.judgements], "conflicts": [one.sentence for one in decided.conflicts]}

    def skip(self, left: str, right: str) -> None:
        """Put a pair aside: it comes last, to this person only."""
        self.review(left, right)
        self.workspace.desk().skip([(left, right)])

    def sources(self) -> Row:
        """The sources, and how many are left out."""
        known = self.workspace.list_sources()
        shown = [asdict(one) for one in known if self.person.cleared(one.marking)]
        return {"sources": shown, "withheld": len(known) - len(shown)}

    def audit(self, count: int, start: int = 0) -> list[Row]:
        """Entries of the audit, the newest first, without the `start` newest."""
        count = max(1, min(count, ENTRIES))
        last = self.workspace.audit.head().count - max(0, start)
        first = max(0, last - count)
        return [asdict(one) for one in self.workspace.audit.entries(first, last - first)][::-1] if last > 0 else []

    def judge(self, link: str, verdict: str, reason: str) -> Row:
        """Note what this person decided of a link."""
        self.link(link)
        return asdict(self.workspace.judge("link", link, verdict, reason=reason))

    def undo(self, judgement: str) -> Row:
        """Take one of one's own judgements back. AccessError where another person made it."""
        mine = {one.id for one in self.workspace.casebook.in_force() if one.user == self.person.name}
        if judgement not in mine:
            raise AccessError("only one’s own judgement in force can be taken back", hint="Judge anew: the newest counts.")
        [taken] = self.workspace.undo([judgement])
        return asdict(taken)

    def _cleared(self, marking: str | None) -> None:
        if not self.person.cleared(marking):
            raise AccessError(
                "its marking is stricter than your clearance", hint="Ask an administrator, or somebody who is cleared for it."
            )

    def _seen(self, row: Row, hidden: set[str]) -> bool:
        """Whether a row, and all the evidence that it rests on, may be shown, and names nobody who may not."""
        markings = [one.get("marking") for one in row.get("evidence") or ()]
        if "marking" in row:
            markings.append(row["marking"])
        named = {row.get("source"), row.get("target"), *(row.get("subjects") or ())}
        return all(self.person.cleared(marking) for marking in markings) and not named & hidden
