"""Make the transliteration models that crosstie.resolve.names ships: python -m bench.train_names [--data ../shared/data] [--scripts arabic,hebrew].

Sources, all free to ship in derived form:
- matching/names_{arabic,russian,chinese}_16.tsv: Latin token, the same in another script, count (CC0);
- the name items of Wikidata (CC0) as the installed rigour (MIT) carries them;
- bench/data/arabic_readings.txt: common names of the Arabic script and how their bearers are written (general knowledge, ours).
A tenth of the Latin tokens, by hash, is held out and printed as figures; what is shipped is trained on all.  The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import util
from pathlib import Path

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import Levenshtein

from bench._graphones import align, count_grams
from crosstie.resolve.names import skeleton
from crosstie.resolve.names.east import tables
from crosstie.resolve.names.letters import bare_arabic, fold_arabic, fold_cyrillic, fold_hebrew, fold_latin, passport
from crosstie.resolve.names.particles import joined, roles
from crosstie.resolve.names.transliteration import FORMAT, STEP, Model, pack

OUT = Path(__file__).parent.parent / "crosstie" / "resolve" / "names" / "data"
ARABIC_READINGS = Path(__file__).parent / "data" / "arabic_readings.txt"
COMMON_NAMES = Path(__file__).parent / "data" / "common_names.txt"
MEASURED = 0.35
#: Of each script: letters, folding, most Latin letters for one of its own, order, least counts of runs, least uses of a pair, file of the CC0 counts.
SCRIPTS = {
    "arabic": (re.compile("[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06af]+"), fold_arabic, 4, 3, (0.0, 0.2, 0.2), 1.0, "arabic"),
    "hebrew": (re.compile("[\u05d0-\u05ea]+"), fold_hebrew, 4, 3, (0.0, 0.2, 0.3), 1.0, ""),
    "cyrillic": (re.compile("[\u0430-\u045f\u0491-\u04ff]+"), fold_cyrillic, 4, 4, (0.0, 0.5, 0.7, 1.2), 1.0, "russian"),
    "han": (re.compile("[\u3400-\u9fff]+"), str, 6, 2, (0.0, 0.5), 0.2, "chinese"),
}
#: How much a name of another culture counts that is only written in Arabic script.
FOREIGN = 0.3
#: Letters that Arabic writes in its own names and hardly in others.
_OWN_LETTERS = re.compile("[عحصضطظقذةأء]")

Pairs = dict[tuple[str, str], float]


@cache
def rigour_text(sign: bytes) -> str:
    """The compressed text within the compiled part of the installed rigour that has a sign near its beginning."""
    spec = util.find_spec("rigour._core")
    if spec is None or spec.origin is None:
        raise SystemExit("rigour is not installed")
    held = Path(spec.origin).read_bytes()
    for frame in re.finditer(re.escape(b"\x28\xb5\x2f\xfd"), held):
        stream = pa.CompressedInputStream(pa.BufferReader(held[frame.start() :]), "zstd")
        text = bytearray()
        try:
            while part := stream.read(64):
                text += part
        except OSError:
            pass  # the frame ends where the next bytes of the program begin
        if sign in text[:400]:
            return text.decode("utf-8", "ignore")
    raise SystemExit(f"this release of rigour carries no text with {sign.decode()}")


def wikidata() -> Iterator[list[str]]:
    """The spellings of each name item."""
    for line in rigour_text(b" => Q").split("\n"):
        spellings, arrow, _item = line.rpartition(" => ")
        if arrow:
            yield spellings.split(", ")


def legal_words() -> str:
    """Of each legal form of an organisation its longest word, by which a name is known to need rigour."""
    blocks = re.findall(r'"aliases": (\[[^\]]*\])', rigour_text(b'"aliases"'))
    words = {max(re.findall(r"[^\W_]+", alias.casefold()) or [""], key=len) for block in blocks for alias in json.loads(block)}
    return "\n".join(sorted(word for word in words if len(word) > 1)) + "\n"


def spellings() -> str:
    """Lines of customary spellings of one name: of our list of Arabic names, of Chinese and Korean family names."""
    rows = [line.split()[1:] for line in ARABIC_READINGS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows += [[name, *others.split()] for name, others in tables()["chinese_families"].items()]
    rows += [row.split() for row in tables()["korean_families"].values()]
    return "# Made by bench/train_names.py.\n" + "".join(" ".join(row) + "\n" for row in rows if len(row) > 1)


def frequencies(data: Path) -> str:
    """Lines of a token and how many of a million bear it: by general knowledge ("k"), else by the counts of the CC0 lists ("m").

    The lists hold a part of all names, so that their shares are too high: scaled by MEASURED, at which William has 8 in a thousand.
    """
    known: dict[str, float] = {}
    for line in COMMON_NAMES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            share, *names = line.split()
            for name in names:
                known[joined(name)] = max(known.get(joined(name), 0.0), float(share) * 1000)
    shares: dict[str, list[float]] = defaultdict(list)
    for counted in ("arabic", "russian", "chinese"):
        counts: Counter[str] = Counter()
        for line in (data / "matching" / f"names_{counted}_16.tsv").read_text(encoding="utf-8").splitlines():
            name, _spaced, count = line.split("\t")
            counts[joined(fold_latin(name) or "-")] += int(count)
        for name, count in counts.items():
            if len(name) > 2 and count >= 8 and not roles(name):
                shares[name].append(count / counts.total())
    measured = {name: 1e6 * MEASURED * float(np.mean(found)) for name, found in shares.items() if name not in known}
    rows = [(share, name, "k") for name, share in known.items()] + [(share, name, "m") for name, share in measured.items() if share >= 60]
    print(f"frequencies: {len(known):,} by general knowledge, {len(rows) - len(known):,} measured")
    listed = sorted(rows, key=lambda row: (-row[0], row[1]))
    return "# Made by bench/train_names.py.\n" + "".join(f"{name} {share:.0f} {kind}\n" for share, name, kind in listed)


def gather(script: str, data: Path) -> tuple[Pairs, Pairs]:
    """Pairs of a written token and a Latin one with weights: of the counted list, and of all sources."""
    letters, fold, longest, _order, _least, _uses, counted = SCRIPTS[script]

    def fits(written: str, latin: str) -> bool:
        return bool(letters.fullmatch(written)) and 2 <= len(written) <= 14 and 2 <= len(latin) <= min(20, longest * len(written))

    first: Pairs = defaultdict(float)
    if counted:
        for line in (data / "matching" / f"names_{counted}_16.tsv").read_text(encoding="utf-8").splitlines():
            name, spaced, count = line.split("\t")
            written, latin = fold(spaced.replace(" ", "")), fold_latin(name)
            if fits(written, latin):
                first[written, latin] += 1 + math.log(float(count))
    everything: Pairs = defaultdict(float, first)
    for spellings in wikidata():
        if script == "han" and any("\u3040" <= letter <= "\u30ff" or letter >= "\uac00" for spelling in spellings for letter in spelling):
            continue  # Japanese and Korean readings of the same signs
        all_written = sorted({fold(spelling) for spelling in spellings})
        all_latin = sorted({fold_latin(spelling) for spelling in spellings} - {""})
        for written in all_written:
            likeness = [_likeness(written, latin) if script == "cyrillic" else 1.0 for latin in all_latin]
            for latin, like in zip(all_latin, likeness, strict=True):
                if fits(written, latin):
                    everything[written, latin] += like / sum(likeness)
    if script == "arabic":
        for line in ARABIC_READINGS.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                written, *readings = line.split()
                for place, latin in enumerate(readings):
                    everything[fold_arabic(written), latin] += 12 / (1 + place)
    return first, everything


def _likeness(written: str, latin: str) -> float:
    """How near a spelling is to that of passports: of those of many languages that Wikidata has, the near ones count most."""
    return math.exp(-1.2 * Levenshtein.distance(passport(written), latin))


def nativeness(written: list[str], latin: list[str]) -> np.ndarray:
    """How likely each name is an Arabic-script culture's own: two classes of letters and Latin letter pairs, started from telling letters."""
    features = [[*word, *(spelled[k : k + 2] for k in range(len(spelled) - 1))] for word, spelled in zip(written, latin, strict=True)]
    own = np.array([0.95 if _OWN_LETTERS.search(word) and "غ" not in word else 0.15 for word in written])
    for _turn in range(6):
        ours: Counter[str] = Counter()
        theirs: Counter[str] = Counter()
        for row, share in zip(features, own, strict=True):
            for feature in row:
                ours[feature] += share
                theirs[feature] += 1 - share
        size, our_sum, their_sum = len(ours), sum(ours.values()), sum(theirs.values())
        odds = {
            feature: math.log((ours[feature] + 0.5) / (our_sum + 0.5 * size)) - math.log((theirs[feature] + 0.5) / (their_sum + 0.5 * size))
            for feature in ours
        }
        prior = math.log(own.mean() / (1 - own.mean()))
        own = np.array(
            [1 / (1 + math.exp(-min(30.0, max(-30.0, prior + 0.6 * sum(odds[feature] for feature in row))))) for row in features]
        )
    return own


