"""What a workspace holds beside its evidence: who may enter, what they decided, and the rooms in which people work on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crosstie import __version__, clock
from crosstie.casework.access import Person
from crosstie.casework.accounts import Accounts
from crosstie.casework.agency import Agency
from crosstie.casework.case_files import Files
from crosstie.casework.cases import Cases
from crosstie.casework.drawings import Drawings
from crosstie.casework.jobs import Jobs
from crosstie.casework.own import Own
from crosstie.casework.protections import Protections
from crosstie.casework.things import Things
from crosstie.casework.tokens import Tokens
from crosstie.casework.uploads import Uploads
from crosstie.errors import NotFound
from crosstie.exchange.drawn import Taken, take
from crosstie.graph.ties import Ties, ready_ties
from crosstie.learn.findings import Marks, score
from crosstie.lens import registry
from crosstie.lens.commands import Answer, at_desk
from crosstie.lens.sound import sound
from crosstie.link.findings import Findings, Wanted
from crosstie.resolve.desk import Decided, Desk
from crosstie.settings import Settings
from crosstie.store.audit import Audit
from crosstie.store.builds import Build, BuildStore
from crosstie.store.casebook import Casebook, Decision, Judgement
from crosstie.store.database import Database
from crosstie.store.sources import SourceStore
from crosstie.store.thresholds import Setting, Thresholds

#: Where the files of cases are kept, in a folder for each.
CASES = "cases"
#: Where the index of ties is kept that drawings and pages look into.
DRAWING = "drawing"


class Rooms:
    """The part of a workspace that is about people; `crosstie.app.Workspace` is the whole of it."""

    folder: Path
    settings: Settings
    user: str
    purpose: str | None
    sources: SourceStore
    builds: BuildStore
    database: Database
    audit: Audit
    casebook: Casebook

    def accounts(self) -> Accounts:
        """Who may sign in to the workbench."""
        return Accounts(self.database, self.settings.name, strict=self.settings.second_factor)

    def agency(self) -> Agency | None:
        """The agency with which people sign in; None where the settings name none."""
        return Agency.of(self.settings, self.database, self.accounts())

    def tokens(self) -> Tokens:
        """How programs ask in the name of people."""
        return Tokens(self.database)

    def refused(self, subject: str, why: str) -> None:
        """Note that somebody asked for what they may not see or do."""
        self._record("refused", subject, {"why": why})

    def own(self, person: Person) -> Own:
        """What is one person's own: tasks, grants, visits."""
        return Own(self.database, person)

    def cases(self, person: Person) -> Cases:
        """The cases that a person is a member of."""
        return Cases(self.database, self.folder / CASES, person, Things(self.builds.current()))

    def _files_of_cases(self) -> Files:
        return Files(self.database, self.folder / CASES)

    def uploads(self, person: Person) -> Uploads:
        """Files of this person on their way in."""
        return Uploads(self.folder, person, registry.readers)

    def thresholds(self) -> Thresholds:
        """What the unit has set for the detectors."""
        return Thresholds(self.database)

    def jobs(self) -> Jobs:
        """What is done in processes of their own."""
        return Jobs(self.database, self.folder)

    def built(self) -> Build:
        """The current build; NotFound where there is none yet."""
        build = self.builds.current()
        if build is None:
            raise NotFound(
                "nothing is built yet in this workspace", hint="Add files with “crosstie add FILE...”, then run “crosstie build”."
            )
        return build

    def ask(self, lens: str, command: str, values: Mapping[str, Any]) -> Answer:
        """What officers of a field ask of the current build: a command of a lens, by name. NotFound where there is none such."""
        lenses = registry.load()
        field, asked = registry.command(lenses, lens, command)
        limits = registry.thresholds(field, self.thresholds().in_force())
        who = (self.user, self.purpose)
        build, ledgers = self.built(), registry.ledgers(lenses)
        with at_desk(field, asked, build, self.sources, self.settings, ledgers, self.folder, who, self._record, limits) as desk:
            return asked.run(desk, **values)

    def protections(self, person: Person) -> Protections:
        """What was seen for somebody's protection in the current build, for a person who decides who needs to know."""
        return Protections(self.built(), person, self._record)

    def list_thresholds(self) -> list[dict[str, Any]]:
        """Every threshold of every detector: what it is, its value, that of the lens, and who set another, when and why."""
        latest = {one.name: one for one in self.thresholds().history()}
        return registry.list_thresholds(sound()[0], latest)

    def set_threshold(self, name: str, value: float | None, reason: str) -> Setting:
        """Set a threshold of a detector by lens.typology.threshold, or with no value go back to the lens's; it holds from the next build on."""
        if name not in {row["threshold"] for row in self.list_thresholds()}:
            raise NotFound(f"there is no threshold “{name}”", hint="“crosstie thresholds list” has them all.")
        return self.thresholds().set(name, value, user=self.user, reason=reason, purpose=self.purpose)

    def drawings(self, person: Person) -> Drawings:
        """The drawings that a person keeps or may open, in the current build."""
        return Drawings(self.database, self.built(), self.folder / DRAWING, person, self._record)

    def take_drawing(self, person: Person, drawing: str, format: str) -> Taken:
        """A drawing as a file, with what this person sees of it."""
        known = self.drawings(person)
        kept = known.open(drawing)
        picture = known.look(kept.steps, kept.places, of=kept.id)
        made = f"taken by {person.name} on {clock.today().isoformat()} for: {person.purpose} · crosstie {__version__}"
        taken = take(picture, known.build, format, title=known.named(kept) or self.settings.name, made=made, cleared=person.cleared)
        detail = {"format": format, "build": known.build.number, "entities": len(picture.nodes), "marking": taken.marking}
        self._record("export", f"drawing {kept.id}", detail)
        return taken

    def judge(self, kind: str, left: str, verdict: str, *, right: str | None = None, reason: str = "") -> Judgement:
        """Note what a person decided; it counts from the next build on."""
        build = self.built()
        table, column = {"pair": ("claims", "entity_id"), "finding": ("findings", "finding_id")}.get(kind, ("links", "link_id"))
        for subject in filter(None, (left, right)):
            if not build.holds(table, column, subject):
                raise NotFound(
                    f"there is no {'entity' if kind == 'pair' else kind} “{subject}” in build {build.path.name}",
                    hint="Ids stand in “crosstie links”, “crosstie export findings” and “crosstie export pairs”.",
                )
        return self.casebook.judge(kind, left, right, verdict, reason=reason, user=self.user, purpose=self.purpose)

    def found(self, person: Person | None = None) -> Findings:
        """What the detectors saw in the current build, as far as a person may know it; all of it at the command line."""
        verdicts = {one.left: one.verdict for one in self.casebook.in_force() if one.kind == "finding"}
        return Findings(self.built(), self._record, None if person is None else person.clearance, verdicts)

    def findings(self, wanted: Wanted) -> list[dict[str, Any]]:
        """The findings of the current build that are meant, the strongest first."""
        found: list[dict[str, Any]] = self.found().listed(wanted)["findings"]
        return found

    def mark_findings(self, truth: Path) -> list[Marks]:
        """What the detectors saw in the current build, marked against the truth of the region that its files are of."""
        return score(truth, self.built().table("clusters"), self.findings(Wanted()))

    def finding(self, finding_id: str) -> dict[str, Any]:
        """One finding of the current build, with its evidence."""
        return self.found().one(finding_id)

    def desk(self) -> Desk:
        """Review of pairs by this person: what to ask, side by side, decide, undo, take apart, exchange."""
        return Desk(self.built(), self.casebook, self.settings, self.user, self._record, self.purpose)

    def review(self, limit: int | None = None) -> list[dict[str, Any]]:
        """What to ask this person about pairs, the most informative first, as plain data."""
        return [asdict(one) for one in self.desk().queue(limit).questions]

    def decide(self, decisions: Sequence[Decision]) -> Decided:
        """Enter decisions on pairs, all or none, and say which contradictions they are now part of."""
        return self.desk().decide(decisions)

    def undo(self, judgement_ids: Sequence[str]) -> list[Judgement]:
        """Take judgements back, all or none; they stay in the history."""
        return self.casebook.revoke_many(judgement_ids, self.user, self.purpose)

    def revoke(self, judgement_id: str) -> None:
        """Take a judgement back; it stays in the history."""
        self.casebook.revoke(judgement_id, self.user, self.purpose)

    def prepare(self) -> None:
        """Begin to make what pages look into of the current build, where it does not stand yet."""
        self._ties(self.builds.current())

    def _ties(self, build: Build | None) -> Ties | None:
        return ready_ties(build, self.folder / DRAWING) if build is not None else None

    def _record(self, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
        self.audit.record(action, subject, user=self.user, purpose=self.purpose, detail=detail)
