"""How names go wrong: an invented model of slips of keyboards, scanners, ears, clerks and transliterators.

Every slip is a function of a random generator and the parts of a name; `slip` draws some of them. The tables hold sounds and letters of languages
and common short forms, nobody's name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache

Parts = list[str]

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SCANNED = "rn:m m:rn cl:d d:cl li:h h:li vv:w w:vv l:1 i:l l:i o:0 e:c c:e u:v v:u b:h h:b g:q q:g f:t t:f nn:m ii:u a:o n:h s:5 B:8"
_HEARD = (
    "ph:f f:ph ck:k k:c c:k c:s s:z z:s sch:sh sh:sch x:ks ks:x qu:kw w:v v:w ee:i i:ee oo:u u:oo ou:u u:ou ei:ai ai:ei ie:i y:i i:y th:t t:th "
    "gh:g dh:d tt:t t:tt ll:l l:ll nn:n n:nn ss:s s:ss rr:r mm:m m:mm ce:se ge:je dg:j j:g tch:ch ch:tch a:ah e:a o:a er:a or:er au:o eau:o"
)
_ROMANISED = (
    "kh:h h:kh kh:ch q:k k:q q:g gh:g g:gh sh:ch ch:sh dj:j j:dj j:g zh:j j:zh dh:z z:dh th:s aa:a a:aa ee:i ii:i iy:i iy:y yy:y iya:ia ia:iya "
    "ou:u u:ou oo:u u:oo o:u u:o e:i i:e a:e e:a ei:ey ai:ay ay:ai ay:ei aw:au au:aw ev:yev ov:off ov:ow ev:ew vich:vic vich:witsch sch:sh sh:sch "
    "ts:c c:ts tz:ts ks:x x:ks ya:ia yu:iu yo:io hs:x ch:zh q:ch ts:z p:b b:p t:d d:t k:g r:l l:r oe:o ae:a ue:u h: ':"
)
_SPELT = (
    "mohammed muhammad mohamed mohammad mohamad muhammed mohamud mahamat mehmet|ahmed ahmad akhmed|hussein husain hossein husayn hussain|"
    "hassan hasan hasen|yusuf youssef yousef yusef joseph|ibrahim ebrahim brahim|abdullah abdallah abdulla|abd abdul abdel abdal|"
    "omar umar omer|othman osman uthman usman|khalid khaled halid|said saeed sayed saeid|ali aly alee|mahmoud mahmud mahmood|"
    "mustafa mostafa moustapha|ismail esmail ismael|sulaiman suleiman soliman sulayman|jamal gamal djamal|hamid hameed|rashid rachid rasheed|"
    "sergey sergei serguei|aleksandr alexander alexandr oleksandr|dmitry dmitri dmitriy|yuri yuriy iouri|nikolay nikolai nicolai|"
    "vladimir volodymyr wladimir|evgeny yevgeniy evgueni|mikhail michail mihail|al el ul|bin ibn ben|abu abou aboo|"
    "kim gim|lee li yi rhee|park pak bak|choi choe|jung jong chung|wang wong|chen chan|zhang chang cheung|zhou chow|xu hsu|liu lau"
)
_CALLED = (
    "alexander alex sasha|aleksandr sasha|robert bob rob|william bill will|richard dick rick|michael mike misha|mikhail misha|james jim|john jack|"
    "joseph joe pepe|jose pepe|francisco paco pancho|ignacio nacho|jesus chucho|eduardo lalo|antonio tony tono|guillermo memo|enrique quique|"
    "manuel manolo|luis lucho|daniel dan|david dave|thomas tom|charles charlie|edward ed|vladimir vova|sergey seryozha|dmitry dima|ivan vanya|"
    "nikolay kolya|yuri yura|mohammed mo|muhammad mo|mohamed momo|ibrahim ibo|mustafa musti|abdullah abdul|elizabeth liz|margaret maggie|"
    "maria masha mari|anna anya|catherine kate|ekaterina katya"
)
_FORMS = (
    "limited:ltd ltd:limited company:co co:company corporation:corp corp:corporation incorporated:inc inc:incorporated international:intl "
    "general:gen trading:trdg establishment:est group:grp brothers:bros and:& &:and llc:ltd foundation:fdn association:assoc organization:org "
    "organization:organisation center:centre industries:inds shipping:shpg national:natl university:univ department:dept services:svcs"
)


@cache
def _table(text: str) -> list[tuple[str, str]]:
    return [(one, other) for one, _, other in (entry.partition(":") for entry in text.split())]


@cache
def _kin(text: str) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for group in text.split("|"):
        same = group.split(" ")
        for one in same:
            out.setdefault(one, []).extend(other for other in same if other != one)
    return out


@cache
def _neighbours() -> dict[str, str]:
    near: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for place, key in enumerate(row):
            sides = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            below = _ROWS[number + 1][max(0, place - 1) : place + 1] if number + 1 < len(_ROWS) else ""
            above = _ROWS[number - 1][place : place + 2] if number else ""
            near[key] = sides + below + above
    return near


def _some_part(rng: random.Random, parts: Parts, least: int = 3) -> int:
    """A part to spoil: longer ones are likelier, short ones are left alone if there are others."""
    weights = [len(part) if len(part) >= least else 0.01 for part in parts]
    return rng.choices(range(len(parts)), weights)[0]


def keyboard(rng: random.Random, parts: Parts) -> Parts:
    """A neighbouring key, a key too many, one missed, or two in the wrong order."""
    at = _some_part(rng, parts)
    word = parts[at]
    place = rng.randrange(len(word))
    kind = rng.random()
    near = _neighbours().get(word[place], "")
    if kind < 0.3 and near:
        word = word[:place] + rng.choice(near) + word[place + 1 :]
    elif kind < 0.45 and near:
        word = word[:place] + rng.choice(near) + word[place:]
    elif kind < 0.55:
        word = word[:place] + word[place] + word[place:]
    elif kind < 0.8 and len(word) > 2:
        word = word[:place] + word[place + 1 :]
    elif len(word) > 1:
        place = min(place, len(word) - 2)
        word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return [*parts[:at], word, *parts[at + 1 :]]


def _rewrite(rng: random.Random, parts: Parts, table: Sequence[tuple[str, str]]) -> Parts:
    at = _some_part(rng, parts)
    word = parts[at]
    fit = [(one, other) for one, other in table if one in word and (len(word) > 3 or other)]
    if not fit:
        return keyboard(rng, parts)
    one, other = rng.choice(fit)
    place = rng.choice([found.start() for found in re.finditer(re.escape(one), word)])
    return [*parts[:at], word[:place] + other + word[place + len(one) :], *parts[at + 1 :]]


def scanned(rng: random.Random, parts: Parts) -> Parts:
    """Shapes that a scanner confuses."""
    return _rewrite(rng, parts, _table(_SCANNED))


def heard(rng: random.Random, parts: Parts) -> Parts:
    """Written as it sounds."""
    return _rewrite(rng, parts, _table(_HEARD))


def romanised(rng: random.Random, parts: Parts) -> Parts:
    """Written by another rule of romanisation; well-known spellings first."""
    known = [at for at, part in enumerate(parts) if part in _kin(_SPELT)]
    if known and rng.random() < 0.5:
        at = rng.choice(known)
        return [*parts[:at], rng.choice(_kin(_SPELT)[parts[at]]), *parts[at + 1 :]]
    return _rewrite(rng, parts, _table(_ROMANISED))


def called(rng: random.Random, parts: Parts) -> Parts:
    """The short form of a given name."""
    known = [(at, part.split(" ")) for at, part in enumerate(parts) if part in _kin(_CALLED)]
    if not known:
        return romanised(rng, parts)
    at, _ = rng.choice(known)
    return [*parts[:at], rng.choice(_kin(_CALLED)[parts[at]]), *parts[at + 1 :]]


def dropped(rng: random.Random, parts: Parts) -> Parts:
    """A part is left out; two stay."""
    if len(parts) < 3:
        return keyboard(rng, parts)
    at = rng.randrange(len(parts))
    return parts[:at] + parts[at + 1 :]


def merged(rng: random.Random, parts: Parts) -> Parts:
    """Two parts are written as one."""
    if len(parts) < 2:
        return keyboard(rng, parts)
    at = rng.randrange(len(parts) - 1)
    return [*parts[:at], parts[at] + parts[at + 1], *parts[at + 2 :]]


def parted(rng: random.Random, parts: Parts) -> Parts:
    """A long part is written as two."""
    at = _some_part(rng, parts, 6)
    word = parts[at]
    if len(word) < 6:
        return keyboard(rng, parts)
    place = rng.randrange(2, len(word) - 1)
    return [*parts[:at], word[:place], word[place:], *parts[at + 1 :]]


def reordered(rng: random.Random, parts: Parts) -> Parts:
    """Another order: the family name first, or any."""
    if rng.random() < 0.6:
        return [parts[-1], *parts[:-1]]
    return rng.sample(parts, len(parts))


def initial(rng: random.Random, parts: Parts) -> Parts:
    """One part, not the last and not in a name of one or two letters, is only an initial."""
    if len(parts) < 3 and rng.random() < 0.6:
        return keyboard(rng, parts)
    at = rng.randrange(max(1, len(parts) - 1))
    return [*parts[:at], parts[at][0], *parts[at + 1 :]]


def cut(rng: random.Random, parts: Parts) -> Parts:
    """The field was too short."""
    text = " ".join(parts)
    if len(text) < 14:
        return keyboard(rng, parts)
    return text[: rng.randrange(max(10, len(text) * 6 // 10), len(text) - 1)].split()


def formed(rng: random.Random, parts: Parts) -> Parts:
    """The form of an organisation, or another word of its trade, is shortened, written out or left out."""
    table = dict(_table(_FORMS))
    known = [at for at, part in enumerate(parts) if part in table]
    if not known:
        return dropped(rng, parts) if rng.random() < 0.4 else keyboard(rng, parts)
    at = rng.choice(known)
    if rng.random() < 0.3 and len(parts) > 2:
        return parts[:at] + parts[at + 1 :]
    return [*parts[:at], table[parts[at]], *parts[at + 1 :]]


Slip = Callable[[random.Random, Parts], Parts]
#: How often each slip is drawn, for persons and for organisations.
PERSONS: dict[Slip, float] = {
    keyboard: 30, scanned: 8, heard: 12, romanised: 18, called: 2, dropped: 8, merged: 5, parted: 4, reordered: 6, initial: 3, cut: 4,
}  # fmt: skip
ORGANISATIONS: dict[Slip, float] = {
    keyboard: 34, scanned: 10, heard: 10, romanised: 6, dropped: 8, merged: 6, parted: 4, reordered: 4, cut: 6, formed: 12,
}  # fmt: skip
#: How many slips one query has. "many": most have one or two, some are all but lost. "few": rarely more than two.
COUNTS = {"many": {1: 0.56, 2: 0.20, 3: 0.10, 4: 0.08, 5: 0.06}, "few": {1: 0.78, 2: 0.19, 3: 0.03}}


def slip(rng: random.Random, name: str, *, person: bool, extra: Sequence[str] = (), amount: str = "many") -> tuple[str, list[str]]:
    """A name with slips, and what slips they were. `extra`: parts one of which may be added (to 3 names in 100)."""
    parts = re.findall(r"[^\W_]+|&", name.lower().replace("'", "").replace("`", ""))
    drawn = COUNTS[amount]
    table = PERSONS if person else ORGANISATIONS
    before, done = list(parts), []
    for _ in range(rng.choices(list(drawn), list(drawn.values()))[0]):
        kind = rng.choices(list(table), list(table.values()))[0]
        parts = [part for part in kind(rng, parts) if part]
        done.append(kind.__name__)
    if extra and person and rng.random() < 0.03:
        parts.insert(rng.randrange(len(parts)), rng.choice(extra))
        done.append("added")
    return (" ".join(parts), done) if parts != before and parts else slip(rng, name, person=person, extra=extra, amount=amount)
