"""A hawaladar's book as a table: who gave money where, who was paid it out elsewhere, through which brokers. CSV with sender, receiver, broker and amount.

Such books are kept in several calendars and with either decimal mark; both are read. Hawala is a lawful service in many States; the book says nothing else
of anybody than that money was sent.
"""

from __future__ import annotations

from crosstie.errors import DamagedFile
from crosstie.ingest import rows
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.finance.calendars import day
from crosstie.lenses.finance.reading import Parties, Payments, own_series, short

_NAMES = {
    "date": ("date", "day", "تاريخ", "التاريخ", "дата", "fecha", "日期"),
    "sender": ("sender", "from", "remitter", "المرسل", "отправитель", "expéditeur", "remitente", "汇款人"),
    "receiver": ("receiver", "beneficiary", "to", "المستلم", "получатель", "bénéficiaire", "beneficiario", "收款人"),
    "amount": ("amount", "sum", "المبلغ", "сумма", "montant", "importe", "金额"),
    "currency": ("currency", "العملة", "валюта", "devise", "moneda", "货币"),
    "broker": ("broker", "hawaladar", "agent", "الوسيط", "хаваладар", "courtier", "corredor", "经纪人"),
    "partner": ("partner", "paying broker", "counterpart", "الوكيل", "партнёр", "партнер", "correspondant", "corresponsal", "代理"),
    "code": ("code", "reference", "token", "الرمز", "код", "clave", "密码"),
    "sender_phone": ("sender_phone", "sender phone", "هاتف المرسل", "телефон отправителя"),
    "receiver_phone": ("receiver_phone", "receiver phone", "هاتف المستلم", "телефон получателя"),
}
_NEEDED = ("sender", "receiver", "amount", "broker")


class Hawala:
    """Reads a hawaladar's book."""

    name = "hawala_book"
    title = "Hawala ledger, CSV"
    profile = Profile("hawala", "hawala", "Hawala broker", "C3", "TLP:AMBER", promise=Promise(max_reject_share=0.3))

    def recognises(self, head: Head) -> bool:
        """By sender, receiver, broker and amount among the columns."""
        return head.media == "csv" and set(_NEEDED) <= set(_columns(list(head.columns)))

    def read(self, original: Original, out: Emitter) -> None:
        """A payment for each line, the brokers in `via`. DamagedFile where the columns are not there."""
        with original.open() as stream:
            head = stream.read(1 << 16).decode("utf-8-sig", "replace")
        work = _Book(out)
        columns: dict[str, int] = {}
        for number, cells in rows.rows(original, out, delimiter=rows.delimiter_of(head)):
            if not columns:
                columns = _columns(cells)
                if missing := [name for name in _NEEDED if name not in columns]:
                    raise DamagedFile(f"{original.name}: no column for {', '.join(missing)}")
                continue
            out.record(f"row {number}")
            work.line({name: cells[at].strip() for name, at in columns.items() if at < len(cells)})
        work.payments.flush()
        out.series = own_series(out)


def _columns(header: list[str]) -> dict[str, int]:
    plain = [cell.strip().lstrip("\ufeff").casefold() for cell in header]
    return {what: plain.index(name) for what, names in _NAMES.items() for name in reversed(names) if name in plain}


class _Book:
    def __init__(self, out: Emitter) -> None:
        self.out, self.parties, self.payments = out, Parties(out), Payments(out)

    def line(self, said: dict[str, str]) -> None:
        """One line of the book."""
        sender, receiver = (self._party(said, side, "Person") for side in ("sender", "receiver"))
        via = [self._named(said.get(side, ""), side) for side in ("broker", "partner")]
        when = day(said.get("date", ""))
        if said.get("date") and when is None:
            self.out.reject("not a date in any of three calendars", said["date"], at="date")
        code = said.get("code", "")
        event = f"{self.out.dataset}-{short(said.get('broker', '').casefold(), code or self.out.place, when, self.out.source_id if not code else '')}"
        self.payments.add(
            event, sender, receiver, when, said.get("amount"), said.get("currency", "").upper() or None, channel="hawala", reference=code,
            via=" > ".join(one for one in via if one),
        )  # fmt: skip

    def _party(self, said: dict[str, str], side: str, schema: str) -> str | None:
        name, phone = said.get(side, ""), said.get(f"{side}_phone", "")
        if not name:
            return None
        it = self.out.entity(f"{self.out.dataset}-party-{short(name.casefold(), phone)}", schema)
        self.parties.say(it, "name", name, at=side)
        self.parties.say(it, "phone", phone, at=f"{side}_phone")
        return it.id

    def _named(self, name: str, side: str) -> str | None:
        if not name:
            return None
        it = self.out.entity(f"{self.out.dataset}-broker-{short(name.casefold())}", "LegalEntity")
        self.parties.say(it, "name", name, at=side)
        return it.id


READER = Hawala()
