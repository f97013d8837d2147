"""Compiled kernels are kept on disk, and made anew when anything that they are made of has changed.

numba looks at the file of a kernel alone. What a kernel calls is compiled into it, and constants are frozen there, wherever they come from: after
an upgrade in place old code would go on running inside new code. So the stamp of a kernel covers the version of crosstie, its own file, the files
of the kernels that it imports, and so on, and whatever else of crosstie these import themselves.

Where kernels are kept is numba's business: in the folder that NUMBA_CACHE_DIR names, else beside the source, or with the user's caches.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba.core.config
from numba.core import caching

from crosstie import __version__

_HOME = Path(__file__).parent
_IMPORT = re.compile(r"^(?:from\s+(crosstie[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)|import\s+(crosstie[\w.]*))", re.MULTILINE)
_KERNELS = re.compile(r"^(?:from|import)\s+numba\b", re.MULTILINE)
#: Behind the imports of a file.
_REST = re.compile(r"^(?:def|class|@)", re.MULTILINE)


def stamp(path: Path) -> str:
    """What tells whether a kernel in this file of crosstie is still what was compiled: the same for the same sources, wherever they lie."""
    made = sha256(__version__.encode())
    for file in sorted(_made_of(path)):
        made.update(f"\0{file.relative_to(_HOME).as_posix()}\0".encode() + _read(file).encode())
    return made.hexdigest()


def _made_of(path: Path) -> set[Path]:
    """The file itself and what it is made of."""
    found, waiting = {path}, [path]
    while waiting:
        for file in _imported(waiting.pop()) - found:
            found.add(file)
            if _KERNELS.search(_head(file)):
                waiting.append(file)
    return found


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _head(path: Path) -> str:
    text = _read(path)
    rest = _REST.search(text)
    return text[: rest.start()] if rest else text


@cache
def _imported(path: Path) -> frozenset[Path]:
    """The files of crosstie that a file imports when it is imported."""
    files = set()
    for module, names, plain in _IMPORT.findall(_head(path)):
        folder = _HOME.joinpath(*(module or plain).split(".")[1:])
        if folder.is_dir():
            files |= {folder / "__init__.py", *(folder / f"{name}.py" for name in re.findall(r"\w+", names))}
        else:
            files.add(folder.with_suffix(".py"))
    return frozenset(file for file in files if file.is_file())


class _Stamped:
    """A place for compiled kernels where those of crosstie bear its own stamp; those of others are as numba has them."""

    _py_file: str

    def get_source_stamp(self) -> Any:
        """What has to be the same for a kernel on disk to be used."""
        path = Path(self._py_file)
        return stamp(path) if path.is_relative_to(_HOME) and path.is_file() else super().get_source_stamp()  # type: ignore[misc]


class Given(_Stamped, caching.UserProvidedCacheLocator):
    """The folder that NUMBA_CACHE_DIR names."""


class Beside(_Stamped, caching.InTreeCacheLocator):
    """Beside the source, where that can be written."""


class OfUser(_Stamped, caching.UserWideCacheLocator):
    """With the user's caches."""


_config: Any = numba.core.config
# who names places for himself is obeyed; before 0.62 numba knows none but its own
if not getattr(_config, "CACHE_LOCATOR_CLASSES", ""):
    _config.CACHE_LOCATOR_CLASSES = ",".join(
        [*(f"{__name__}.{one.__name__}" for one in (Given, Beside, OfUser)), "IPythonCacheLocator", "ZipCacheLocator"]
    )
