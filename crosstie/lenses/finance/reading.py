"""What the readers of the lens have in common: payments gathered in columns, accounts and parties said once, amounts, dates and numbers as they come."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from typing import Any

import pyarrow as pa

from crosstie.ingest.cells import amount as amount_of
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.readers.listing import slug

BATCH = 50_000
_COLUMNS: dict[str, Any] = {
    "event_id": pa.string(),
    "a_id": pa.string(),
    "b_id": pa.string(),
    "date": pa.string(),
    "locator": pa.string(),
    "amount": pa.float64(),
    "currency": pa.string(),
    "purpose": pa.string(),
    "channel": pa.string(),
    "time": pa.string(),
    "reference": pa.string(),
    "via": pa.string(),
}
#: more than any State's yearly product: a slip or a forgery
_ABSURD = 1e15
_DAY = re.compile(r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?")
_CURRENCY = re.compile(r"^[A-Z]{3,5}$")


class Payments:
    """Rows of the ledger `payments`, handed on in batches. What cannot be used of a row is rejected with its place; a payment without parties or amount is
    none.
    """

    def __init__(self, out: Emitter) -> None:
        self._out = out
        self._rows: list[dict[str, Any]] = []

    def add(
        self, event: str, a: str | None, b: str | None, day: str | None, amount: str | None, currency: str | None, **more: str | None
    ) -> bool:
        """A payment from a to b. `more` are the other columns of the ledger."""
        out = self._out
        value = amount_of(amount or "")
        if a is None and b is None:
            out.reject("a payment that names neither party", event)
            return False
        if value is None or not 0 < value < _ABSURD:
            out.reject("not an amount of a payment", amount or "", at="amount")
            return False
        when, clock = moment(day)
        if day and when is None:
            out.reject("not a date", day, at="date")
        if currency and not _CURRENCY.match(currency):
            out.reject("not a currency", currency, at="currency")
            currency = None
        row = {
            "event_id": event,
            "a_id": a,
            "b_id": b,
            "date": when,
            "time": clock,
            "amount": value,
            "currency": currency,
            "locator": out.place,
        }
        self._rows.append(row | {name: text or None for name, text in more.items()})
        if len(self._rows) >= BATCH:
            self.flush()
        return True

    def flush(self) -> None:
        """Hand on what is gathered."""
        if self._rows:
            columns = [pa.array([row.get(name) for row in self._rows], kind) for name, kind in _COLUMNS.items()]
            self._out.ledger("payments", pa.RecordBatch.from_arrays(columns, names=list(_COLUMNS)))
            self._rows = []


class Parties:
    """Accounts and parties of a file, each said once; who comes again with another value says that too."""

    def __init__(self, out: Emitter) -> None:
        self._out = out
        self._said: set[tuple[str, str, str]] = set()

    def say(self, it: Subject, prop: str, value: str | None, *, at: str = "", original: str | None = None) -> None:
        """Claim a value unless this was claimed before."""
        if value and (it.id, prop, value) not in self._said:
            self._said.add((it.id, prop, value))
            it.say(prop, value, at=at, original=original)

    def account(self, number: str | None, bic: str | None, *, at: str = "", **more: str | None) -> str | None:
        """An account by its IBAN, or by its bank and number; None where there is neither."""
        plain = re.sub(r"\s", "", number or "").upper()
        if not plain:
            return None
        iban = plain if good_iban(plain) else None
        if iban is None and looks_iban(plain):
            self._out.reject("an IBAN whose check digits are wrong; kept as an account number", plain, at=at)
        key = plain if iban else f"{(bic or '')[:8]}-{plain}"
        it = self._out.entity(f"{self._out.dataset}-account-{slug(key)}", "BankAccount")
        self.say(it, "iban" if iban else "accountNumber", plain, at=at)
        self.say(it, "bic", good_bic(bic), at=at)
        for prop, value in more.items():
            self.say(it, prop, value, at=at)
        return it.id

    def owner(self, owner: str | None, account: str | None, *, at: str = "", role: str | None = None) -> None:
        """Whose an account is."""
        if owner and account:
            it = self._out.entity(f"{self._out.dataset}-holds-{short(owner, account)}", "Ownership")
            self.say(it, "owner", owner, at=at)
            self.say(it, "asset", account, at=at)
            self.say(it, "role", role, at=at)


def own_series(out: Emitter, message: str = "") -> str:
    """The series of a file that takes no other's place: by the number of its message, or by what is in it."""
    return f"{out.dataset}-{slug(message) or out.source_id[:12]}"


def short(*words: str | None) -> str:
    """A short number that stands for these words."""
    return sha256("\x1f".join(word or "" for word in words).encode()).hexdigest()[:16]


def moment(written: str | None) -> tuple[str | None, str | None]:
    """The day and the hour of an ISO date-time, as the clock on the wall showed them: a zone does not move the day."""
    found = _DAY.match((written or "").strip())
    if not found:
        return None, None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None, None
    return day.isoformat(), found[4]


def looks_iban(text: str) -> bool:
    """Whether a text has the form of an IBAN."""
    return re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", text) is not None


def good_iban(text: str) -> bool:
    """Whether a text is an IBAN with right check digits (ISO 13616, mod 97)."""
    return looks_iban(text) and int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def good_bic(text: str | None) -> str | None:
    """A BIC in capitals; None for what is none."""
    plain = (text or "").strip().upper()
    return plain if re.fullmatch(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", plain) else None
