"""Customs declarations as XML, by the names of their elements (data/sad.yaml): the single administrative document and its kin."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from crosstie.ingest import xml
from crosstie.ingest.cells import Cells
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.once import Once
from crosstie.ingest.pieces import Piece, piece_of
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.resources.reading.kinds import cells, layout
from crosstie.lenses.resources.reading.rows import apart
from crosstie.lenses.resources.reading.shipments import consign

_DATA = Path(__file__).parents[1] / "data" / "sad.yaml"
#: items gathered before they are handed on
_BATCH = 5_000
#: an element that says “nothing” in ASYCUDA's own way
_NULLS = ("", "null")
Item = dict[str, str]


class DeclarationXml:
    """Reads one declaration or many in a file."""

    name = "declaration-xml"
    title = "Customs declarations (single administrative document, ASYCUDA-like), XML"
    profile = Profile("customs", "declarations", "Customs", "B2", "TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.2))

    def recognises(self, head: Head) -> bool:
        """By its document element and an element of goods in the beginning."""
        if head.media != "xml" or (head.root or "").casefold() not in _known()["roots"]:
            return False
        return any(
            word in head.text
            for word in ("Traders", "Tarification", "GoodsItem", "Commodity", "HScode", "GoodsShipment", *_known()["items"])
        )

    def read(self, original: Original, out: Emitter) -> None:
        """A shipment for each item of each declaration."""
        reading, once = cells(), Once(out)
        out.series = apart(original, out)
        waiting: list[Item] = []
        for place, declaration in xml.records(original, _known()["declarations"], out):
            found = list(_items(place, declaration))
            if not found:
                out.record(place)
                out.reject("a declaration without items")
            out.records += len(found)
            waiting += found
            if len(waiting) >= _BATCH:
                consign(_rows(waiting, reading, out, once))
                waiting = []
        if waiting:
            consign(_rows(waiting, reading, out, once))


def _items(place: str, declaration: etree._Element) -> Iterator[Item]:
    wanted = {name.casefold() for name in _known()["items"]}
    items = [one for one in declaration.iter() if isinstance(one.tag, str) and xml.local(one).casefold() in wanted]
    head = dict(_paths(declaration, skip=wanted))
    boxes = [text for path, text in _paths(declaration) if any(_ends(path, tail) for tail in _known()["containers"])]
    for number, item in enumerate(items, 1):
        own = dict(_paths(item))
        found = {
            name: text
            for name, tails in _known()["fields"].items()
            if (text := _first(own, tails) or (name != "item" and _first(head, tails)))
        }
        if boxes:
            found["container"] = ",".join(boxes)
        if found.get("functioncode") == "1":
            found["status"] = "cancelled"
        yield found | {"item": found.get("item", str(number)), "": f"{place}/item[{number}]"}


def _paths(element: etree._Element, skip: set[str] | None = None, above: str = "") -> Iterator[tuple[str, str]]:
    """Every text below an element with the path of its names, in small letters; the last of two with one path counts."""
    tag = xml.local(element).casefold()
    path = f"{above}/{tag}"
    text = (element.text or "").strip()
    if text.casefold() not in _NULLS:
        yield path, text
    for name, value in element.attrib.items():
        if str(value).strip():
            yield f"{path}/{xml.local_name(str(name)).casefold()}", str(value).strip()
    for child in element:
        if isinstance(child.tag, str) and (skip is None or xml.local(child).casefold() not in skip):
            yield from _paths(child, skip, path)


def _first(said: dict[str, str], tails: list[str]) -> str | None:
    return next((text for tail in tails for path, text in said.items() if _ends(path, tail)), None)


def _ends(path: str, tail: str) -> bool:
    return path.endswith(f"/{tail}")


def _rows(items: list[Item], reading: Cells, out: Emitter, once: Once) -> Piece:
    places = [item.pop("") for item in items]
    return piece_of(items, places, {}, layout("consignments"), reading, out, once)


@cache
def _known() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return found


READER = DeclarationXml()
