"""Where the lenses lie: those of crosstie itself and those that other packages bring. Nothing of a lens is read, so that whoever only lists them waits
for nothing.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from crosstie.errors import LensError

#: The manifest of a lens.
FILE = "lens.yaml"
GROUP = "crosstie.lenses"
FOLDER = Path(__file__).parents[1] / "lenses"


def folders() -> dict[str, tuple[Path, str]]:
    """Folder and package of each lens, by name: those of this package and of the entry points of the group `crosstie.lenses`. LensError where an entry
    point leads nowhere, or two lenses bear one name.
    """
    found = {path.parent.name: (path.parent, f"{GROUP}.{path.parent.name}") for path in sorted(FOLDER.glob(f"[!_]*/{FILE}"))}
    for point in entry_points(group=GROUP):
        folder = _folder(point.value)
        if folder is None or not (folder / FILE).is_file():
            raise LensError(
                f"entry point {point.name}: no lens at {point.value}", hint="Reinstall the package that brings it, or remove it."
            )
        known = found.setdefault(point.name, (folder, point.value))
        if known[0].resolve() != folder.resolve():
            raise LensError(f"two lenses are called {point.name}: {known[0]} and {folder}")
    return dict(sorted(found.items()))


def _folder(package: str) -> Path | None:
    """Where the package of a lens lies; the packages around it are imported, it is not."""
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:
        return None
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
