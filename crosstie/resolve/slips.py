"""Slips of the pen in numbers: a figure wrong, missing or too many, or two neighbours exchanged; and numbers with check digits, which tell a slip
from another number. Compiled, as millions of pairs are looked at.

A number is taken for what its form says, so only forms count that few others have: a bank account (IBAN), an identifier of a legal entity (LEI), a
security (ISIN), a card of 16 figures, tax numbers with two check digits (Brazil: 11 and 14 figures, Russia: 12), of ships their IMO number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

#: What `slips` found of a pair: nothing; numbers one slip apart; numbers of one form, one slip apart, of which one has the right check digits.
_NONE, SLIP, CHECKED = range(3)
#: Forms of numbers with check digits.
_NO_FORM, _IBAN, _LEI, _ISIN, _CARD, _IMO, _CPF, _CNPJ, _INN = range(9)


@njit(cache=True, nogil=True)
def one_slip(a: Any, b: Any) -> bool:
    """Whether two strings (as bytes) are one slip apart; equal ones are not."""
    if abs(len(a) - len(b)) > 1:
        return False
    first = 0
    while first < min(len(a), len(b)) and a[first] == b[first]:
        first += 1
    last = 0
    while last < min(len(a), len(b)) - first and a[len(a) - 1 - last] == b[len(b) - 1 - last]:
        last += 1
    left, right = len(a) - first - last, len(b) - first - last
    if max(left, right) == 1:
        return True
    return left == 2 and right == 2 and a[first] == b[first + 1] and a[first + 1] == b[first]


@njit(cache=True, nogil=True)
def _value(letter: Any) -> int:
    """A figure as itself, A as 10 and so on."""
    return int(letter) - (48 if letter < 58 else 55)


@njit(cache=True, nogil=True)
def _form(a: Any, thing: bool) -> int:
    """The form of a number in capitals and figures; `thing`: it is of a ship or an aircraft."""
    figures = 0
    for letter in a:
        if not (48 <= letter <= 57 or 65 <= letter <= 90):
            return _NO_FORM
        figures += letter < 58
    size = len(a)
    if figures == size:
        if size == 7 and thing:
            return _IMO
        if size == 16 and 51 <= a[0] <= 54:
            return _CARD
        return _CPF if size == 11 else _INN if size == 12 else _CNPJ if size == 14 else _NO_FORM
    if size == 20 and a[18] < 58 and a[19] < 58 and a[0] < 58:
        return _LEI
    if size >= 12 and a[0] > 58 and a[1] > 58:
        if size == 12 and a[11] < 58:
            return _ISIN
        if 15 <= size <= 34 and a[2] < 58 and a[3] < 58:
            return _IBAN
    return _NO_FORM


@njit(cache=True, nogil=True)
def _mod97(a: Any, first: int) -> int:
    """The remainder of a number that is read from its place `first` on and around (ISO 7064)."""
    rest = 0
    for k in range(len(a)):
        value = _value(a[(first + k) % len(a)])
        rest = (rest * (10 if value < 10 else 100) + value) % 97
    return rest


@njit(cache=True, nogil=True)
def _luhn(a: Any) -> bool:
    """Whether the last figure is that of ISO/IEC 7812; a letter is read as its two figures."""
    total, place = 0, 0
    for k in range(len(a) - 1, -1, -1):
        value = _value(a[k])
        for figure in (value % 10, value // 10) if value > 9 else (value, -1):
            if figure >= 0:
                doubled = figure * (1 + place % 2)
                total += doubled - (9 if doubled > 9 else 0)
                place += 1
    return total % 10 == 0


@njit(cache=True, nogil=True)
def _mod11(a: Any, figures: int, longest: int) -> int:
    """What follows the first figures of a number by weights that rise from 2 at their end and begin anew after `longest`; a ten is a nought."""
    total = 0
    for k in range(figures):
        total += _value(a[k]) * (2 + (figures - 1 - k) % (longest - 1))
    return int((total * 10) % 11 % 10)


@njit(cache=True, nogil=True)
def _inn(a: Any, figures: int) -> int:
    """What follows the first figures of a Russian tax number of a person."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    total = 0
    for k in range(figures):
        total += _value(a[k]) * weights[k + 11 - figures]
    return int(total % 11 % 10)


@njit(cache=True, nogil=True)
def valid(a: Any, form: int) -> bool:
    """Whether the check digits of a number of a form are right."""
    if form == _IBAN:
        return _mod97(a, 4) == 1
    if form == _LEI:
        return _mod97(a, 0) == 1
    if form in (_ISIN, _CARD):
        return _luhn(a)
    if form == _IMO:
        total = 0
        for k in range(6):
            total += _value(a[k]) * (7 - k)
        return total % 10 == _value(a[6])
    if form == _INN:
        return _inn(a, 10) == _value(a[10]) and _inn(a, 11) == _value(a[11])
    if form == _CPF:
        return _mod11(a, 9, 11) == _value(a[9]) and _mod11(a, 10, 11) == _value(a[10])
    if form == _CNPJ:
        return _mod11(a, 12, 9) == _value(a[12]) and _mod11(a, 13, 9) == _value(a[13])
    return False


@njit(cache=True, nogil=True)
def slip_between(a: Any, b: Any, thing: bool) -> int:
    """What two numbers (as bytes) tell: nothing, SLIP or CHECKED. Two that both have the right check digits are two numbers."""
    if not one_slip(a, b):
        return _NONE
    ours, theirs = _form(a, thing), _form(b, thing)
    right, other = valid(a, ours), valid(b, theirs)
    if right and other:
        return _NONE
    # a figure too many or missing leaves the form, and only the sound number tells which
    return CHECKED if (right or other) and (ours == theirs or len(a) != len(b)) else SLIP


@njit(cache=True, nogil=True)
def slips(left: Any, right: Any, things: Any, start: Any, codes: Any, text_start: Any, text: Any, least: int) -> Any:
    """For each pair of records what the values of at least `least` letters tell that are one slip apart: nothing, SLIP, or CHECKED. `things` says
    which pairs are of ships and aircraft. The values of record i are `codes[start[i]:start[i + 1]]`, the letters of a code
    `text[text_start[code]:text_start[code + 1]]`.
    """
    found = np.zeros(len(left), np.int64)
    for p in range(len(left)):
        for i in range(start[left[p]], start[left[p] + 1]):
            a = text[text_start[codes[i]] : text_start[codes[i] + 1]]
            for j in range(start[right[p]], start[right[p] + 1]):
                b = text[text_start[codes[j]] : text_start[codes[j] + 1]]
                if min(len(a), len(b)) >= least:
                    found[p] = max(found[p], slip_between(a, b, things[p]))
    return found
