"""The narrative tagger: finds the activities that free text speaks of, with the sentence and whether it asserts, alleges, denies or suffers them.

A mention is evidence, never a verdict: it is shown with its sentence, and `scopes` says how its mode was decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pyarrow as pa

from crosstie.link.phrases import GAP, GAP_ZH, WORD, Hit, Phrases, Words, forms, words_of
from crosstie.link.scopes import Cue, scopes
from crosstie.link.sentences import LANGUAGES, language, sentences
from crosstie.model.evidence import Locator
from crosstie.model.lexicon import Activity
from crosstie.model.schema import edge_ends
from crosstie.model.tables import MENTION
from crosstie.store.engine import Engine

#: the body of a document speaks of many; it is not evidence about one entity
_NOT_ABOUT_ONE = ("bodyText", "indexText", "translatedText")
_CACHED = 500_000
_NUMBERS = ("start", "end")
_FOUND = pa.schema(
    [
        pa.field(name, pa.int64() if name in _NUMBERS else pa.string())
        for name in ("text_id", "start", "end", "activity", "sphere", "lens", "term", "lang", "mode", "sentence")
    ]
)


@dataclass(frozen=True, slots=True)
class Mention:
    """An activity named in a text: where, in which words, in which language and mode, in which sentence."""

    start: int
    end: int
    activity: Activity
    term: str
    lang: str
    mode: str
    sentence: str


class Tagger:
    """Finds activities in texts; made once from the lexicons."""

    def __init__(self, activities: Iterable[Activity]) -> None:
        patterns: dict[str, list[tuple[str, Activity]]] = {lang: [] for lang in LANGUAGES}
        for activity in sorted(activities, key=lambda one: one.name):
            for term in activity.terms:
                patterns[term.lang].append((term.pattern, activity))
        self._phrases = {lang: Phrases(found, gap=GAP_ZH if lang == "zh" else GAP) for lang, found in patterns.items()}
        self._heads = _Heads(list(self._phrases.values()))

    def mentions(self, text: str, lang: str | None = None) -> list[Mention]:
        """The activities that a text names, in order of place. `lang` is the language that the source states, if it does."""
        if not any(map(self._heads.__getitem__, WORD.findall(text))):
            return []
        found: list[Mention] = []
        for start, end in sentences(text):
            if any(map(self._heads.__getitem__, WORD.findall(text, start, end))):
                words = words_of(text, start, end)
                found += self._in_sentence(text, text[start:end], words, language(words, lang))
        return found

    def _in_sentence(self, text: str, sentence: str, words: Words, lang: str) -> Iterator[Mention]:
        hits = _kept(list(self._phrases[lang].find(words)))
        if not hits:
            return
        scope = scopes()[lang]
        cues: list[Cue] = scope.cues(words)
        for hit in hits:
            mode = scope.mode(words, cues, hit.first, hit.last)
            if mode is not None:
                start, end = words.starts[hit.first], words.ends[hit.last - 1]
                yield Mention(start, end, hit.payload, text[start:end], lang, mode, sentence)


class _Heads(dict[str, bool]):
    """Whether any phrase of any language begins with a word; worked out once per word."""

    def __init__(self, phrases: Sequence[Phrases[Activity]]) -> None:
        super().__init__()
        self._phrases = phrases

    def __missing__(self, word: str) -> bool:
        if len(self) >= _CACHED:
            self.clear()
        found = self[word] = any(one.begins(forms(word)) for one in self._phrases)
        return found


def _kept(hits: list[Hit[Activity]]) -> list[Hit[Activity]]:
    """Of one activity, hits that do not overlap: whole phrases first and the longest of them, then the tightest of those with a gap. A whole
    phrase inside a hit of another activity gives way to it (“smuggling” to “smuggling of migrants”).
    """
    chosen: dict[str, list[Hit[Activity]]] = {}
    for hit in sorted(hits, key=lambda one: (one.open, one.last - one.first if one.open else one.first - one.last, one.first)):
        own = chosen.setdefault(hit.payload.name, [])
        if not any(hit.first < other.last and other.first < hit.last for other in own):
            own.append(hit)
    every = sorted((hit for own in chosen.values() for hit in own), key=lambda one: (one.first, one.last, one.payload.name))
    return [hit for hit in every if hit.open or not any(_inside(hit, other) for other in every)]


def _inside(hit: Hit[Activity], other: Hit[Activity]) -> bool:
    return other.first <= hit.first and hit.last <= other.last and hit.last - hit.first < other.last - other.first


def tag(engine: Engine, activities: Sequence[Activity]) -> None:
    """Create the table `mentions` (tables.MENTION) from the texts of `claims`; each different text is read once.

    A text on a Sanction, Risk or Note speaks of the entity that it is about. Texts on relations and on victims and minors are left out.
    """
    spoken = engine.arrow("select distinct schema from claims where prop_type = 'text'").column("schema").to_pylist()
    relations = [name for name in spoken if name and edge_ends(name)]
    engine.create(
        "mention_texts",
        "select min(id) as text_id, value, lang, array_agg(id) as claim_ids from claims"
        f" where prop_type = 'text' and prop not in ({_listed(_NOT_ABOUT_ONE)}) and schema not in ({_listed(relations)}) group by value, lang",
    )
    engine.map("mention_spans", "select text_id, value, lang from mention_texts", _spans(Tagger(activities)), _FOUND)
    engine.create("mention_claims", "select text_id, unnest(claim_ids) as claim_id from mention_texts")
    engine.create("mention_about", _ABOUT)
    engine.map("mentions_unordered", _JOINED, _mentions, MENTION)
    columns = ", ".join(f"min({name}) as {name}" for name in MENTION.names if name != "mention_id")
    engine.create("mentions", f"select mention_id, {columns} from mentions_unordered group by mention_id order by mention_id")


def _listed(names: Iterable[str | None]) -> str:
    return ", ".join(f"'{name}'" for name in ["", *sorted(filter(None, names))])


#: which resolved entity a text on an entity speaks of; a relation is nobody's own act
_ABOUT = """
select o.entity_id as entity_id, coalesce(t.canonical_id, o.canonical_id) as canonical_id
from (select distinct entity_id, canonical_id from claims where prop_type = 'text') o
left join (
    select a.entity_id, min(c.canonical_id) as canonical_id
    from claims a join claims c on c.entity_id = a.value
    where a.prop = 'entity' and a.prop_type = 'entity' group by a.entity_id
) t on t.entity_id = o.entity_id
where coalesce(t.canonical_id, o.canonical_id) not in (
    select canonical_id from claims where prop = 'topics' and value in ('victim', 'minor')
)
"""

_JOINED = """
select s.*, c.id as claim_id, a.canonical_id, c.prop, c.source_id, c.locator, c.originator, c.grade, c.marking
from mention_spans s
join mention_claims m on m.text_id = s.text_id
join claims c on c.id = m.claim_id
join mention_about a on a.entity_id = c.entity_id
"""


def _spans(tagger: Tagger) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def spans(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            ids, texts, langs = (batch.column(name).to_pylist() for name in ("text_id", "value", "lang"))
            rows = [
                {
                    "text_id": text_id,
                    "start": one.start,
                    "end": one.end,
                    "activity": one.activity.name,
                    "sphere": str(one.activity.sphere),
                    "lens": one.activity.lens,
                    "term": one.term,
                    "lang": one.lang,
                    "mode": one.mode,
                    "sentence": one.sentence,
                }
                for text_id, text, lang in zip(ids, texts, langs, strict=True)
                for one in tagger.mentions(text or "", lang)
            ]
            yield pa.RecordBatch.from_pylist(rows, schema=_FOUND)

    return spans


def _mentions(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    same = [name for name in MENTION.names if name not in ("mention_id", "entity_id", "locator")]
    for batch in batches:
        entities, claims, places, activities = (
            batch.column(name).to_pylist() for name in ("canonical_id", "claim_id", "locator", "activity")
        )
        starts, ends = (batch.column(name).to_numpy().tolist() for name in _NUMBERS)
        own: dict[str, Any] = {
            "mention_id": [
                sha256("\x1f".join(map(str, key)).encode()).hexdigest()[:20]
                for key in zip(entities, claims, starts, ends, activities, strict=True)
            ],
            "entity_id": entities,
            "locator": [_narrowed(place, start, end) for place, start, end in zip(places, starts, ends, strict=True)],
        }
        own |= {name: batch.column(name) for name in same}
        yield pa.RecordBatch.from_pydict({name: own[name] for name in MENTION.names}, schema=MENTION)


def _narrowed(place: str | None, start: int, end: int) -> str:
    """The place of the value, narrowed to the span; where the value is itself a span of a longer text, counted from the text's beginning."""
    whole = Locator.parse(place or "")
    offset = whole.start or 0
    return str(whole.within(offset + start, offset + end))
