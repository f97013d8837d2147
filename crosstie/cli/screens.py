"""What the review shows, as lines of text for a width and a height. Agreement is told in words, never by colour alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crosstie.model.marking import describe_grade
from crosstie.resolve.comparison import Agreement, Comparison, Line, Said, Side
from crosstie.resolve.explode import Merged
from crosstie.resolve.names.forms import romanize
from crosstie.resolve.review import Question

KEYS = "y same  n different  u unsure  s skip  z undo  r reason  ? all keys  q quit"
HELP = """\
y  the same: the two records are one thing      n  different: never one thing
u  unsure: you are not asked again, others are   s  skip: comes last, to you only
z  undo the last answer of this sitting          r  give a reason with the next answer
b  the next answer counts for all identical cases; again: for this pair only
e  take the entity apart that the records are in (or that one of them is in)
f  show only what stands on links or in spheres; again: everything
l  names in Latin letters beside the original; again: without
o  the original statements with their places; again: without
j k  next, previous question (also the arrows)   space -  page down, page up
q  quit: what you decided stays; you go on where you stopped

Each answer is written at once, signed with your name, and counts from the next build on.
same / near / differ say how the values agree; what only one record says speaks for nothing.
The figures before the reasons are weights of evidence (natural logarithms): +2.3 makes “the same” ten times likelier."""
_STYLES: dict[Agreement, str] = {"same": "green", "near": "yellow", "differ": "red"}
_LONGEST = 300
_NARROW = 100


@dataclass(frozen=True, slots=True)
class View:
    """How a person wants to see it: width and height of the window (height 0: endless), the first line shown, and what is switched on."""

    width: int = 80
    height: int = 24
    top: int = 0
    latin: bool = False
    originals: bool = False


def pair(question: Question, found: Comparison, view: View) -> RenderableType:
    """The two records side by side, the reasons, and what others said."""
    parts: list[RenderableType] = [_heading(question, found)]
    if question.alike:
        named = ", ".join(f"{left} – {right}" for left, right in question.alike[:3])
        more = f" and {len(question.alike) - 3} more" if len(question.alike) > 3 else ""
        told = f"the same names, dates and reasons in {clean(named)}{more}: b answers all"
        parts.append(Text.assemble((f"{len(question.alike) + 1} alike  ", "bold"), told))
    if view.originals:
        parts.append(_statements(found))
    parts += [_beside(found, view), _reasons(found), *_one_sided(found, view)]
    if question.why:
        parts.append(Text.assemble(("Why asked  ", "bold"), " ".join(question.why)))
    parts += [
        Text.assemble(
            ("Judged  ", "bold"),
            clean(f"{one.verdict} by {one.user} on {one.at[:10]}{' (taken back)' if one.revoked_at else ''} {one.reason}".strip()),
        )
        for one in found.history
    ]
    return Group(*parts)


def entity(found: Merged, view: View) -> RenderableType:
    """The records of an entity, numbered, and what holds them together, the weakest first."""
    table = Table(box=None, padding=(0, 1), expand=True)
    for name, justify in (("no.", "right"), ("record", "left"), ("name", "left"), ("says", "left"), ("handling", "left")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for number, (one, name) in enumerate(zip(found.records, found.names, strict=True), 1):
        told = with_latin(name) if view.latin else clean(name)
        table.add_row(str(number), Text(clean(one.entity_id)), Text(told), Text(_who(one)), Text(one.marking))
    number_of = {record: number for number, record in enumerate(found.ids, 1)}
    parts: list[RenderableType] = [
        Text(f"{clean(found.caption)}: {len(found.records)} records are one entity, {_count(found.links, 'link')} on it", style="bold"),
        table,
        Text("What joined them, the weakest first", style="bold"),
    ]
    for bond in found.bonds:
        by = "judged the same" if bond.judgement == "same" else f"score {_figure(bond.score)}"
        told = " ".join(bond.sentences) or "No reason is stored."
        parts.append(Text(f"  {number_of[bond.left]} – {number_of[bond.right]}  {by}: {clean(told)}"))
    if not found.bonds:
        parts.append(Text("  no pair of them is stored: the build joined them by a rule"))
    return Group(*parts)


def lines(shown: RenderableType, view: View, console: Console) -> list[str]:
    """The lines that it takes at this width, styled as far as the console can."""
    out = Console(
        file=StringIO(),
        width=view.width,
        force_terminal=console.is_terminal and not console.is_dumb_terminal,
        color_system=console.color_system,  # type: ignore[arg-type]
        no_color=console.no_color,
        highlight=False,
        legacy_windows=False,
    )
    out.print(shown)
    text = out.file.getvalue()  # type: ignore[attr-defined]
    return [line.rstrip() for line in str(text).rstrip("\n").split("\n")]


def framed(body: Sequence[str], footer: Sequence[str], view: View) -> tuple[list[str], int]:
    """As much of the body as fits above the footer, from line `view.top` on, and the first line that is really shown."""
    if view.height <= 0:
        return [*body, *footer], 0
    room = max(1, view.height - len(footer) - 1)
    if len(body) <= room:
        return [*body, *[""] * (room - len(body)), *footer], 0
    room = max(1, room - 1)
    top = max(0, min(view.top, len(body) - room))
    below = len(body) - top - room
    more = f"-- {_count(below, 'line')} more: space --" if below else "-- the end: - goes back --"
    return [*body[top : top + room], more, *footer], top


def clean(text: str) -> str:
    """Text that cannot steer a terminal: what controls it, or changes the direction of what follows, is written out."""
    return "".join(_safe(letter) for letter in text)


def with_latin(text: str) -> str:
    """The text, and how it would be written in Latin letters if it is not."""
    if all(ord(letter) < 0x250 or not letter.isalpha() for letter in text):
        return clean(text)
    return f"{clean(text)} [{clean(romanize(text).title())}]"


def _heading(question: Question, found: Comparison) -> Text:
    score = "" if found.score is None else f"{found.score:.2f} "
    # a score next to 1 is not certainty
    score = "over 0.99 " if found.score is not None and found.score >= 0.995 else score
    state = "one entity now" if found.together else "two entities now"
    again = " · skipped before" if question.skipped else ""
    return Text.assemble((f"{score}{found.words}", "bold"), f" · {state}{again}")


def _beside(found: Comparison, view: View) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), expand=True, show_header=True, header_style="bold")
    table.add_column("", no_wrap=True, max_width=14)
    table.add_column("", no_wrap=True, width=6)
    table.add_column(Text(clean(found.left.entity_id)), ratio=1, overflow="fold")
    table.add_column(Text(clean(found.right.entity_id)), ratio=1, overflow="fold")
    sides = (found.left, found.right)
    wide = view.width >= _NARROW
    table.add_row("says", "", *(Text(_who(side, wide), style="dim") for side in sides))
    table.add_row("handling", "", *(Text(side.marking, style="dim") for side in sides))
    table.add_row("entity", "", *(Text(f"{side.schema}, {_count(side.members, 'record')}", style="dim") for side in sides))
    for line in found.lines:
        if line.agreement == "one":
            continue
        style = _STYLES[line.agreement]
        table.add_row(line.prop, Text(line.agreement, style=style), _values(line.left, view), _values(line.right, view))
    return table


def _one_sided(found: Comparison, view: View) -> Iterator[Text]:
    """What only one of the two says: it speaks for nothing, but a person may know more."""
    for side, place in ((found.left, 0), (found.right, 1)):
        said = [(line.prop, (line.left, line.right)[place]) for line in found.lines if line.agreement == "one"]
        told = "; ".join(f"{prop} {_values(values, view).plain}" for prop, values in said if values)
        if told:
            yield Text.assemble((f"Only {clean(side.entity_id)}  ", "bold"), told)


def _values(said: Sequence[Said], view: View) -> Text:
    shown = [with_latin(one.value) if view.latin else clean(one.value) for one in said]
    told = "; ".join(text if one.current else f"{text} (formerly)" for text, one in zip(shown, said, strict=True))
    return Text(told if len(told) <= _LONGEST else told[:_LONGEST] + "…")


def _reasons(found: Comparison) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for _, nats, sentence in found.reasons:
        side, style = ("for", "green") if nats > 0 else ("against", "red")
        table.add_row(Text(side, style=style), f"{nats:+.1f}", Text(clean(sentence)))
    if not found.reasons:
        table.add_row("", "", "Nothing that can be compared speaks for or against it.")
    return table


def _statements(found: Comparison) -> RenderableType:
    parts: list[RenderableType] = [Text("Original statements", style="bold")]
    for side, place in ((found.left, 0), (found.right, 1)):
        parts.append(Text(clean(side.entity_id), style="bold"))
        parts += [Padding(Text(told), (0, 0, 0, 2)) for line in found.lines for told in _stated(line, place)]
    return Group(*parts)


def _stated(line: Line, place: int) -> Iterator[str]:
    for said in (line.left, line.right)[place]:
        grade = f"{said.grade} ({describe_grade(said.grade)})" if said.grade else "not graded"
        words = f"{line.prop}: {said.written or said.value}"
        yield clean(f"{words} · {said.originator}, source {said.source_id}, {said.locator} · {grade} · {said.marking}")


def _who(side: Side, wide: bool = False) -> str:
    grades = ", ".join(f"{grade} ({describe_grade(grade)})" if wide else grade for grade in side.grades) or "not graded"
    return clean(f"{', '.join(side.originators)} · {grades}")


def _figure(score: float) -> str:
    """A score to two places; one next to 1 is not certainty."""
    return f"{score:.2f}" if score < 0.995 else "over 0.99"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _safe(letter: str) -> str:
    kind = unicodedata.category(letter)
    return f"\\u{ord(letter):04x}" if kind in ("Cc", "Cf", "Cs", "Zl", "Zp") else letter
