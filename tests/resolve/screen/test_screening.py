from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crosstie.errors import IntegrityError, NotFound
from crosstie.resolve.names import Kind
from crosstie.resolve.screen import index as indexes
from crosstie.resolve.screen.hits import candidates, screen
from crosstie.resolve.screen.index import Index, Listed
from crosstie.resolve.screen.likes import KEPT, PART_ALIKE, find_like
from crosstie.resolve.screen.queries import Query, prepare
from crosstie.resolve.screen.words import spelled

LISTED: list[tuple[str, Kind, list[str]]] = [
    ("e1", "person", ["Zubayr Qaddumi al-Harthi", "Abu Zubayr"]),
    ("e2", "person", ["Wolodymyr Hrynkewytsch"]),
    ("e3", "person", ["Mohammed Ali"]),
    ("e4", "person", ["Mohammed Hassan"]),
    ("e5", "organization", ["Golden Lantern Trading Company Ltd"]),
    ("e6", "organization", ["Brotherhood of the Silver River"]),
    ("e7", "thing", ["Sea Falcon 7"]),
    *[
        (f"m{number}", "person", [f"Mohammed Ahmed {family}"])
        for number, family in enumerate(("Tarzi", "Bukhari", "Lodi", "Mirza", "Wazir"))
    ],
]
#: Scores are those of `compare`; what is asked here is who is found, so that everything found is shown.
ALL = 0.0


@pytest.fixture(scope="module")
def index() -> Index:
    said = '{"originator": "office", "source_id": "s", "locator": "row 1", "grade": "B2", "marking": "TLP:AMBER"}'
    return Index.build(
        Listed(entity, kind, [(name, place > 0, said) for place, name in enumerate(names)], [], {"id": entity, "caption": names[0]})
        for entity, kind, names in LISTED
    )


def found(index: Index, *names: str) -> list[list[str]]:
    return [[hit.entity_id for hit in hits] for hits in screen(index, [Query(name) for name in names], threshold=ALL)]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Zubayr Qaddumi al-Harthi", "e1"),
        ("AL HARTHI, Zubair Qadumi", "e1"),
        ("زبير قدومي الحارثي", "e1"),
        ("Володимир Гринкевич", "e2"),
        ("Volodymyr Hrynkevych", "e2"),
        ("volodymyrhrynkevych", "e2"),
        ("Golden Lantern Trading", "e5"),
        ("GoldenLantern Tradng Co", "e5"),
        ("Silver River Brotherhood", "e6"),
        ("sea falcon 7", "e7"),
        ("Mohammed Bukhari", "m1"),
        ("Zu\u200bbayr \u202eQaddumi\u202c al-Harthi", "e1"),
        ("Zubаyr Qaddumi аl-Harthi", "e1"),  # Cyrillic а
    ],
)
def test_a_name_is_found_in_any_spelling_order_and_script(index: Index, asked: str, meant: str) -> None:
    assert found(index, asked)[0][0] == meant


@pytest.mark.parametrize("nothing", ["", " ", "-", "…", "的", "x", "al", "bin al", "\u200b", "😀"])
def test_a_name_that_says_nothing_is_answered(index: Index, nothing: str) -> None:
    assert isinstance(screen(index, [Query(nothing)])[0], list)


def test_a_name_of_a_hundred_thousand_letters_is_answered(index: Index) -> None:
    long = ["a" * 100_000, "ab " * 33_000, "Zubayr Qaddumi al-Harthi " + "م" * 100_000]
    assert len(found(index, *long)) == 3


def test_answers_do_not_depend_on_the_batch(index: Index) -> None:
    names = ["Zubair Harthi", "", "Mohammed", "Golden Lantern", "Volodymyr"] * 3
    assert found(index, *names) == [found(index, name)[0] for name in names]


def test_a_common_name_alone_finds_the_shortest_first(index: Index) -> None:
    forms = candidates(index, prepare([Query("Mohammed")], index)).forms
    listed = [index.written[form] for form in forms[0] if form >= 0]
    assert set(listed[:2]) == {"Mohammed Ali", "Mohammed Hassan"}
    assert len(listed) == 7


def test_reasons_say_what_agrees_what_differs_and_how_rare_it_is(index: Index) -> None:
    [hits] = screen(index, [Query("Zubair Harthi Lodi")], threshold=ALL)
    text = " ".join(next(hit for hit in hits if hit.entity_id == "e1").reasons)
    assert "The same: harthi." in text
    assert "“zubair” sounds like “zubayr”." in text
    assert "Only asked for: lodi." in text
    assert "Only listed: qaddumi." in text
    assert "of 13 listed names have it" in text


