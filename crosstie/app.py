"""Workspace: the one façade that the command line and the web call. It reads as the work flows:

files ─▶ add ─▶ statements + ledgers ─▶ build (gather, resolve, describe, tag, detect, place, connect, search) ─▶ links ─▶ show, report, export.
"""

from __future__ import annotations

import getpass
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crosstie import __version__, clock
from crosstie.casework.access import Person
from crosstie.errors import CrosstieError, NotFound, UsageError
from crosstie.exchange import export as exports
from crosstie.exchange.dossier import Dossier, dossier
from crosstie.exchange.export import Exported
from crosstie.exchange.matching import Matching
from crosstie.graph.compile import compile_edges
from crosstie.graph.memory import Memory
from crosstie.graph.ties import renew_ties
from crosstie.ingest.archive import unpack
from crosstie.ingest.beside import chosen, named
from crosstie.ingest.load import Choice, load
from crosstie.ingest.mapping import mapping_reader, sidecar
from crosstie.ingest.reader import Reader
from crosstie.lens import registry
from crosstie.link.asking import Question
from crosstie.link.copies import TABLE as SOURCE_COPIES
from crosstie.link.copies import leave_out
from crosstie.link.inquiry import Inquiry
from crosstie.link.narrative import tag
from crosstie.link.search import search
from crosstie.link.spheres import place
from crosstie.model.tables import ORDER, SOURCE, STATEMENT, TABLES
from crosstie.report import write_report
from crosstie.report.stories import stories
from crosstie.resolve.claims import WRITTEN, gather
from crosstie.resolve.increment.describing import RENAMED, describe_again, remember
from crosstie.resolve.judgements import standing
from crosstie.resolve.learn import Weights
from crosstie.resolve.resolver import code, resolve
from crosstie.resolve.screen.hits import LIMIT, THRESHOLD, Hit
from crosstie.resolve.screen.index import FILE as SCREENING_INDEX
from crosstie.resolve.screen.listing import build_index
from crosstie.resolve.screen.queries import Query
from crosstie.resolve.weights import FILE as WEIGHTS_FILE
from crosstie.resolve.weights import learn_weights, mark, open_weights, written
from crosstie.rooms import DRAWING, Rooms
from crosstie.screening import opened
from crosstie.settings import FILE, Settings
from crosstie.store.audit import Audit
from crosstie.store.builds import Build, BuildStore, BuildWriter
from crosstie.store.casebook import Casebook, Judgement
from crosstie.store.database import Database
from crosstie.store.durable import Problem, storing, write_bytes
from crosstie.store.engine import Engine
from crosstie.store.fingerprint import fingerprint
from crosstie.store.lock import WriteLock
from crosstie.store.record import plain
from crosstie.store.sources import Source, SourceStore
from crosstie.store.vault import Stored, Vault
from crosstie.store.watches import Watches

#: Told of work that takes time: what is done now, how far it is, and of how much (0: not known).
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """No progress shown."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file: added, known (already there) or refused with the error."""

    file: str
    outcome: str
    source: Source | None = None
    error: CrosstieError | None = None


