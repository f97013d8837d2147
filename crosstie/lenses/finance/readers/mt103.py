"""SWIFT MT103, single customer credit transfers: one message or many in a file, with or without the blocks around the text.

Fields are taken by their tags; options (50A, 50F, 50K) say how a party is written. Amounts have a decimal comma, dates two figures for the year. The UETR
of block 3 makes the reports of several banks one event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from crosstie.errors import DamagedFile
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.encoding import clean
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.finance.reading import Parties, Payments, good_bic, own_series, short

_FIELD = re.compile(r"^:(\d{2}[A-Z]?):", re.MULTILINE)
_UETR = re.compile(r"\{121:([0-9a-fA-F-]{36})\}")
_SUM = re.compile(r"^(\d{6})([A-Z]{3})([\d,.]+)$")
_AGENTS = ("52", "53", "54", "56", "57")
#: a message has at most 10,000 characters; this is far more
_MOST = 1 << 20


class Mt103:
    """Reads MT103."""

    name = "mt103"
    title = "SWIFT MT103 customer transfers"
    profile = Profile("mt103", "mt103", "Bank", "B2", "TLP:AMBER", promise=Promise(max_reject_share=0.2))

    def recognises(self, head: Head) -> bool:
        """By the type of the message in block 2, or by the fields of a customer transfer."""
        return re.search(r"\{2:[IO]103", head.text) is not None or all(tag in head.text for tag in ("\n:23B:", "\n:32A:", "\n:59"))

    def read(self, original: Original, out: Emitter) -> None:
        """Each message. DamagedFile where the file ends inside one."""
        work = _Messages(out)
        number = 0
        for number, text in enumerate(_messages(original, out), 1):
            out.record(f"message[{number}]")
            work.message(text)
        if not number:
            raise DamagedFile(f"{original.name}: no message in the file")
        work.payments.flush()
        out.series = own_series(out)


def _messages(original: Original, out: Emitter) -> Iterator[str]:
    """The messages one after another; each ends with `-}` or, without blocks, with a line `-`."""
    rest, found = "", 0
    for chunk in clean(original, out, encoding="utf-8", skip=0):
        rest += chunk.decode().replace("\r\n", "\n")
        *whole, rest = re.split(r"\n-\}?[^\n{]*", rest)
        for text in whole:
            if ":32A:" in text or ":20:" in text:
                found += 1
                yield text
        if len(rest) > _MOST:
            raise DamagedFile(f"{original.name}: after message {found} there is no end of a message")
    if ":20:" in rest or ":32A:" in rest:
        raise DamagedFile(f"{original.name}: the file ends in the middle of message {found + 1}", hint="Fetch the file again.")


class _Messages:
    def __init__(self, out: Emitter) -> None:
        self.out, self.parties, self.payments = out, Parties(out), Payments(out)

    def message(self, text: str) -> None:
        """One message as a payment."""
        kind = re.search(r"\{2:[IO](\d{3})", text)
        if kind and kind[1] != "103":
            self.out.reject(f"a message of the type {kind[1]}, not 103", text[:60])
            return
        fields = _fields(text)
        value = _SUM.match(fields.get("32A", "").strip())
        if not value:
            self.out.reject("no value date, currency and amount", fields.get("32A", ""), at="32A")
            return
        try:
            day = datetime.strptime(value[1], "%y%m%d").date().isoformat()
        except ValueError:
            self.out.reject("not a date", value[1], at="32A")
            return
        payer, payee = self._party(fields, "50"), self._party(fields, "59")
        uetr = _UETR.search(text)
        reference = uetr[1].lower() if uetr else fields.get("20", "").strip()
        agents = [bic for tag in _AGENTS for name, said in fields.items() if name[:2] == tag and (bic := _bic(said))]
        order = sorted(agents, key=lambda bic: agents.index(bic))
        event = f"{self.out.dataset}-{reference or short(payer, payee, fields['32A'])}"
        purpose = " ".join(fields.get("70", "").split())
        via = " > ".join(dict.fromkeys(order))
        self.payments.add(event, payer, payee, day, value[3], value[2], purpose=purpose, channel="transfer", reference=reference, via=via)

    def _party(self, fields: dict[str, str], tag: str) -> str | None:
        name = next((one for one in fields if one[:2] == tag), None)
        if name is None:
            self.out.reject(f"no party in field {tag}", "", at=tag)
            return None
        lines = [line.strip() for line in fields[name].splitlines() if line.strip()]
        number = lines.pop(0).lstrip("/") if lines and lines[0].startswith("/") else ""
        bic = _bic(fields.get("52A" if tag == "50" else "57A", ""))
        account = self.parties.account(number, bic, at=name)
        if name.endswith("F"):
            said: dict[str, list[str]] = {}
            for line in lines:
                said.setdefault(line[:1], []).append(line[2:])
            holder, rest = " ".join(said.get("1", [])), [*said.get("2", []), *said.get("3", [])]
            country = said["3"][0][:2] if said.get("3") else ""
            born = said["4"][0] if said.get("4") else ""
        else:
            holder, rest, country, born = (lines[0] if lines else ""), lines[1:], "", ""
        if not holder:
            return account
        it = self.out.entity(f"{self.out.dataset}-party-{short(holder.casefold(), account)}", "Person" if born else "LegalEntity")
        organisation = good_bic(holder) if name.endswith("A") else None
        self.parties.say(it, "swiftBic" if organisation else "name", organisation or holder, at=name)
        self.parties.say(it, "address", ", ".join(rest), at=name)
        self.parties.say(it, "country", country, at=name)
        if born and it.schema == "Person":
            self.parties.say(it, "birthDate", f"{born[:4]}-{born[4:6]}-{born[6:8]}", at=name)
        self.parties.owner(it.id, account, at=name)
        return account or it.id


def _fields(text: str) -> dict[str, str]:
    """The fields of a message by tag; of a repeated one the first."""
    found: dict[str, str] = {}
    places = list(_FIELD.finditer(text))
    for one, following in zip(places, [*places[1:], None], strict=True):
        found.setdefault(one[1], text[one.end() : following.start() if following else len(text)].strip())
    return found


def _bic(text: str) -> str | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return good_bic(lines[-1]) if lines else None


READER = Mt103()