def test_a_weak_name_is_called_weak_and_never_scores_high(index: Index) -> None:
    [hits] = screen(index, [Query("Abu Zubayr")], threshold=ALL)
    hit = next(hit for hit in hits if hit.entity_id == "e1")
    assert hit.weak
    assert hit.score <= 0.8
    assert "The list itself calls this name weak." in hit.reasons


def test_a_hit_says_who_says_so_and_how_it_may_be_handled(index: Index) -> None:
    [hits] = screen(index, [Query("Zubayr Qaddumi al-Harthi")], threshold=ALL)
    assert hits[0].said_by == {"originator": "office", "source_id": "s", "locator": "row 1", "grade": "B2", "marking": "TLP:AMBER"}


def test_what_is_known_beside_the_name_raises_and_lowers_and_is_said() -> None:
    card = {"id": "p", "caption": "Tarik Velbaz", "births": ["1971-05-12"], "countries": ["xx", "ly"], "genders": ["male"]}
    index = Index.build([Listed("p", "person", [("Tarik Velbaz", False, "")], ["AB123456"], card)])
    name = "Tarik Welbas"
    plain, same, swapped, other, woman, missing = (
        hits[0]
        for hits in screen(
            index,
            [
                Query(name),
                Query(name, born=("1971-05-12",), countries=("ly",)),
                Query(name, born=("1971-12-05",)),
                Query(name, born=("1950-01-02",)),
                Query(name, gender="female"),
                Query(name, nationalities=()),
            ],
            threshold=ALL,
        )
    )
    assert other.score < plain.score < swapped.score < same.score
    assert woman.score < plain.score
    assert missing.score == plain.score
    assert any("the same day" in reason for reason in same.reasons)
    assert any("day and month swapped" in reason for reason in swapped.reasons)
    assert any("more than three years apart" in reason for reason in other.reasons)
    assert any("Other gender" in reason for reason in woman.reasons)


@pytest.mark.parametrize("count", [1, 30])  # one by one, and together
@pytest.mark.parametrize("kind", ["person", "any"])
def test_a_family_name_that_was_put_first_leaves_no_particle_dangling(count: int, kind: Kind) -> None:
    listed = Index.of(["Velbaz Abu Qorvani", "Tarik Velbaz", "Abu Lendari"], ["a", "b", "c"], ["person"] * 3)
    queries = [Query("Qorvani Velbaz Abu", kind)] * count
    for hits in screen(listed, queries):
        assert [hit.entity_id for hit in hits] == ["a"]
        assert "Only asked for" not in " ".join(hits[0].reasons)


@pytest.mark.parametrize(
    ("asked", "sure"), [("Velmark Compahy", True), ("Velmark Limitedliability Copmany", True), ("Velmark Tangerine", False)]
)
def test_a_misspelt_legal_form_tells_no_two_organisations_apart(asked: str, sure: bool) -> None:
    listed = Index.of(["Velmark Company", "Qorvani Company"], ["a", "b"], ["organization"] * 2)
    [hits] = screen(listed, [Query(asked, "organization")], threshold=ALL)
    assert hits[0].entity_id == "a"
    [whole] = screen(listed, [Query("Velmark Company", "organization")], threshold=ALL)
    assert (hits[0].score == whole[0].score) is sure


def test_an_identifier_finds_whom_it_belongs_to_under_any_name() -> None:
    index = Index.build([Listed("p", "person", [("Tarik Velbaz", False, "")], ["AB123456"], {"id": "p", "caption": "Tarik Velbaz"})])
    [hits, none] = screen(index, [Query("Xu Guozhang", identifiers=(("AB123456", "AB 123-456"),)), Query("Xu Guozhang")])
    assert [hit.entity_id for hit in hits] == ["p"]
    assert "AB 123-456" in hits[0].reasons[0]
    assert "names do not agree" in hits[0].reasons[0]
    assert none == []
    assert b"AB123456" not in index.identifiers.tobytes()


def test_equals_are_ordered_by_support() -> None:
    index = Index.build(
        Listed(name, "person", [("Tarik Velbaz", False, "")], [], {"id": name, "caption": name}, support)
        for name, support in (("a", 1), ("b", 3))
    )
    assert found(index, "Tarik Velbaz") == [["b", "a"]]


