from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crosstie.graph import layout
from crosstie.graph.svg import COLOURS, MOST_NODES, Event, Node, Step, path_svg, timeline_svg

SPACE = "{http://www.w3.org/2000/svg}"
words = st.text(max_size=60)
dates = st.one_of(st.none(), st.sampled_from(["1971", "2004-05", "2011-02-03", "9999", "soon", "2011-02-30"]))
spheres = st.sampled_from([(), ("crime",), ("terror",), ("crime", "terror")])


def parsed(svg: str) -> Any:
    return etree.fromstring(svg.encode("utf-8"))


@given(
    st.lists(
        st.builds(Node, st.sampled_from("abcdefgh"), words, st.sampled_from(["Person", "Company", "BankAccount", "Vessel", "?"]), spheres),
        max_size=8,
    ),
    st.lists(st.builds(Step, st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), words, words, dates, dates), max_size=12),
    words,
)
def test_any_names_give_a_well_formed_picture(nodes: list[Node], steps: list[Step], title: str) -> None:
    svg = path_svg(nodes, steps, title=title)
    assert svg == path_svg(nodes, steps, title=title)
    root = parsed(svg)
    assert root[0].tag == f"{SPACE}title"
    assert root[1].tag == f"{SPACE}desc"


@given(st.lists(st.builds(Event, words, words, dates, dates, st.sampled_from(["crime", "terror", "step", ""])), max_size=8))
def test_any_events_give_a_well_formed_timeline(events: list[Event]) -> None:
    parsed(timeline_svg(events))


def test_nothing_in_a_name_can_act() -> None:
    evil = '</text><script>alert("x")</script><image href="http://x"/>'
    svg = path_svg([Node("a", evil, "Person", ("crime",)), Node("b", evil, evil)], [Step("a", "b", evil, evil)], title=evil)
    root = parsed(svg)
    assert {element.tag.removeprefix(SPACE) for element in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "g",
        "rect",
        "polygon",
        "polyline",
        "text",
    }
    assert not [name for element in root.iter() for name in element.attrib if "href" in name or name.startswith("on")]


def test_crime_stands_on_the_left_and_terror_on_the_right() -> None:
    nodes = ["a", "b", "c", "d", "z"]
    steps = [("a", "b"), ("b", "c"), ("c", "z"), ("a", "d"), ("d", "z")]
    column = layout.layers(nodes, steps, ["a"], ["z"])
    assert column == {"a": 0, "b": 1, "d": 1, "c": 2, "z": 3}
    assert list(layout.bends(steps, column)[("d", "z")]) == ["\x00d\x00z\x002"]
    assert layout.order(nodes, steps, column)[0] == ["a"]


def test_rows_are_ordered_so_that_lines_do_not_cross() -> None:
    nodes = ["a", "b", "y", "x"]
    rows = layout.order(nodes, [("a", "x"), ("b", "y")], {"a": 0, "b": 0, "x": 1, "y": 1})
    assert rows in ([["a", "b"], ["x", "y"]], [["b", "a"], ["y", "x"]])


def test_a_label_is_wrapped_and_cut() -> None:
    assert layout.wrap("one two three", 7, 3) == ["one two", "three"]
    assert layout.wrap("abcdefghij", 5, 3) == ["abcd-", "efgh-", "ij"]
    assert layout.wrap("one two three four", 5, 2) == ["one", "two…"]
    assert layout.wrap("", 5, 2) == [""]


def test_what_is_not_drawn_is_said() -> None:
    svg = path_svg([Node(str(n), f"N{n}", "Person") for n in range(MOST_NODES + 3)], [], title="many")
    assert "3 more not drawn" in svg


def test_a_year_is_a_bar_and_a_day_is_a_mark() -> None:
    bar = parsed(timeline_svg([Event("a", "x", "2004"), Event("a", "y", "1990-01-01")]))
    assert len(bar.findall(f".//{SPACE}rect")) == 1
    assert len(bar.findall(f".//{SPACE}polygon")) == 1
    assert "No event has a date" in timeline_svg([Event("a", "x", None)])


def test_text_can_be_read_on_every_colour() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for fill, line in COLOURS.values():
        assert (light(fill) + 0.05) / (light("#1b2430") + 0.05) > 7
        assert 1.05 / (light(line) + 0.05) > 4.5
