"""Inquiry: what a person asks of the links of a workspace, and what is asked anew after each build. Every read is noted in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.errors import NotFound
from crosstie.link.asking import Question, links_of, new_since, unseen
from crosstie.link.cut import Cut, cut
from crosstie.resolve.batches import rows, values
from crosstie.store.builds import Build, BuildStore
from crosstie.store.watches import Watch, Watches

#: Notes a read in the audit: action, subject, detail.
Record = Callable[[str, str, Mapping[str, Any]], None]
#: Ids of links that an entry of the audit names.
_NAMED = 1_000


@dataclass(frozen=True, slots=True)
class Gone:
    """A link that a standing question had and has no more: its class then, between whom, and its class `now`; None where no such link is found any more."""

    link_id: str
    was: str
    crime_name: str
    terror_name: str
    now: str | None


@dataclass(frozen=True, slots=True)
class News:
    """What has changed for a standing question: links that are new or of another class (column `was`: the class then, null for new ones), and those gone."""

    watch: Watch
    fresh: pa.Table
    gone: tuple[Gone, ...]

    @property
    def count(self) -> int:
        """How many links that is."""
        return self.fresh.num_rows + len(self.gone)


class Inquiry:
    """The links of one build, the builds before it, and the standing questions; `user` and `purpose` go into the audit."""

    def __init__(self, build: Build, builds: BuildStore, watches: Watches, user: str, purpose: str | None, record: Record) -> None:
        self.build, self._builds, self._watches, self._record = build, builds, watches, record
        self._who: dict[str, Any] = {"user": user, "purpose": purpose}

    def links(
        self, question: Question, *, since: int | None = None, top: int | None = None, shown: Callable[[pa.Table], pa.Table] | None = None
    ) -> pa.Table:
        """The links that are asked for, best first; with `since` only those that this build did not have, or had in another class (column `was`). `shown`
        takes those that are shown: only these were read.
        """
        table = links_of(self.build, question)
        if since is not None:
            table = new_since(table, self._builds.get(since))
        table = table.slice(0, top) if top is not None else table
        table = shown(table) if shown is not None else table
        self._read(table, question.as_dict())
        return table

    def cut(self, question: Question, *, top: int | None = None, count: int = 10) -> Cut:
        """Who stands between the two worlds in these links: whose removal breaks most of them."""
        return cut(self.build, self.links(question, top=top), count)

    def watch(self, name: str, question: Question, *, read: bool = True) -> tuple[Watch, pa.Table]:
        """Set up a standing question, and what it finds now (`read`: somebody looks at it). From then on `news` tells what is new to it."""
        table = links_of(self.build, question)
        if read:
            self._read(table, question.as_dict())
        return self._watches.add(name, question.as_dict(), _classes(table), **self._who), table

    def news(self, *, look: bool = True, of: str | None = None, shown: Callable[[pa.Table], pa.Table] | None = None) -> list[News]:
        """Each standing question with what has changed since it was looked at last: links that are new to it or of another class, and those that it had and
        has no more. `look`: they are read now, so the next time they are no news. `of`: only those of this person. `shown` takes the new ones that
        are shown, where not all are: only these are read, whether or not they are news again.
        """
        found = []
        for one in self._watches.all():
            if of is not None and one.user != of:
                continue
            table = links_of(self.build, Question.of(one.question))
            news = News(one, unseen(table, one.seen), self._gone(one, set(values(table, "link_id"))))
            if shown is not None:
                news = replace(news, fresh=shown(news.fresh))
                self._read(news.fresh, {"watch": one.name})
            elif look:
                self._read(news.fresh, {"watch": one.name, "gone": [link.link_id for link in news.gone][:_NAMED]})
            if look:
                self._watches.look(one, _classes(table))
            found.append(news)
        return found

    def looked(self, name: str) -> None:
        """What a standing question of this person finds now is no news any more. NotFound where they have none of that name."""
        held = next((one for one in self._watches.all() if one.name == name and one.user == self._who["user"]), None)
        if held is None:
            raise NotFound(f"you keep no question “{name[:100]}”")
        self._watches.look(held, _classes(links_of(self.build, Question.of(held.question))))

    def _gone(self, watch: Watch, here: set[str]) -> tuple[Gone, ...]:
        """What a standing question had and has no more: who was tied is read in the newest build that knows it."""
        missing = sorted(link for link in watch.seen if link not in here)
        known: dict[str, tuple[str, str, str | None]] = {}
        for build in [self.build, *reversed(self._builds.list())]:
            wanted = [link for link in missing if link not in known]
            if not wanted:
                break
            columns = ["link_id", "crime_name", "terror_name", "class"]
            table = pq.read_table(build.file("links"), columns=columns, filters=[("link_id", "in", wanted)])
            for link, crime, terror, name in rows(table, *columns):
                known[link] = (crime, terror, name if build.number == self.build.number else None)
        return tuple(Gone(link, watch.seen[link], *known.get(link, ("", "", None))) for link in missing)

    def watches(self) -> list[Watch]:
        """The standing questions of all, by name."""
        return self._watches.all()

    def unwatch(self, name: str, *, of: str | None = None) -> None:
        """Forget a standing question, of one's own or (`of`) of somebody else."""
        self._watches.remove(name, of=of, **self._who)

    def _read(self, table: pa.Table, detail: Mapping[str, Any]) -> None:
        self._record("read links", f"{self.build.number:04}", {"links": values(table, "link_id")[:_NAMED], **detail})


def _classes(table: pa.Table) -> dict[str, str]:
    return dict(zip(values(table, "link_id"), values(table, "class"), strict=True))