def train(script: str, pairs: Pairs, order: int | None = None) -> dict[str, np.ndarray]:
    """The arrays of a model (see crosstie.resolve.names.transliteration)."""
    _letters, _fold, longest, full_order, least, uses, _counted = SCRIPTS[script]
    order = order or full_order
    names = sorted(pairs)
    written, latin = [name[0] for name in names], [name[1] for name in names]
    weights = np.array([min(pairs[name], 12.0) for name in names])
    graphones, cut, likelihood = align(written, latin, np.minimum(weights, 4.0), longest, least=uses)
    known = np.array([row is not None for row in cut])
    known &= likelihood >= np.quantile(likelihood[known], 0.03)
    if script == "arabic":
        weights *= FOREIGN + (1 - FOREIGN) * nativeness(written, latin)
    kept = np.flatnonzero(known)
    chance, left = count_grams([cut[place] for place in kept], weights[kept], order, least)
    runs = sorted(set(chance) | set(left), key=lambda run: (len(run), run))
    bits = max(1, (len(graphones) + 1).bit_length())
    keys = np.array([pack(run, bits) for run in runs], np.uint64)
    place = np.argsort(keys)
    steps = np.array([min(254, round(-math.log(chance[run]) / STEP)) if run in chance else 255 for run in runs], np.uint8)
    lost = np.array([min(255, round(-math.log(left[run]) / STEP)) if run in left else 0 for run in runs], np.uint8)
    alphabet = sorted({letter for letter, _run in graphones})
    of_letter: dict[str, list[int]] = {letter: [] for letter in alphabet}
    for number, (letter, _run) in enumerate(graphones):
        of_letter[letter].append(number + 2)
    choices = [sorted(of_letter[letter], key=lambda pair: -chance.get((pair,), 0.0))[:48] for letter in alphabet]
    spelled = ["", "", *(run for _letter, run in graphones)]
    about = {"format": FORMAT, "script": script, "order": order, "bits": bits, "licence": "CC0-1.0", "data": "see bench/train_names.py"}
    return {
        "about": np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8),
        "alphabet": np.frombuffer("".join(alphabet).encode(), np.uint8),
        "known": np.frombuffer(_known(script, pairs).encode(), np.uint8),
        "keys": np.diff(keys[place], prepend=np.uint64(0)),
        "worth": steps[place],
        "backoff": lost[place],
        "first": np.cumsum([0, *map(len, choices)]).astype(np.int32),
        "pairs": np.array([pair for row in choices for pair in row], np.int32),
        "start": np.cumsum([0, *map(len, spelled)]).astype(np.int32),
        "letters": np.frombuffer("".join(spelled).encode(), np.uint8),
    }


