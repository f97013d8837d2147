"""What a drawing shows: a function of the build, of the steps that made it, and of what its reader may see. To undo is to leave the last step out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstie.errors import AccessError, UsageError
from crosstie.graph.placing import columns, placed
from crosstie.graph.ties import Known, Tie, Ties
from crosstie.store.record import plain

#: One step, as JSON keeps it: `do`, and what it is done to.
Step = dict[str, Any]
Places = Mapping[str, tuple[int, int]]
#: Entities that a picture and that the canvas can hold, and ties drawn between them.
MOST_DRAWN, MOST, MOST_TIES = 300, 20_000, 60_000
#: Steps that a drawing can have, letters of a note, and how far out a place may be.
MOST_STEPS, LONGEST, FARTHEST = 2_000, 2_000, 1_000_000
#: What can be done, and which fields each takes beside the entity.
DOINGS: dict[str, tuple[str, ...]] = {
    "link": ("link",),
    "entity": (),
    "expand": ("kind", "most"),
    "hide": (),
    "show": (),
    "pin": ("x", "y"),
    "free": (),
    "note": ("text", "marking"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """An entity in a drawing: where it stands, whether it was pinned there, what somebody noted, and how many more it is tied to that are not drawn."""

    known: Known
    x: int
    y: int
    spheres: tuple[str, ...] = ()
    pinned: bool = False
    note: str = ""
    more: int = 0

    @property
    def id(self) -> str:
        """The id of the entity."""
        return self.known.id


@dataclass(frozen=True, slots=True)
class Picture:
    """What a reader sees of a drawing. `withheld`: entities and notes that they are not cleared for; `gone`: entities that this build does not have;
    `left_out`: ties beyond the most that are drawn; `full`: that nothing more can be added.
    """

    nodes: tuple[Drawn, ...]
    ties: tuple[Tie, ...]
    hidden: tuple[Known, ...] = ()
    withheld: int = 0
    gone: int = 0
    left_out: int = 0
    full: bool = False

    @property
    def markings(self) -> list[str]:
        """The markings of all that is seen."""
        return sorted({one.known.marking for one in self.nodes if one.known.marking} | {tie.marking for tie in self.ties if tie.marking})


#: The path of a link: its entities by columns, the ends in crime, and the ends in terrorism.
Path = tuple[Sequence[str], Sequence[tuple[str, str]], Sequence[str], Sequence[str]]


def checked(given: Mapping[str, Any]) -> Step:
    """A step as it is kept; UsageError where it is none."""
    do = str(given.get("do"))
    if do not in DOINGS:
        raise UsageError(f"“{do[:40]}” is nothing that can be done to a drawing", hint=f"Possible are {', '.join(DOINGS)}.")
    step: Step = {"do": do}
    if do != "link":
        step["node"] = _text(given.get("node"), "node", 1_000)
    for name in DOINGS[do]:
        value = given.get(name)
        if name in ("x", "y"):
            step[name] = _whole(value, name, -FARTHEST, FARTHEST)
        elif name == "most":
            step[name] = _whole(value if value not in (None, "") else 25, name, 1, MOST)
        else:
            step[name] = _text(value, name, LONGEST, needed=name == "link")
    return step


def _text(value: Any, name: str, longest: int, *, needed: bool = True) -> str:
    told = plain(str("" if value is None else value)).strip()
    if (needed and not told) or len(told) > longest:
        raise UsageError(f"{name} has 1 to {longest} letters")
    return told


def _whole(value: Any, name: str, least: int, most: int) -> int:
    try:
        found = round(float(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{name} is a whole number") from error
    if not least <= found <= most:
        raise UsageError(f"{name} is between {least} and {most}")
    return found


class Drawing:
    """The steps of a drawing, taken in a build by somebody: `cleared` says for a marking whether they may see it, `level` how far (TLP)."""

    def __init__(self, ties: Ties, cleared: Callable[[str | None], bool], level: int, path: Callable[[str], Path | None]) -> None:
        self.ties, self._cleared, self._level, self._path = ties, cleared, level, path
        self.allowed: NDArray[np.bool_] = ties.allowed(cleared)

    def picture(self, steps: Sequence[Step], standing: Places) -> Picture:
        """What the steps show; entities that stand somewhere already stay there."""
        state = _State(self)
        for step in steps:
            state.take(step)
        numbers = [number for number in state.order if number not in state.hidden]
        ties = self.ties.between(numbers)
        ties = ties[self.ties.open_to(ties, self.allowed)]
        left_out = max(0, len(ties) - MOST_TIES)
        told = tuple(self.ties.several(ties[:MOST_TIES]))
        nodes = self._nodes(state, numbers, told, standing)
        hidden = tuple(self.ties.node(number) for number in state.hidden if number in state.order)
        return Picture(nodes, told, hidden, len(state.withheld) + state.unread, len(state.gone), left_out, state.full)

    def _nodes(self, state: _State, numbers: list[int], ties: tuple[Tie, ...], standing: Places) -> tuple[Drawn, ...]:
        known = {number: self.ties.node(number) for number in state.order}
        ids = {number: one.id for number, one in known.items()}
        at: dict[str, tuple[int, int]] = {ids[number]: place for number, place in state.pins.items() if number in ids}
        at |= {ids[number]: tuple(standing[ids[number]]) for number in numbers if ids[number] in standing and number not in state.pins}  # type: ignore[misc]
        at |= {one: place for one, place in state.columns.items() if one not in at and one in set(ids.values())}
        ends = [(ids[tie.source], ids[tie.target]) for tie in ties]
        new = [
            (ids[number], None if (anchor := state.order[number]) is None else ids[anchor]) for number in numbers if ids[number] not in at
        ]
        at |= placed({one: at[one] for one in (ids[number] for number in numbers) if one in at}, new, ends)
        few = len(numbers) <= MOST_DRAWN
        drawn = set(numbers)
        return tuple(
            Drawn(
                known[number],
                *at[ids[number]],
                spheres=known[number].spheres(self._level),
                pinned=number in state.pins,
                note=state.notes.get(number, ""),
                more=self._more(number, drawn) if few else 0,
            )
            for number in numbers
        )

    def _more(self, number: int, drawn: set[int]) -> int:
        others, _ = self.open_others(number)
        return len(set(others.tolist()) - drawn)

    def open_others(self, number: int, kinds: Iterable[str] = ()) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Whom an entity is tied to, the surest first, and by which ties, as far as one may see."""
        ties = self.ties.of(number)
        wanted = [place for place, kind in enumerate(self.ties.kinds) if kind in set(kinds)]
        if kinds:
            ties = ties[np.isin(self.ties.kind_of(ties), wanted)]
        ties = ties[self.ties.open_to(ties, self.allowed)]
        return self.ties.others(number, ties), ties

    def kinds_of(self, number: int, drawn: set[int]) -> list[tuple[str, int, int]]:
        """By kind of tie: how many entities one is tied to so, and how many of them are not drawn."""
        others, ties = self.open_others(number)
        kinds = self.ties.kind_of(ties)
        found = []
        for kind in np.unique(kinds):
            there = set(others[kinds == kind].tolist())
            found.append((self.ties.kinds[int(kind)], len(there), len(there - drawn)))
        return sorted(found, key=lambda row: (-row[1], row[0]))

    def seen(self, number: int) -> bool:
        """Whether one may see an entity."""
        return bool(self.ties.seen(np.array([number], np.int64), self.allowed)[0])

    def may_read(self, marking: str) -> bool:
        """Whether one may see what bears a marking."""
        return self._cleared(marking or None)

    def path(self, link: str) -> Path | None:
        """The path of a link; None where this build has none of that id. AccessError where one may not see it."""
        return self._path(link)