class Workspace(Rooms):
    """A folder with a unit's sources, builds and casebook."""

    def __init__(self, folder: Path, *, user: str | None = None, purpose: str | None = None, progress: Progress = silent) -> None:
        if not (folder / FILE).exists():
            raise NotFound(
                f"{folder} is no crosstie workspace", hint=f"Make one with “crosstie init {folder}”, or name one with --workspace."
            )
        self.folder = folder
        self.settings = Settings.load(folder)
        self.user = user or getpass.getuser()
        self.purpose = purpose
        self.progress = progress
        self.vault = Vault(folder / "vault")
        self.sources = SourceStore(folder / "sources")
        self.builds = BuildStore(folder / "builds")
        self.database = Database(self.settings.casebook or folder / "casebook.sqlite")
        self.casebook = Casebook(self.database)
        self.audit = Audit(self.database)

    @classmethod
    def init(cls, folder: Path, *, name: str | None = None, exercise: bool = False, user: str | None = None) -> Workspace:
        """Make a new, empty workspace in a folder."""
        file = folder / FILE
        if file.exists():
            raise UsageError(f"{folder} is a crosstie workspace already")
        title = plain(" ".join((name or folder.resolve().name).replace("\\", " ").replace('"', "'").split()))
        with storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            write_bytes(file, f'name = "{title}"\nexercise = {str(exercise).lower()}\n'.encode())
        workspace = cls(folder, user=user)
        workspace._record("init", title)
        return workspace

    def for_person(self, person: Person) -> Workspace:
        """The same workspace for somebody who is signed in: what they read and do is noted under their name and purpose."""
        other = copy(self)
        other.user, other.purpose = person.name, person.purpose
        return other

    def rejects(self, source_id: str) -> list[dict[str, Any]]:
        """What could not be used of a source: place, reason, excerpt. It is noted that it was read."""
        found: list[dict[str, Any]] = self.sources.rejects(source_id).to_pylist()
        self._record("read rejects", source_id, {"rejects": len(found)})
        return found

    def close(self) -> None:
        """Let go of the casebook."""
        self.database.close()

    # ── files in ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def add(self, paths: Sequence[Path], *, choice: Choice | None = None, mappings: Sequence[Path] = ()) -> list[Added]:
        """Take files in: each is vaulted under its hash, read, checked and committed whole, or refused and nothing of it kept."""
        files = list(named(paths))
        known = [*registry.readers(), *(mapping_reader(path) for path in mappings)]
        results: list[Added] = []
        with self._writing("add"), tempfile.TemporaryDirectory(prefix="crosstie-") as scratch:
            for number, file in enumerate(files):
                self.progress(f"reading {file.name}", number, len(files))
                try:
                    own = chosen(file, choice or Choice())
                    results += [self._take(path, name, own, known) for name, path in unpack(file, file.name, Path(scratch))]
                except CrosstieError as error:
                    self._record("add refused", file.name, error.as_dict())
                    results.append(Added(str(file), "refused", error=error))
        return results

    def _take(self, path: Path, name: str, choice: Choice, known: Sequence[Reader]) -> Added:
        beside = sidecar(path)
        own = [mapping_reader(beside)] if beside else []
        stored = self.vault.put(path)
        source_id = stored.sha256[:16]
        if (before := {source.source_id: source for source in self.sources.list()}.get(source_id)) is not None:
            return Added(name, "known", before)
        try:
            return Added(name, "added", self._read(stored, name, f"{path.parent.name}/{name}", choice, [*own, *known]))
        except BaseException:  # also where somebody stops it
            self.vault.discard(stored)
            raise

    def _read(self, stored: Stored, name: str, hint: str, choice: Choice, known: Sequence[Reader]) -> Source:
        """Read a vaulted file and commit what it says, all at once."""
        source_id = stored.sha256[:16]
        with self.sources.begin(source_id) as writer:
            loaded = load(
                stored.path, name, writer, source_id=source_id, readers=known, choice=choice, hint=hint, previous=self._records_before
            )
            row = {
                "source_id": source_id,
                "sha256": stored.sha256,
                "bytes": stored.bytes,
                "file_name": name,
                "received_at": clock.now().isoformat(timespec="microseconds"),
                **{field: getattr(loaded, field) for field in SOURCE.names if hasattr(loaded, field)},
                "version_date": loaded.version_date or clock.today().isoformat(),
            }
            # the entry stands before the source does: an act may be logged that a crash undid, never one done that is not logged
            detail = {"file": name, "reader": loaded.reader, "statements": loaded.statements, "rejects": loaded.rejects}
            self._record("add", source_id, detail)
            return writer.commit(row)

    def _records_before(self, series: str) -> int | None:
        before = self.sources.newest(series)
        return before.records if before else None

    # ── build ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def build(self, *, force: bool = False, engine: str | None = None) -> tuple[Build, bool]:
        """Make the tables anew from sources and judgements, and switch them in at once; (build, False) where nothing has changed since the last.
        `engine` is used instead of the one in the settings; the tables are the same on every engine.
        """
        settings = self.settings if engine is None else self.settings.on(engine)
        with self._writing("build"):
            judgements = self.casebook.in_force()
            weights = self.weights()
            inputs = self._inputs(judgements, weights)
            current = None if force else self.builds.sound()
            if current and current.manifest.get("inputs") == inputs:
                return current, False
            with Engine(settings, self.folder) as running, self.builds.begin() as writer:
                found: dict[str, Any] = {}
                stages = self._stages(running, judgements, weights, found, anew=force)
                found["program"] = code()
                if current and running.local:
                    remember(running, current, code())
                for done, (title, stage) in enumerate(stages):
                    self.progress(title, done, len(stages))
                    with running.stage(keep=KEPT | {"statements", *running.tables("ledger_")}):
                        stage()
                self.progress("indexing names for screening", len(stages), len(stages))
                self._write(running, writer)
                counts = {table: running.scalar(f"select count(*) from {table}") for table in TABLES}
                found |= {"counts": counts, "weights": mark(weights), **standing(running, judgements)}
                build = writer.commit({"version": __version__, "inputs": inputs, "exercise": self.settings.exercise, **found})
            self._record("build", f"{build.number:04}", counts)
            for number in self.builds.older(settings.keep_builds):
                self._record("remove build", f"{number:04}")
                self.builds.remove(number)
            renew_ties(build, self.folder / DRAWING)
            return build, True

    def _write(self, engine: Engine, writer: BuildWriter) -> None:
        """Write the tables of a build, and its index. On one machine both at once: neither has work for all its processors."""

        def tables() -> None:
            for table, order in ORDER.items():
                made = _columns(table, WRITTEN) if table == "claims" else ""
                engine.write(f"select {_columns(table, {})} from {table} s", writer.path(table), order, made)

        if not engine.local:
            tables()
        with ThreadPoolExecutor(1, thread_name_prefix="crosstie-tables") as beside:
            written = beside.submit(tables) if engine.local else None
            build_index(engine).write(writer.file(SCREENING_INDEX))
            if written is not None:
                written.result()

    def _stages(
        self, engine: Engine, judgements: list[Judgement], weights: Weights, found: dict[str, Any], *, anew: bool
    ) -> list[tuple[str, Callable[[], None]]]:
        lenses = registry.load()
        activities = registry.activities(lenses)
        own = self.thresholds().in_force()

        def who_is_who() -> None:
            # on a cluster the arrays are where its machines see them, and go with it
            home = self.folder / "matching" if engine.local else None
            found["matched"] = resolve(engine, judgements, self.settings, weights, home, anew=anew)

        searching = None if anew else Memory(self.folder / "searching" / "paths.parquet", self._inputs(judgements, weights))
        return [
            ("gathering statements", lambda: self._open(engine, registry.ledgers(lenses))),
            ("looking for copies", lambda: found.update(copies=leave_out(engine))),
            ("gathering claims", lambda: gather(engine)),
            ("finding who is who", who_is_who),
            ("describing entities", lambda: describe_again(engine)),
            ("reading narratives", lambda: tag(engine, activities)),
            ("looking for typologies", lambda: registry.detect(engine, lenses, judgements, own)),
            ("placing actors in spheres", lambda: place(engine, activities)),
            ("connecting entities", lambda: compile_edges(engine, self.settings, registry.occasions(lenses))),
            ("searching links", lambda: search(engine, self.settings, judgements, searching)),
        ]

    def _open(self, engine: Engine, ledgers: Mapping[str, pa.Schema]) -> None:
        engine.load("sources", self.sources.table())
        engine.read("statements", self.sources.statement_files(), STATEMENT)
        for name, files in self.sources.ledger_files().items():
            if name in ledgers:
                engine.read(f"ledger_{name}", files, ledgers[name])

    def _inputs(self, judgements: Sequence[Judgement], weights: Weights) -> str:
        tuned = {name: getattr(self.settings, name) for name in ("exercise", "match_threshold", "max_hops", "paths", "hub", "links")}
        told = [[asdict(source) for source in self.sources.list()], [asdict(one) for one in judgements]]
        return fingerprint([__version__, tuned, *told, mark(weights), self.thresholds().in_force()])

    # ── what the features weigh ─────────────────────────────────────────────────────────────────────────────────────────

    def weights(self) -> Weights:
        """What the features of records weigh in this workspace: learned here, or those that the program comes with."""
        return open_weights(self.folder / WEIGHTS_FILE)

    def learn_weights(self) -> Weights:
        """Learn the weights anew from the sources and the judgements; they hold from the next build on. UsageError where there is too little."""
        self.built()  # who has not looked at a build has nothing to improve
        with self._writing("learn"), Engine(self.settings, self.folder) as engine:
            self.progress("comparing pairs", 0, 0)
            self._open(engine, {})
            gather(engine)
            weights = learn_weights(engine, self.casebook.in_force())
            self._record("learn", mark(weights), weights.learned_from)
            write_bytes(self.folder / WEIGHTS_FILE, written(weights))
        return weights

    def reset_weights(self) -> bool:
        """Go back to the weights that the program comes with, from the next build on; False where they hold already."""
        with self._writing("learn"):
            held = (self.folder / WEIGHTS_FILE).exists()
            if held:
                self._record("learn", "reset")
                (self.folder / WEIGHTS_FILE).unlink()
        return held

    # ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def inquiry(self) -> Inquiry:
        """Questions to the links of the current build by this person: which, what is new, who stands between; and standing questions."""
        return Inquiry(self.built(), self.builds, Watches(self.database), self.user, self.purpose, self._record)

    def links(self, *, classes: Sequence[str] = (), top: int | None = None) -> pa.Table:
        """The ranked links of the current build, best first."""
        return self.inquiry().links(Question(tuple(classes)), top=top)

    def list_sources(self) -> list[Source]:
        """The sources, oldest version first."""
        return self.sources.list()

    def audit_entries(self, limit: int) -> list[dict[str, Any]]:
        """The last entries of the audit: who read or wrote what, when and why."""
        return [asdict(entry) for entry in self.audit.entries(since=max(0, self.audit.head().count - limit))]

    def show(self, reference: str, may: Callable[[Dossier], Mapping[str, Any] | None] | None = None, *, indexed: bool = False) -> Dossier:
        """All that is known of one link, entity or source, each value with the place that says so. `may` raises where this person may not see it:
        then it was not read; what it gives back is noted with the read. `indexed`: for whoever asks often, with an index of the build's ties.
        """
        build = self.builds.current()
        found = dossier(build, self.sources, reference, self.builds.list(), self._ties(build) if indexed else None)
        self._record("read", found.reference, may(found) if may is not None else None)
        return found

    def stories(self, links: Sequence[str]) -> list[dict[str, Any]]:
        """The paths, pictures and sentences of links of the current build, by their ids, best first. Who shows them notes that they were read."""
        table = self.built().table("links")
        return stories(self.built(), table.filter(pc.is_in(table["link_id"], pa.array(list(links), pa.string()))), self._ties(self.built()))

    def screen(self, queries: Iterable[Query], *, threshold: float = THRESHOLD, limit: int = LIMIT) -> Iterator[tuple[Query, list[Hit]]]:
        """Who among the entities of the current build may be meant by each name, with reasons; queries are taken and answered in batches."""
        with opened(self.folder, user=self.user, purpose=self.purpose) as screening:
            yield from screening.answers(queries, threshold=threshold, limit=limit)

    def matching(self, may: Callable[[str | None], bool]) -> Matching:
        """Whole records looked up among the entities of the current build, by somebody who may see what bears the markings that `may` says yes to."""
        return Matching(self.built(), self.screen, may, self._record)

    def report(self, out: Path, *, top: int = 50, language: str | None = None) -> Path:
        """Write the links as one self-contained HTML file, in a language of the six or that of the settings."""
        build = self.built()
        settings = self.settings.told_in(language or self.settings.language)
        write_report(build, self.sources, out, settings=settings, top=top, user=self.user)
        self._record("report", str(out), {"build": build.number})
        return out

    def export(self, kind: str, format: str | None = None, out: Path | None = None) -> Exported:
        """Write a table of the build in a format that others read; without `out`, to standard output."""
        written = exports.export(self.built(), kind, format, out)
        self._record("export", kind, {"format": written.format, "out": str(out) if out else "-", "build": self.built().number})
        return written

    def verify(self) -> list[Problem]:
        """Check the originals, the sources, the builds and the audit chain against their hashes; an empty list is a clean bill."""
        kept = [*self.vault.verify(), *self.sources.verify(), *self._lost_originals(), *self.builds.verify()]
        problems = [*kept, *self._files_of_cases().verify(), *self.audit.verify()]
        self.casebook.history()  # that it can be read is all that can be checked: each judgement stands in the audit too
        self._record("verify", self.settings.name, {"problems": len(problems)})
        return problems

    def _lost_originals(self) -> Iterator[Problem]:
        for source_id, sha256 in self.sources.originals():
            if not self.vault.path(sha256).is_file():
                yield Problem(str(self.vault.path(sha256)), f"is missing: the original of source {source_id}")

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        with WriteLock(self.folder / ".lock", self.settings.wait, doing=what):
            yield


#: What a stage leaves for the stages after it; the rest of its tables are dropped.
KEPT = {*TABLES, "graph_commons", "schema_conflicts", "name_forms", SOURCE_COPIES, RENAMED}


def _columns(table: str, made: Mapping[str, str]) -> str:
    """The columns of a table as a build keeps them, some of them made as they are written."""
    return ", ".join(f'{made.get(name, f"s.{chr(34)}{name}{chr(34)}")} as "{name}"' for name in TABLES[table].names)
