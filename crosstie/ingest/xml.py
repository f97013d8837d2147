"""Records of an XML file of any size, one by one, in flat memory; nothing outside the file is ever touched."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from lxml import etree

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.encoding import byte_order, clean, declared
from crosstie.ingest.reader import Original

#: no record of any list comes near; what is between two records counts too
MAX_RECORD = 64 << 20
_MAX_PROLOG = 1 << 20
_PROLOG = re.compile(rb"(?:\s+|<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->)*")
_DECLARATION = re.compile(rb"\A\s*<\?xml\s[^>]*\?>")


def records(original: Original, tags: Collection[str], out: Emitter) -> Iterator[tuple[str, etree._Element]]:
    """Each outermost element of one of these local names with its place (`INDIVIDUAL[17]`), namespaces ignored.

    The element is good until the next one is asked for. DamagedFile where the file is not well-formed or ends too early: what was yielded
    before is then half a list, and to be thrown away. HostileFile for document types, entities and elements without end.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=[f"{{*}}{tag}" for tag in tags],
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    counts: dict[str, int] = dict.fromkeys(tags, 0)
    depth = 0
    since = 0
    try:
        for chunk in _guarded(original, out):
            parser.feed(chunk)
            since += len(chunk)
            for event, element in parser.read_events():
                since = 0
                if event == "start":
                    depth += 1
                    continue
                depth -= 1
                if depth:
                    continue
                tag = local(element)
                counts[tag] += 1
                yield f"{tag}[{counts[tag]}]", element
                _forget(element)
            if since > MAX_RECORD:
                raise HostileFile(f"{original.name}: {since >> 20} MiB without the end of a record ({_after(counts)})")
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _plain(original, error, counts) from error


def root(original: Original) -> tuple[str, dict[str, str]]:
    """The local name and the attributes of the document element; DamagedFile where there is none."""
    parser = etree.XMLPullParser(events=("start",), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        for chunk in _guarded(original, None):
            parser.feed(chunk)
            for _, element in parser.read_events():
                return local(element), {local_name(str(name)): str(value) for name, value in element.attrib.items()}
    except etree.XMLSyntaxError as error:
        raise _plain(original, error, {}) from error
    raise DamagedFile(f"{original.name}: no XML element in the file")


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    tag: Any = element.tag
    return local_name(tag)


def texts(element: etree._Element) -> dict[str, str]:
    """What the children of an element say, by their local names, stripped; a child without text of its own is left out."""
    said: dict[str, str] = {}
    for child in element:
        # once each: every look at an element makes new strings of what libxml2 holds
        text = child.text
        if text and (text := text.strip()):
            tag: Any = child.tag
            said[local_name(tag)] = text
    return said


@lru_cache(maxsize=10_000)
def local_name(name: str) -> str:
    """A name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]


def _guarded(original: Original, out: Emitter | None) -> Iterator[bytes]:
    """Clean UTF-8 whose beginning holds no document type."""
    with original.open() as stream:
        head = stream.read(4096)
    if not head:
        raise DamagedFile(f"{original.name}: the file is empty")
    found, mark = byte_order(head)
    encoding = found or declared(head) or "utf-8"
    prolog = b""
    begun = False
    for chunk in clean(original, out, encoding=encoding, skip=mark, markup=True):
        if begun:
            yield chunk
            continue
        prolog += chunk
        match = _PROLOG.match(prolog)
        start = match.end() if match else 0
        rest = prolog[start : start + 9]
        if rest.upper() == b"<!DOCTYPE":
            line = prolog.count(b"\n", 0, start) + 1
            raise HostileFile(
                f"{original.name}: a document type declaration at line {line}; lists have none, attacks do",
                hint="If the file is trustworthy, remove the <!DOCTYPE ...> part and add it again.",
            )
        if len(rest) == 9:
            begun = True
            yield _DECLARATION.sub(lambda found: b" " * len(found[0]), prolog) if encoding != "utf-8" else prolog
        elif len(prolog) > _MAX_PROLOG:
            raise HostileFile(f"{original.name}: no element in the first {_MAX_PROLOG >> 20} MiB")
    if not begun:
        yield prolog


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _plain(original: Original, error: etree.XMLSyntaxError, counts: dict[str, int]) -> DamagedFile | HostileFile:
    line, column = error.position
    said = (error.msg or "").split(", line ")[0]
    if "XML_PARSE_HUGE" in said or "too big" in said or "too long" in said or ("entity" in said.lower() and "loop" in said):
        return HostileFile(f"{original.name}: {said.split(', use')[0].split(', try')[0]}, line {line}, column {column}")
    short = "premature end" in said.lower() or "Document is empty" in said
    what = "the file ends too early" if short else said
    return DamagedFile(
        f"{original.name}: {what}, line {line}, column {column} ({_after(counts)}); nothing of it was kept",
        hint="Fetch the file again; a list that is cut short would look like delistings.",
    )


def _after(counts: dict[str, int]) -> str:
    read = ", ".join(f"{count} {tag}" for tag, count in counts.items() if count)
    return f"after {read}" if read else "before the first record"