class _State:
    """What has been drawn so far: entities in the order of their coming, each with the one that it came from."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing, self._ties = drawing, drawing.ties
        self.order: dict[int, int | None] = {}
        self.hidden: dict[int, None] = {}
        self.pins: dict[int, tuple[int, int]] = {}
        self.notes: dict[int, str] = {}
        self.columns: dict[str, tuple[int, int]] = {}
        self.withheld: set[str] = set()
        self.gone: set[str] = set()
        self.unread = 0
        self.full = False

    def take(self, step: Step) -> None:
        """Take a step."""
        if step["do"] == "link":
            self._link(step["link"])
        elif step["do"] == "expand" and step["node"] == "*":
            for number in [one for one in self.order if one not in self.hidden]:
                self._expand(number, step)
        elif (found := self._find(step["node"])) is not None:
            getattr(self, f"_{step['do']}")(found, step)

    def _find(self, entity: str) -> int | None:
        number = self._ties.find(entity)
        if number is None:
            self.gone.add(entity)
        elif not self._drawing.seen(number):
            self.withheld.add(entity)
            return None
        return number

    def _add(self, number: int, anchor: int | None) -> None:
        if number not in self.order:
            if len(self.order) >= MOST:
                self.full = True
            else:
                self.order[number] = anchor

    def _link(self, link: str) -> None:
        try:
            path = self._drawing.path(link)
        except AccessError:
            self.withheld.add(link)
            return
        if path is None:
            self.gone.add(link)
            return
        nodes, steps, left, right = path
        found = {node: number for node in nodes if (number := self._find(node)) is not None}
        for number in found.values():
            self._add(number, None)
        told = [(a, b) for a, b in steps if a in found and b in found]
        if not self.columns:
            self.columns = columns(list(found), told, [one for one in left if one in found], [one for one in right if one in found])

    def _entity(self, number: int, step: Step) -> None:
        self.hidden.pop(number, None)
        self._add(number, None)

    def _expand(self, number: int, step: Step) -> None:
        if number not in self.order:
            return
        others, _ = self._drawing.open_others(number, [step["kind"]] if step["kind"] else [])
        new = [one for one in dict.fromkeys(others.tolist()) if one not in self.order]
        for one in new[: step["most"]]:
            self._add(one, number)

    def _hide(self, number: int, step: Step) -> None:
        if number in self.order:
            self.hidden[number] = None

    def _show(self, number: int, step: Step) -> None:
        self.hidden.pop(number, None)

    def _pin(self, number: int, step: Step) -> None:
        self.pins[number] = (step["x"], step["y"])

    def _free(self, number: int, step: Step) -> None:
        self.pins.pop(number, None)

    def _note(self, number: int, step: Step) -> None:
        if self._drawing.may_read(step["marking"]):
            self.notes[number] = step["text"]
        else:
            self.unread += 1


def without_more(picture: Picture) -> Picture:
    """The same picture as it is taken out: it does not count what is not in it."""
    return replace(picture, nodes=tuple(replace(one, more=0) for one in picture.nodes))