def test_an_index_is_the_same_from_its_file_and_the_same_bytes_twice(index: Index, tmp_path: Path) -> None:
    index.write(tmp_path / "one")
    Index.open(tmp_path / "one").write(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    names = ["Zubair Harthi", "Володимир Гринкевич"]
    queries = [Query(name) for name in names]
    assert screen(Index.open(tmp_path / "one"), queries, threshold=ALL) == screen(index, queries, threshold=ALL)


def test_an_index_of_nobody_answers_nobody(tmp_path: Path) -> None:
    Index.build([]).write(tmp_path / "empty")
    assert screen(Index.open(tmp_path / "empty"), [Query("Tarik Velbaz"), Query("")]) == [[], []]


def test_an_index_that_is_missing_cut_changed_or_of_another_version_is_refused(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound, match="no index for screening"):
        Index.open(tmp_path / "none")
    index.write(tmp_path / "good")
    whole = (tmp_path / "good").read_bytes()
    for name, damaged in (
        ("cut", whole[:-8]),
        ("changed", whole.replace(b'"version":', b'"version":9', 1)),
        ("none", b""),
        ("else", b"PAR1"),
    ):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(IntegrityError, match="cannot be read"):
            Index.open(tmp_path / name)
    monkeypatch.setattr(indexes, "VERSION", 0)
    with pytest.raises(NotFound, match="has version"):
        Index.open(tmp_path / "good")


def test_likes_are_the_nearest_tokens_best_first(index: Index) -> None:
    asked = prepare([Query("Zubair hrynkewytschwolodymyr")], index)
    likes = find_like(asked.side, index.side, index.grams)
    words = {}
    for number, label in enumerate(asked.labels):
        at = slice(likes.start[number], likes.start[number + 1])
        assert at.stop - at.start <= KEPT
        assert np.all(np.diff(np.abs(likes.alike[at])) <= 0)
        words[label] = {spelled(index.side.words, token): alike for token, alike in zip(likes.tokens[at], likes.alike[at], strict=True)}
    assert max(words["zubair"], key=lambda token: words["zubair"][token]) == "zubayr"
    joined = words["hrynkewytschwolodymyr"]
    assert joined["hrynkewytsch"] <= -PART_ALIKE
    assert joined["wolodymyr"] <= -PART_ALIKE


def test_plain_names_make_an_index() -> None:
    index = Index.of(["Tarik Velbaz", "T. Velbaz", "Golden Lantern"], ["a", "a", "b"])
    assert index.entities == 2
    assert index.names == 3
    assert found(index, "Velbaz Tarik")[0][0] == "a"


@pytest.mark.parametrize("name", ["Wolodymyrhryn kewytsch", "Wo lodymyr Hrynke wytsch", "Wlodmir Grinkevitsh", "WolodymyrHrynkewytsch"])
def test_parts_that_run_together_or_fall_apart_are_found_as_a_whole(index: Index, name: str) -> None:
    asked = prepare([Query(name)], index)
    forms = candidates(index, asked).forms
    entity = index.postings.entity[forms[0][forms[0] >= 0]]
    assert "Hrynkewytsch" in {index.card(int(one))["caption"].split()[-1] for one in entity[:3]}
    assert len(set(forms[0][forms[0] >= 0].tolist())) == (forms[0] >= 0).sum()


def test_many_names_are_read_as_one_by_one(index: Index) -> None:
    names = [
        "Golden Lantern Shipping Co. Ltd.",
        "Tarik al-Velbaz",
        "",
        "…",
        "محمد القدومي",
        "Володимир Гринкевич",
        "A & B 7",
        "Ould Abd Errahmane",
    ]
    queries = [Query(name, kind) for name in names for kind in ("any", "person", "organization", "thing")]
    assert len(queries) > 20
    many = prepare(queries, index)
    place = 0
    for number, query in enumerate(queries):
        one = prepare([query], index)
        for form in range(len(one.query)):
            spelled = [
                [side.labels[token] for token in side.side.names.tokens[slice(*side.side.names.token_start[at : at + 2])]]
                for side, at in ((one, form), (many, place))
            ]
            assert spelled[0] == spelled[1], query
            assert (many.query[place], many.kind[place]) == (number, one.kind[form]), query
            place += 1
    assert place == len(many.query)
