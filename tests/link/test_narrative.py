"""The narrative tagger: sentences invented for the purpose, six languages, and the table that comes of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.errors import LensError
from crosstie.link.activities import read_lexicon, unowned
from crosstie.link.narrative import Tagger, tag
from crosstie.link.phrases import Phrases, words_of
from crosstie.link.sentences import language, sentences
from crosstie.model.lexicon import Activity, Sphere, Term
from crosstie.model.tables import CLAIM, MENTION
from crosstie.store.engine import Engine

KIDNAPPING = Activity(
    "kidnapping",
    "Kidnapping",
    Sphere.CRIME,
    "test",
    (
        Term("kidnap*", "en"),
        Term("enlèvement*|kidnapp*", "fr"),
        Term("secuestr*", "es"),
        Term("خطف", "ar"),
        Term("похищен*", "ru"),
        Term("绑架", "zh"),
    ),
)
ACTIVITIES = (*unowned(), KIDNAPPING)
TAGGER = Tagger(ACTIVITIES)

# sentence, [(activity, mode)]
CASES = [
    ("Involved in drug trafficking in the northern valleys.", [("drugs.trafficking", "asserted")]),
    ("Runs two heroin laboratories for the group.", [("drugs.trafficking", "asserted")]),
    ("Is a drug addict who was treated in a clinic.", []),
    ("In the opinion of the panel he raised his arms.", []),
    ("Lost both arms in the war and needs drugs against pain.", []),
    ("Convicted of trafficking in arms, drugs and stolen cars.", [("arms.trafficking", "asserted"), ("drugs.trafficking", "asserted")]),
    ("Allegedly trafficked cocaine through the port.", [("drugs.trafficking", "alleged")]),
    ("He is suspected of having organised the smuggling of migrants.", [("migrants.smuggling", "alleged")]),
    ("Charged with bribery and human trafficking.", [("corruption", "alleged"), ("persons.trafficking", "alleged")]),
    ("Arrested on drug trafficking charges in 2004.", [("drugs.trafficking", "alleged")]),
    (
        "Accused of bribery in 2001, he was later convicted of drug trafficking.",
        [("corruption", "alleged"), ("drugs.trafficking", "asserted")],
    ),
    ("There is no evidence of drug trafficking.", [("drugs.trafficking", "negated")]),
    ("He denied any part in the arms smuggling.", [("arms.trafficking", "negated")]),
    ("Was acquitted of bribery.", [("corruption", "negated")]),
    ("Not only a bomb maker but a drug trafficker.", [("terrorism.attack", "asserted"), ("drugs.trafficking", "asserted")]),
    ("Taliban Deputy Minister of Counter Narcotics Trafficking.", [("drugs.trafficking", "negated")]),
    ("Headed the anti-drug trafficking department of the province.", [("drugs.trafficking", "negated")]),
    ("Took part in the fight against human trafficking.", [("persons.trafficking", "negated")]),
    ("Head of the drug trafficking squad of the police.", [("drugs.trafficking", "negated")]),
    ("She is a victim of human trafficking.", [("persons.trafficking", "victim")]),
    ("The engineer was kidnapped in 2010 and freed a year later.", [("kidnapping", "victim")]),
    ("Kidnapped four engineers in 2010.", [("kidnapping", "asserted")]),
    ("Brother of the drug trafficker Aro Velmi.", []),
    ("Son of Aro Velmi, who trafficks heroin.", []),
    ("Brother of Aro Velmi and involved in drug trafficking.", [("drugs.trafficking", "asserted")]),
    ("Collects money from drug traffickers.", [("drugs.trafficking", "alleged")]),
    ("Leads a committee (not listed), which engages in bribery.", [("corruption", "asserted")]),
    ("Impliqué dans le trafic de stupéfiants et d'armes.", [("drugs.trafficking", "asserted"), ("arms.trafficking", "asserted")]),
    ("Il est soupçonné de trafic d'armes dans la région.", [("arms.trafficking", "alleged")]),
    ("La brigade de lutte contre le trafic de drogue l'a entendu.", [("drugs.trafficking", "negated")]),
    ("Il a été kidnappé par des inconnus.", [("kidnapping", "victim")]),
    ("Dirige una red de tráfico de cocaína en la costa.", [("drugs.trafficking", "asserted")]),
    ("Presunto responsable del tráfico de armas para los rebeldes.", [("arms.trafficking", "alleged")]),
    ("Fue absuelto de los cargos de soborno en el juicio.", [("corruption", "negated")]),
    ("La maestra fue secuestrada por una banda.", [("kidnapping", "victim")]),
    ("متورط في تهريب المخدرات في المنطقة.", [("drugs.trafficking", "asserted")]),
    ("يشتبه في تورطه في تهريب الأسلحة.", [("arms.trafficking", "alleged")]),
    ("مدير مكافحة تهريب المخدرات.", [("drugs.trafficking", "negated")]),
    ("Занимается торговлей наркотиками на границе.", [("drugs.trafficking", "asserted")]),
    ("Подозревается в торговле людьми.", [("persons.trafficking", "alleged")]),
    ("Сотрудник отдела по борьбе с торговлей людьми.", [("persons.trafficking", "negated")]),
    ("他参与走私毒品和武器。", [("arms.trafficking", "asserted"), ("drugs.trafficking", "asserted")]),
    ("他涉嫌贩毒。", [("drugs.trafficking", "alleged")]),
    ("她被绑架后获救。", [("kidnapping", "victim")]),
    ("没有证据表明他贩毒。", [("drugs.trafficking", "negated")]),
]


@pytest.mark.parametrize("text,expected", CASES, ids=[text[:40] for text, _ in CASES])
def test_a_sentence_says_what_a_reader_would_say(text: str, expected: list[tuple[str, str]]) -> None:
    found = [(one.activity.name, one.mode) for one in TAGGER.mentions(text)]
    assert sorted(found) == sorted(expected)


def test_the_sentence_is_the_one_that_holds_the_term() -> None:
    text = "Born in a village. Involved in drug\n   trafficking since 2011. Speaks two languages."
    (one,) = TAGGER.mentions(text)
    assert one.sentence == "Involved in drug\n   trafficking since 2011."
    assert text[one.start : one.end] == one.term == "drug\n   trafficking"


@given(
    st.text(max_size=200), st.sampled_from([text for text, _ in CASES]), st.text(max_size=200), st.sampled_from([None, "eng", "fra", "xx"])
)
def test_spans_slice_to_their_terms(before: str, middle: str, after: str, lang: str | None) -> None:
    text = f"{before} {middle} {after}"
    found = TAGGER.mentions(text, lang)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.term
        assert one.term in one.sentence
        assert one.sentence in text
    by_activity: dict[str, int] = {}
    for one in found:
        assert one.start >= by_activity.get(one.activity.name, 0), "mentions of one activity do not overlap"
        by_activity[one.activity.name] = one.end


@given(st.text(max_size=300))
def test_sentences_part_a_text_without_losing_any_word(text: str) -> None:
    spans = list(sentences(text))
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


@pytest.mark.parametrize(
    "pattern,text,spans",
    [
        ("arms dealer*", "An arms-dealers' fair; arms, dealers; alarms dealer", ["arms-dealers"]),
        ("traffick* ... (drugs|gold)", "trafficking in stolen and raw gold", ["trafficking in stolen and raw gold"]),
        ("traffick* ... gold", "trafficking in a b c d e gold", []),
        ("traffick* ... gold", "trafficking; gold", []),
        ("(bank|mail) fraud*|swindler", "Bank frauds, mail fraud, tax fraud, swindlers", ["Bank frauds", "mail fraud"]),
        ("kidnapping|taken ... hostage", "taken as a hostage; kidnapping", ["taken as a hostage", "kidnapping"]),
        ("((bank|mail) fraud*|theft) ring", "a mail fraud ring, a theft ring", ["mail fraud ring", "theft ring"]),
        ("éxtasis", "EXTASIS", ["EXTASIS"]),
        ("走私", "他走私", ["走私"]),
    ],
)
def test_patterns_match_words(pattern: str, text: str, spans: list[str]) -> None:
    words = words_of(text)
    assert [text[words.starts[hit.first] : words.ends[hit.last - 1]] for hit in Phrases([(pattern, 0)]).find(words)] == spans


@pytest.mark.parametrize("pattern", ["", "|", "a ... ", "a*b", "*", "x*", "(a", "a)", "(a|)"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(LensError):
        Phrases([(pattern, 0)])


def test_a_long_text_of_matches_takes_time_in_proportion() -> None:
    assert 19_500 < len(TAGGER.mentions("not drug trafficking, " * 20_000)) <= 20_000, "a cut may part a term"
    assert TAGGER.mentions("x" * 1_000_000) == []


@pytest.mark.parametrize(
    "text,lang", [("Il est dans la ville", "fr"), ("Está en la ciudad de los reyes", "es"), ("He is in the city", "en"), ("", "en")]
)
def test_the_language_is_told_by_common_words(text: str, lang: str) -> None:
    assert language(words_of(text), None) == lang


def test_a_stated_language_wins_over_the_guess() -> None:
    assert language(words_of("de la"), "spa") == "es"
    assert language(words_of("город"), "eng") == "ru"


@pytest.mark.parametrize(
    "content,said",
    [
        ("[", "cannot be read"),
        ("other: 1", "no `activities`"),
        ("activities: {a: {title: A}}", "needs a title"),
        ("activities: {a: {title: A, sphere: sport, terms: {}}}", "sphere is"),
        ("activities: {a: {title: A, sphere: crime, terms: {de: [x]}}}", "no such language: de"),
        ("activities: {a: {title: A, sphere: crime, terms: {en: [on]}}}", "is no text"),
        ("activities: {a: {title: A, sphere: crime, terms: {en: ['x*y']}}}", "is no pattern"),
        ("activities: {a: {title: A, sphere: crime, terms: {en: ['<b>']}}}", "no words called <b>"),
    ],
)
def test_a_lexicon_that_is_off_says_where(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "lexicon.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LensError, match=said) as caught:
        read_lexicon(path, "test")
    assert str(path) in caught.value.detail


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def claim(**given: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(CLAIM.names)
    row.update(schema="Person", prop="notes", prop_type="text", locator="row 1/Notes", source_id="s1", originator="O", grade="A2")
    return row | {"marking": "TLP:CLEAR", "current": True} | given


CLAIMS = [
    claim(id="c1", entity_id="x-1", canonical_id="Q1", value="Involved in drug trafficking."),
    claim(id="c2", entity_id="x-2", canonical_id="Q2", value="Involved in drug trafficking.", locator="row 2/Notes@100-129"),
    claim(id="c3", entity_id="x-3-sanction", canonical_id="x-3-sanction", schema="Sanction", prop="reason", value="Took bribes."),
    claim(
        id="c4", entity_id="x-3-sanction", canonical_id="x-3-sanction", schema="Sanction", prop="entity", prop_type="entity", value="x-3"
    ),
    claim(id="c5", entity_id="x-3", canonical_id="Q1", prop="name", prop_type="name", value="Aro Velmi"),
    claim(id="c6", entity_id="x-4", canonical_id="Q4", value="Was forced into human trafficking and drug trafficking."),
    claim(id="c7", entity_id="x-4", canonical_id="Q4", prop="topics", prop_type="topic", value="victim"),
    claim(id="c8", entity_id="x-5", canonical_id="Q5", prop="bodyText", value="A report on many, of drug trafficking."),
    claim(id="c9", entity_id="x-6", canonical_id="x-6", schema="UnknownLink", prop="description", value="Both did drug trafficking."),
]


def test_mentions_say_whose_they_are_and_where_they_stand(engine: Engine) -> None:
    engine.load("claims", pa.Table.from_pylist(CLAIMS, schema=CLAIM))
    tag(engine, ACTIVITIES)
    found = engine.arrow("select * from mentions")
    assert found.schema == MENTION
    rows = found.sort_by([("entity_id", "ascending"), ("activity", "ascending")]).to_pylist()
    assert [(row["entity_id"], row["activity"], row["locator"]) for row in rows] == [
        ("Q1", "corruption", "row 1/Notes@5-11"),
        ("Q1", "drugs.trafficking", "row 1/Notes@12-28"),
        ("Q2", "drugs.trafficking", "row 2/Notes@112-128"),
    ]
    assert rows[1]["sentence"] == "Involved in drug trafficking."
    assert (rows[0]["prop"], rows[0]["lens"], rows[0]["sphere"], rows[0]["originator"]) == ("reason", "core", "crime", "O")
    assert len({row["mention_id"] for row in rows}) == 3


def test_the_same_claims_give_the_same_mentions(engine: Engine) -> None:
    engine.load("claims", pa.Table.from_pylist(CLAIMS, schema=CLAIM))
    tag(engine, ACTIVITIES)
    first = engine.arrow("select * from mentions order by mention_id")
    engine.load("claims", pa.Table.from_pylist(CLAIMS[::-1], schema=CLAIM))
    tag(engine, ACTIVITIES[::-1])
    assert engine.arrow("select * from mentions order by mention_id").equals(first)


def test_no_claims_give_an_empty_table(engine: Engine) -> None:
    engine.load("claims", CLAIM.empty_table())
    tag(engine, ACTIVITIES)
    assert engine.arrow("select * from mentions").schema == MENTION
    assert engine.scalar("select count(*) from mentions") == 0
