"""A person at a real pseudo-terminal: reads the screen, presses keys when the program waits for them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CLEAR = "\x1b[2J"


class Terminal:
    """A program in a pseudo-terminal of a size. `written` is all that it wrote."""

    def __init__(self, *arguments: str | Path, size: tuple[int, int] = (80, 24), **environment: str) -> None:
        self.written = ""
        self._bytes = b""
        self._pid, self._file = pty.fork()
        if self._pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            given = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")}
            os.execve(
                sys.executable,
                [sys.executable, "-m", "crosstie", *map(str, arguments)],
                {**given, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
            )

    def screen(self) -> str:
        """What stands on the screen now: what was written since it was last cleared, without colours."""
        return _ESCAPES.sub("", self.written.rsplit(_CLEAR, 1)[-1]).replace("\r", "")

    def press(self, key: str, shows: str) -> str:
        """Press a key once the program reads keys, and wait until the screen shows a text; the screen."""
        self._until(lambda: not self._line_mode(), "keys are read")
        before = len(self.written)
        os.write(self._file, key.encode())
        self._until(lambda: shows in _ESCAPES.sub("", self.written[before:]).replace("\r", ""), shows)
        self._until(lambda: not self._line_mode() or self._asked(), "the next key is read")
        return self.screen()

    def type(self, line: str, shows: str) -> str:
        """Answer a question for a line of text, and wait until the screen shows a text."""
        before = len(self.written)
        os.write(self._file, f"{line}\r".encode())
        self._until(lambda: shows in _ESCAPES.sub("", self.written[before:]).replace("\r", ""), shows)
        return self.screen()

    def begins(self, shows: str = "y same") -> str:
        """Wait for the first screen."""
        self._until(lambda: shows in self.written, shows)
        return self.screen()

    def end(self, key: str = "q") -> tuple[str, int]:
        """Press the key that ends the program; what it said last, and its exit code."""
        self._until(lambda: not self._line_mode(), "keys are read")
        before = len(self.written)
        os.write(self._file, key.encode())
        code = self.exited()
        return _ESCAPES.sub("", self.written[before:]), code

    def hang_up(self) -> None:
        """Close the terminal while the program waits for a key, and wait until it has ended."""
        os.close(self._file)
        os.waitpid(self._pid, 0)

    def exited(self) -> int:
        """Read on until the program has ended; its exit code."""
        while self._read(60):
            pass
        os.close(self._file)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _asked(self) -> bool:
        return self.written.rstrip(" ").endswith(":")

    def _line_mode(self) -> bool:
        return bool(termios.tcgetattr(self._file)[3] & termios.ICANON)

    def _until(self, reached: Callable[[], bool], what: str) -> None:
        last = time.monotonic() + 60
        while not reached():
            if time.monotonic() > last or not self._read(0.05, patient=True):
                raise AssertionError(f"waited in vain for “{what}”; the screen shows:\n{self.screen()}")

    def _read(self, seconds: float, *, patient: bool = False) -> bool:
        """Read what there is; False at the end, or (not patient) where nothing came in time."""
        ready, _, _ = select.select([self._file], [], [], seconds)
        if not ready:
            return patient
        try:
            came = os.read(self._file, 65_536)
        except OSError:  # Linux says so where the other end is closed
            return False
        self._bytes += came
        self.written = self._bytes.decode("utf-8", "replace")
        return bool(came)
