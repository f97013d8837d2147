"""What a person asks to see, as plain data: the same for the page and for the program. What they are not cleared for is left out, and counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query as Parameter

from crosstie.app import Workspace
from crosstie.casework.access import Person
from crosstie.errors import AccessError
from crosstie.link.asking import Question, classes_of
from crosstie.resolve.screen.queries import Query
from crosstie.store.casebook import Decision, Judgement

Row = dict[str, Any]
#: Links on a page, hits of a search, and the most that a program may ask for at a time.
PAGE, HITS, MOST = 50, 20, 500
#: Who searches as they type wants to see whoever may come; who screens does not.
LEAST = 0.35
#: Pairs that are looked through for one that may be shown.
ASKED = 50
#: What a list of links shows of each.
LISTED = (
    "rank", "link_id", "class", "crime_id", "crime_name", "terror_id", "terror_name", "strength", "surprise", "support", "hops", "first", "last",
    "typologies", "p_value", "fdr", "sentence", "marking", "status",
)  # fmt: skip


class Asked:
    """Which links a page or a program asks for, as it stands in the address."""

    def __init__(
        self,
        kind: Annotated[list[str] | None, Parameter(alias="class")] = None,
        typology: str = "",
        between: str = "",
        status: str = "",
        start: int = 0,
    ) -> None:
        self.classes, self.typology, self.between, self.status, self.start = classes_of(kind or []), typology, between, status, start

    @property
    def question(self) -> Question:
        """The question to the links."""
        named = tuple(one.strip() for one in self.between.split(";") if one.strip())
        return Question(self.classes, (self.typology,) if self.typology else (), named)


class Reading:
    """One person reading one workspace."""

    def __init__(self, workspace: Workspace, person: Person) -> None:
        self.workspace, self.person = workspace, person

    def links(self, question: Question, *, status: str = "", start: int = 0, count: int = PAGE) -> Row:
        """Some of the ranked links, how many there are, and how many are left out."""
        table = self.workspace.inquiry().links(question)
        told = table.select([name for name in LISTED if name in table.schema.names]).to_pylist()
        rows: list[Row] = [{name: row.get(name) for name in LISTED} for row in told]  # a build of an earlier version may lack some
        judged = self._judged("link")
        for row in rows:
            row["verdict"] = judged[row["link_id"]].verdict if row["link_id"] in judged else None
        wanted = [row for row in rows if not status or status in (row["status"], row["verdict"])]
        shown = [row for row in wanted if self.person.cleared(row["marking"])]
        start, count = max(0, start), min(max(1, count), MOST)
        return {
            "build": self.workspace.built().number,
            "links": shown[start : start + count],
            "start": start,
            "total": len(shown),
            "withheld": len(wanted) - len(shown),
        }

    def link(self, reference: str) -> Row:
        """One link with its paths, evidence, pictures and judgements. AccessError where its marking is stricter than the person's clearance."""
        found = self.workspace.show(reference)
        if found.kind != "link":
            return self.entity(reference)
        self._cleared(found.facts["link"]["marking"])
        identity = found.facts["link"]["link_id"]
        history = [asdict(one) for one in self.workspace.casebook.history() if one.kind == "link" and one.left == identity]
        return {"kind": "link", **found.facts, "judgements": history, "verdict": next(iter(self._verdict("link", identity)), None)}

    def entity(self, reference: str) -> Row:
        """All that is known of an entity. AccessError where its marking is stricter than the person's clearance, or it is a victim or a minor."""
        found = self.workspace.show(reference)
        if found.kind != "entity":
            raise AccessError("this is no entity")
        entity = found.facts["entity"]
        if entity is not None:
            if entity["victim"]:
                raise AccessError("a victim or a minor is shown only to those who need to know", hint="That is decided in a case.")
            self._cleared(entity["marking"])
        facts = dict(found.facts)
        facts["claims"] = [row for row in facts["claims"] if self.person.cleared(row["marking"])]
        facts["links"] = [row for row in facts["links"] if self.person.cleared(row["marking"])]
        return {"kind": "entity", "title": found.title, **facts, "withheld": len(found.facts["claims"]) - len(facts["claims"])}

    def search(self, name: str) -> Row:
        """Who may be meant by a name, in any script."""
        if not name.strip():
            return {"query": "", "hits": [], "withheld": 0}
        [(_, hits)] = self.workspace.screen([Query(name[:1_000])], threshold=LEAST, limit=HITS)
        shown = [asdict(hit) for hit in hits if self.person.cleared(hit.marking)]
        return {"query": name, "hits": shown, "withheld": len(hits) - len(shown)}

    def review(self, left: str = "", right: str = "") -> Row:
        """The pair of records to decide on next, or this one, side by side; None where nothing is left to ask. Pairs that this person is not cleared
        for are passed over.
        """
        desk = self.workspace.desk()
        found = desk.queue(ASKED)
        pairs = [(left, right)] if left and right else [(one.left, one.right) for one in found.questions]
        why = {(one.left, one.right): one for one in found.questions}
        for pair in pairs:
            compared = desk.compare(*pair)
            if all(self.person.cleared(side.marking) for side in (compared.left, compared.right)):
                asked = why.get(pair)
                return {
                    "total": found.total,
                    "pair": compared.as_dict(),
                    "why": list(asked.why) if asked else [],
                    "alike": len(asked.alike) if asked else 0,
                }
            if left and right:
                self._cleared(next(side.marking for side in (compared.left, compared.right) if not self.person.cleared(side.marking)))
        return {"total": found.total, "pair": None, "why": [], "alike": 0}

    def decide(self, left: str, right: str, verdict: str, reason: str) -> Row:
        """Note what this person decided of a pair, and which contradictions it is now part of."""
        self.review(left, right)
        decided = self.workspace.decide([Decision("pair", left, right, verdict, reason)])
        return {"judgements": [asdict(one) for one in decided.judgements], "conflicts": [one.sentence for one in decided.conflicts]}

    def skip(self, left: str, right: str) -> None:
        """Put a pair aside: it comes last, to this person only."""
        self.review(left, right)
        self.workspace.desk().skip([(left, right)])

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

    def _judged(self, kind: str) -> dict[str, Judgement]:
        return {one.left: one for one in self.workspace.casebook.in_force() if one.kind == kind}

    def _verdict(self, kind: str, subject: str) -> list[Row]:
        return [asdict(one) for one in self.workspace.casebook.in_force() if one.kind == kind and one.left == subject]
