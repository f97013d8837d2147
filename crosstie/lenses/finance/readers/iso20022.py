"""ISO 20022 payments: pacs.008 (customer transfers), pacs.009 (between banks) and camt.052, .053 and .054 (what an account's bank says happened on it).

Elements are taken by their local names, whatever the version. A transfer between the same two ends that several banks report is one event where it
bears the same UETR. What a message calls NOTPROVIDED is nothing.
"""

from __future__ import annotations

from lxml import etree

from crosstie.errors import DamagedFile
from crosstie.ingest import xml
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.finance.reading import Parties, Payments, good_bic, own_series, short

_MESSAGES = ("FIToFICstmrCdtTrf", "FICdtTrf", "BkToCstmrAcctRpt", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
_ACCOUNTED = ("Rpt", "Stmt", "Ntfctn")
_AGENTS = (
    "DbtrAgt",
    "PrvsInstgAgt1",
    "PrvsInstgAgt2",
    "PrvsInstgAgt3",
    "InstgAgt",
    "IntrmyAgt1",
    "IntrmyAgt2",
    "IntrmyAgt3",
    "InstdAgt",
    "CdtrAgt",
)
_ABSENT = ("NOTPROVIDED", "NOT PROVIDED", "NONREF")


class Iso20022:
    """Reads pacs.008, pacs.009 and camt.052 to 054."""

    name = "iso20022"
    title = "ISO 20022 payments: pacs.008, pacs.009, camt.052, camt.053, camt.054"
    profile = Profile("iso20022", "iso20022", "Bank", "B2", "TLP:AMBER", promise=Promise(max_reject_share=0.2))

    def recognises(self, head: Head) -> bool:
        """By the message in the document."""
        return (
            head.media == "xml" and head.root == "Document" and any(f"<{one}" in head.text or f":{one}" in head.text for one in _MESSAGES)
        )

    def read(self, original: Original, out: Emitter) -> None:
        """Each transfer. DamagedFile where the document holds none of these messages."""
        root, _ = xml.root(original)
        if root != "Document":
            raise DamagedFile(f"{original.name}: the document element is <{root}>, not <Document>")
        work = _Transfers(out)
        for place, element in xml.records(original, ("GrpHdr", "CdtTrfTxInf", *_ACCOUNTED), out):
            tag = xml.local(element)
            if tag == "GrpHdr":
                work.header(element)
            elif tag == "CdtTrfTxInf":
                out.record(place)
                work.transfer(element)
            else:
                work.statement(place, element)
        work.end()


class _Transfers:
    def __init__(self, out: Emitter) -> None:
        self.out, self.parties, self.payments = out, Parties(out), Payments(out)
        self.day = self.promised = self.message = ""
        self.count = 0

    def header(self, element: etree._Element) -> None:
        """What holds for all transfers of the message."""
        self.day, self.promised = _at(element, "IntrBkSttlmDt") or _at(element, "CreDtTm"), _at(element, "NbOfTxs")
        self.message = _at(element, "MsgId")

    def end(self) -> None:
        """Hand on, and compare with the number that the header promises."""
        self.payments.flush()
        self.out.series = own_series(self.out, self.message)
        if self.promised.isdigit() and self.count and int(self.promised) != self.count:
            self.out.place = "GrpHdr/NbOfTxs"
            self.out.reject(f"the message says {self.promised} transfers and holds {self.count}", self.promised)

    def transfer(self, element: etree._Element) -> None:
        """One transfer of a pacs message."""
        self.count += 1
        amount = _one(element, "IntrBkSttlmAmt") if _one(element, "IntrBkSttlmAmt") is not None else _one(element, "InstdAmt")
        agents = [bic for tag in _AGENTS if (bic := _bic(_one(element, tag)))]
        self._pay(
            element,
            amount,
            _at(element, "AccptncDtTm") or _at(element, "IntrBkSttlmDt") or self.day,
            " > ".join(dict.fromkeys(agents)),
        )

    def statement(self, place: str, element: etree._Element) -> None:
        """The entries of an account's report: each detail of each entry is a payment from or to the account."""
        number, servicer = _account(_one(element, "Acct")), _bic(_find(element, "Acct", "Svcr"))
        own = self.parties.account(number, servicer, at="Acct")
        for at, entry in enumerate((child for child in element if xml.local(child) == "Ntry"), 1):
            details = [one for group in _every(entry, "NtryDtls") for one in _every(group, "TxDtls")] or [entry]
            for one in details:
                self.out.record(f"{place}/Ntry[{at}]")
                sent = (_at(one, "CdtDbtInd") or _at(entry, "CdtDbtInd")) == "DBIT"
                amount = _one(one, "Amt") if _one(one, "Amt") is not None else _one(entry, "Amt")
                day = _at(entry, "BookgDt", "DtTm") or _at(entry, "BookgDt", "Dt") or _at(entry, "ValDt", "Dt")
                if _at(entry, "Sts") == "PDNG" or _at(entry, "Sts", "Cd") == "PDNG":
                    self.out.reject("an entry that is not booked yet", _at(entry, "NtryRef"))
                    continue
                self._pay(one, amount, day, "", own=own, sent=sent)

    def _pay(
        self, element: etree._Element, amount: etree._Element | None, day: str, via: str, *, own: str | None = None, sent: bool = False
    ) -> None:
        payer, payee = self._end(element, "Dbtr"), self._end(element, "Cdtr")
        if own is not None:
            payer, payee = (own, payee) if sent else (payer, own)
        reference = (
            _at(element, "PmtId", "UETR") or _at(element, "Refs", "UETR") or _at(element, "PmtId", "TxId") or _at(element, "Refs", "TxId")
        )
        reference = reference or _at(element, "PmtId", "EndToEndId") or _at(element, "Refs", "EndToEndId")
        value, currency = ("", "") if amount is None else ((amount.text or "").strip(), str(amount.get("Ccy") or ""))
        purpose = [_at(element, "Purp", "Cd"), *(_text(one) for info in _every(element, "RmtInf") for one in _every(info, "Ustrd"))]
        event = f"{self.out.dataset}-{reference or short(payer, payee, day, value, self.out.source_id, self.out.place)}".casefold()
        self.payments.add(
            event,
            payer,
            payee,
            day,
            value,
            currency,
            purpose=" ".join(filter(None, purpose)),
            reference=reference,
            via=via,
            channel="transfer",
        )

    def _end(self, element: etree._Element, side: str) -> str | None:
        """The account of one end, with its holder; the holder where no account is named."""
        related = _one(element, "RltdPties")
        where = element if related is None else related
        agents = _one(element, "RltdAgts")
        bic = _bic(_one(element if agents is None else agents, f"{side}Agt"))
        account = self.parties.account(_account(_one(where, f"{side}Acct")), bic, at=f"{side}Acct")
        party = _one(where, side)
        if party is not None and _one(party, "Pty") is not None:
            party = _one(party, "Pty")
        holder = self._party(party, side, account)
        self.parties.owner(holder, account, at=side)
        return account or holder

    def _party(self, party: etree._Element | None, side: str, account: str | None) -> str | None:
        if party is None:
            return None
        bank = _one(party, "FinInstnId")
        name = _at(party, "Nm") or _at(party, "FinInstnId", "Nm") or _bic(party)
        if not name:
            return None
        private, organised = _find(party, "Id", "PrvtId"), _find(party, "Id", "OrgId")
        born = _at(private, "DtAndPlcOfBirth", "BirthDt") if private is not None else ""
        lei = _at(organised, "LEI") if organised is not None else ""
        schema = "Person" if private is not None else ("Company" if bank is not None else "LegalEntity")
        key = short(lei) if lei else short(name.casefold(), born, account)
        it = self.out.entity(f"{self.out.dataset}-party-{key}", schema)
        say = self.parties.say
        say(it, "name", name, at=f"{side}/Nm")
        say(it, "country", _at(party, "CtryOfRes") or _at(party, "PstlAdr", "Ctry"), at=f"{side}/PstlAdr")
        say(it, "address", _address(_one(party, "PstlAdr")), at=f"{side}/PstlAdr")
        say(it, "leiCode", lei, at=f"{side}/Id")
        if bank is not None:
            say(it, "swiftBic", _bic(party), at=f"{side}/FinInstnId")
        if private is not None:
            say(it, "birthDate", born, at=f"{side}/Id")
            say(it, "birthPlace", _at(private, "DtAndPlcOfBirth", "CityOfBirth"), at=f"{side}/Id")
            for other in _every(private, "Othr"):
                passport = _at(other, "SchmeNm", "Cd") == "CCPT"
                say(it, "passportNumber" if passport else "idNumber", _at(other, "Id"), at=f"{side}/Id/Othr")
        return it.id


def _every(element: etree._Element, tag: str) -> list[etree._Element]:
    return [child for child in element if xml.local(child) == tag]


def _one(element: etree._Element, tag: str) -> etree._Element | None:
    return next((child for child in element if xml.local(child) == tag), None)


def _find(element: etree._Element | None, *tags: str) -> etree._Element | None:
    for tag in tags:
        element = None if element is None else _one(element, tag)
    return element


def _text(element: etree._Element | None) -> str:
    text = "" if element is None else (element.text or "").strip()
    return "" if text.upper() in _ABSENT else text


def _at(element: etree._Element, *tags: str) -> str:
    return _text(_find(element, *tags))


def _bic(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    where = element if _one(element, "FinInstnId") is None else _one(element, "FinInstnId")
    return None if where is None else good_bic(_at(where, "BICFI") or _at(where, "BIC") or _at(where, "AnyBIC"))


def _account(element: etree._Element | None) -> str | None:
    return None if element is None else (_at(element, "Id", "IBAN") or _at(element, "Id", "Othr", "Id") or None)


def _address(element: etree._Element | None) -> str:
    if element is None:
        return ""
    said = [_text(one) for one in _every(element, "AdrLine")]
    parts = [_at(element, tag) for tag in ("StrtNm", "BldgNb", "PstCd", "TwnNm", "CtrySubDvsn")]
    return ", ".join(part for part in [*said, *parts] if part)


READER = Iso20022()