def _known(script: str, pairs: Pairs) -> str:
    """Spellings of names that are known, the most attested first; Arabic under its bare letters."""
    if script not in ("arabic", "hebrew"):
        return ""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (written, latin), weight in pairs.items():
        found[bare_arabic(written) if script == "arabic" else written][latin] += weight
    rows = []
    for written, spellings in sorted(found.items()):
        best = sorted(spellings.items(), key=lambda item: (-item[1], item[0]))
        rows.append(" ".join([written, *(latin for latin, weight in best[:6] if weight >= 0.12 * best[0][1])]))
    return "\n".join(rows)


def store(arrays: dict[str, np.ndarray], file: Path) -> None:
    """Write an .npz that is the same bytes for the same arrays."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in sorted(arrays.items()):
            held = io.BytesIO()
            np.save(held, array)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), held.getvalue(), zipfile.ZIP_DEFLATED, 9)


def held_out(latin: str) -> bool:
    return hashlib.sha256(latin.encode()).digest()[0] < 26


def measure(model: Model, tests: Pairs) -> str:
    """Share of held-out written tokens of which a Latin spelling is found: first guess, first five; and by their consonants."""
    truth: dict[str, set[str]] = defaultdict(set)
    for written, latin in tests:
        truth[written].add(latin)
    hits = np.zeros(4)
    for written, spellings in truth.items():
        guesses = [guess for guess, _score in model.spell(written, 5)]
        sounds = {skeleton(spelling) for spelling in spellings}
        heard = [skeleton(guess) in sounds for guess in guesses]
        hits += [guesses[:1] != [] and guesses[0] in spellings, any(guess in spellings for guess in guesses), any(heard[:1]), any(heard)]
    return (
        "top-1 {:.3f}  top-5 {:.3f}  consonants top-1 {:.3f}  top-5 {:.3f}".format(*(hits / max(1, len(truth))))
        + f"  ({len(truth):,} tokens)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--scripts", default=",".join(SCRIPTS))
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--measure", action="store_true", help="held-out figures too (trains twice)")
    options = parser.parse_args()
    (options.out / "legal_words.txt").write_text(legal_words(), encoding="utf-8")
    (options.out / "frequencies.txt").write_text(frequencies(options.data), encoding="utf-8")
    (options.out / "spellings.txt").write_text(spellings(), encoding="utf-8")
    for script in options.scripts.split(","):
        counted, everything = gather(script, options.data)
        if options.measure:
            trial = options.out / f"{script}.trial.npz"
            store(train(script, {pair: weight for pair, weight in everything.items() if not held_out(pair[1])}), trial)
            model = Model(trial)
            trial.unlink()
            tests = {pair: weight for pair, weight in (counted or everything).items() if held_out(pair[1])}
            print(f"{script}: held out {measure(model, tests)}")
            if script == "arabic":
                own = {pair: weight for pair, weight in tests.items() if _OWN_LETTERS.search(pair[0])}
                print(f"{script}: of these with letters of Arabic's own {measure(model, own)}")
        store(train(script, everything), options.out / f"{script}.npz")
        print(f"{script}: {len(everything):,} pairs, {(options.out / f'{script}.npz').stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
