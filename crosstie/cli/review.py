"""The review at a terminal: keys in, screens out. What a key means stands in `crosstie.resolve.session`."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click
from rich.console import Console

from crosstie.cli import screens
from crosstie.cli.screens import View
from crosstie.errors import CrosstieError, UsageError
from crosstie.resolve.comparison import Comparison
from crosstie.resolve.session import Review

if TYPE_CHECKING:
    from crosstie.resolve.desk import Decided, Desk, Separated

#: Questions of one sitting, if nobody says how many: more than anybody answers before the next build.
SITTING = 1_000
_VERDICTS = {"y": "same", "n": "different", "u": "unsure"}
#: What terminals send for keys that have no letter.
_NAMED_KEYS = {
    "\x1b[A": "k", "\x1bOA": "k", "\x1b[D": "k", "\x1b[5~": "-", "\x1b[B": "j", "\x1bOB": "j", "\x1b[C": "j", "\x1b[6~": " ", "\x03": "q", "\x04": "q",
}  # fmt: skip
_KEY = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|.", re.DOTALL)
_ENDS_OF_INPUT = ("", None)

Keys = Iterator[str]
Ask = Callable[[str], str]


def check_terminal() -> None:
    """UsageError where there is nobody to press keys."""
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the review needs a terminal to read keys from",
            hint="“crosstie review --json” lists the questions; answer one with “crosstie judge pair LEFT RIGHT --verdict same”.",
        )


def keys() -> Keys:
    """One key after the other, until the terminal is gone. Keys that were typed ahead are read one by one."""
    while True:
        try:
            typed: str | None = click.getchar()
        except (EOFError, KeyboardInterrupt, OSError):
            yield "q"
            return
        if typed in _ENDS_OF_INPUT:
            yield "q"
            return
        for key in _KEY.findall(typed or ""):
            yield _NAMED_KEYS.get(key, key)


def ask(question: str) -> str:
    """A line of text; nothing where the person gives up."""
    try:
        return str(click.prompt(question, default="", show_default=False)).strip()
    except click.Abort:
        return ""


class Terminal:
    """A sitting at a terminal. On a dumb terminal screens follow each other, and nothing is cut."""

    def __init__(self, desk: Desk, limit: int | None = None, ask: Ask = ask) -> None:
        self.desk = desk
        self.review = Review(desk.queue(limit or SITTING), desk)
        self.loaded = sum(len(one.pairs) for one in self.review.questions)
        self.console = Console(highlight=False)
        self.dumb = self.console.is_dumb_terminal or os.environ.get("TERM", "") in ("", "dumb", "unknown")
        self.view = View()
        self.message = ""
        self._ask = ask
        self._compared: tuple[tuple[str, str], Comparison] | None = None

    def run(self, typed: Keys) -> int:
        """Show, read a key, do it, until the person quits; how many judgements were made."""
        self._show()
        for key in typed:
            if key == "q":
                break
            self.message = ""
            try:
                self._press(key)
            except CrosstieError as error:
                self.message = f"{error.detail}. {error.hint or ''}".strip()
            self._show()
        self._line(self._farewell())
        return self.review.decided

    def _press(self, key: str) -> None:
        review = self.review
        if key in _VERDICTS and review.current():
            bulk = len(review.current().pairs) if review.bulk else 1  # type: ignore[union-attr]
            self._warn(review.decide(_VERDICTS[key]), f"{_VERDICTS[key]}{f', {bulk} pairs' if bulk > 1 else ''}. z takes it back.")
        elif key == "s" and review.current():
            review.skip()
            self.message = "Skipped: it comes last. z takes it back."
        elif key == "z":
            act = review.undo()
            self._compared = None
            self.message = (
                f"Taken back – {screens.clean(act.words)}" if act else "Nothing to take back in this sitting. “crosstie revoke” can."
            )
        elif key in ("j", "k"):
            self.message = "" if review.move(1 if key == "j" else -1) else "No further question that way."
        elif key == "l":
            self.view = replace(self.view, latin=not self.view.latin)
        elif key == "o":
            self.view = replace(self.view, originals=not self.view.originals)
        elif key in (" ", "-"):
            page = max(1, self.view.height - 6)
            self.view = replace(self.view, top=max(0, self.view.top + (page if key == " " else -page)))
            return
        elif key == "b":
            self.message = "" if review.gather() else "No other case is identical to this one."
        elif key == "f":
            review.filter()
        elif key == "r":
            review.reason = self._ask("Why? (it goes with your next answer; empty: no reason)")
        elif key == "e":
            self._explode()
        elif key == "?":
            self._page(screens.HELP.split("\n"))
        elif not key.isspace():
            self.message = f"“{screens.clean(key)}” is no key here: ? lists them."
        self.view = replace(self.view, top=0)

    def _explode(self) -> None:
        found = self._comparison()
        if found is None:
            return
        side = max((found.left, found.right), key=lambda side: side.members)
        if side.members < 2:
            self.message = "Each of the two is a single record: there is nothing to take apart."
            return
        merged = self.desk.merged(side.cluster_id)
        self._page(screens.lines(screens.entity(merged, self.view), self.view, self.console), wait=False)
        given = self._ask("Take out which? (numbers such as 2 5, “all” to set all apart; empty: nothing)")
        out = chosen(given, merged.ids)
        if out == []:
            self.message = "Nothing was taken apart."
            return
        made = self.desk.separate(merged, out, self.review.reason)
        self.review.separated(made)
        self._compared = None
        parts = " | ".join(", ".join(part) for part in made.parts[:4]) + (" | …" if len(made.parts) > 4 else "")
        self._warn(made, f"{len(made.judgements)} judgements. The next build makes of it: {screens.clean(parts)}. z takes it back.")

    def _warn(self, made: Decided | Separated, words: str) -> None:
        self.message = words
        if made.conflicts:
            more = f" (and {len(made.conflicts) - 1} more)" if len(made.conflicts) > 1 else ""
            self.message = (
                f"CONTRADICTION: {screens.clean(made.conflicts[0].sentence)}{more}. “Different” holds until one is taken back (z)."
            )

    def _comparison(self) -> Comparison | None:
        question = self.review.current()
        if question is None:
            return None
        if self._compared is None or self._compared[0] != (question.left, question.right):
            self._compared = ((question.left, question.right), self.desk.compare(question.left, question.right))
        return self._compared[1]

    def _show(self) -> None:
        self._measure()
        question, found = self.review.current(), self._comparison()
        if question is None or found is None:
            shown = ["No question is left."] if not self.review.at_stake else ["No question is left with this filter: f shows everything."]
        else:
            shown = screens.lines(screens.pair(question, found, self.view), self.view, self.console)
        body, top = screens.framed(shown, self._footer(), self.view)
        self.view = replace(self.view, top=top)
        self._clear()
        self._line("\n".join(body))

    def _footer(self) -> list[str]:
        on = [name for name, flag in (("links and spheres only (f)", self.review.at_stake), ("Latin (l)", self.view.latin)) if flag]
        question = self.review.current()
        if self.review.bulk and question:
            on.append(f"ANSWER COUNTS FOR ALL {len(question.pairs)} (b)")
        if self.review.reason:
            on.append(f"reason: {screens.clean(self.review.reason)}")
        place = f"{self.review.number()} of {self.review.left():,}" if question else "0 open"
        place += f" (of {self.review.total:,} pairs)" if self.review.total > self.loaded else ""
        status = " · ".join([f"{self.desk.user}: {place}, {self.review.decided} decided", *on])
        told = screens.lines(self.message, self.view, self.console) if self.message else []
        return [*told, status[: self.view.width], screens.KEYS[: self.view.width]]

    def _page(self, shown: list[str], *, wait: bool = True) -> None:
        self._clear()
        self._line("\n".join(shown))
        if wait:
            self._ask("Enter goes on")

    def _measure(self) -> None:
        size = shutil.get_terminal_size((80, 24))
        self.view = replace(self.view, width=max(40, size.columns), height=0 if self.dumb else max(8, size.lines))

    def _clear(self) -> None:
        if self.dumb:
            self._line("-" * min(self.view.width, 72))
        else:
            sys.stdout.write("\x1b[2J\x1b[H")

    def _line(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def _farewell(self) -> str:
        left = len(self.review.questions) + max(0, self.review.total - self.loaded)
        done = f"{self.review.decided} decided, {left:,} left."
        after = " They count from the next build on: crosstie build" if self.review.decided else ""
        return f"{done}{after}"


def chosen(given: str, records: tuple[str, ...]) -> list[str] | None:
    """The records that a person named by numbers or ids; None for all. UsageError for what is neither."""
    words = given.replace(",", " ").split()
    if [word.casefold() for word in words] == ["all"]:
        return None
    found = []
    for word in words:
        if word in records:
            found.append(word)
        elif word.isdecimal() and 1 <= int(word) <= len(records):
            found.append(records[int(word) - 1])
        else:
            raise UsageError(f"“{screens.clean(word)}” is no record of this entity", hint=f"Give numbers from 1 to {len(records)}.")
    return found
