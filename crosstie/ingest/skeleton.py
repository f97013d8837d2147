"""A mapping to begin with, guessed from the header of an unknown table in several languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import orjson

from crosstie.ingest.reader import Head
from crosstie.ingest.tabular import column_names

#: words of headers, in the order in which they are tried: what the column is likely to be
_GUESSES: tuple[tuple[str, str], ...] = (
    (
        "payer",
        r"payer|sender|debtor|originator|remitter|auftraggeber|zahler|absender|ordonnateur|donneur|expediteur|ordenante|pagador|emisor"
        r"|remitente|плательщик|отправитель|المرسل|الدافع|付款人|汇款人|from account|source account|nameorig",
    ),
    (
        "payee",
        r"payee|beneficiary|receiver|recipient|creditor|empfanger|begunstigter|beneficiaire|destinataire|beneficiario|receptor|destinatario"
        r"|получатель|бенефициар|المستفيد|المستلم|收款人|受益人|to account|target account|namedest",
    ),
    ("amount", r"amount|betrag|montant|importe|monto|valor|сумма|المبلغ|مبلغ|金额|sum"),
    ("currency", r"currency|wahrung|devise|monnaie|moneda|divisa|валюта|العملة|币种|货币"),
    (
        "birthDate",
        r"birth ?date|date of birth|dob|born|geburtsdatum|geb|geboren|date de naissance|naissance|fecha de nacimiento|nacimiento"
        r"|дата рождения|تاريخ الميلاد|出生日期",
    ),
    ("birthPlace", r"place of birth|birth ?place|pob|geburtsort|lieu de naissance|lugar de nacimiento|место рождения|مكان الميلاد|出生地"),
    ("date", r"date|datum|fecha|дата|تاريخ|日期|timestamp|time|zeit"),
    ("firstName", r"first name|given names?|forenames?|vorname|prenoms?|nombre de pila|имя|الاسم الأول"),
    ("lastName", r"last name|surname|family name|nachname|familienname|nom de famille|apellidos?|фамилия|اسم العائلة|اللقب|姓"),
    ("alias", r"alias|aka|a k a|also known as|other names?|spitzname|autres noms|otros nombres|псевдоним|كنية|别名"),
    ("nationality", r"nationality|nationalities|citizenship|staatsangehorigkeit|nationalite|nacionalidad|гражданство|الجنسية|国籍"),
    ("country", r"country|land|pays|pais|страна|البلد|الدولة|国家"),
    ("gender", r"gender|sex|geschlecht|sexe|sexo|genero|пол|الجنس|性别"),
    ("passportNumber", r"passport|pass ?nr|reisepass|passeport|pasaporte|паспорт|جواز السفر|护照"),
    ("idNumber", r"national id|identity|id card|ausweis|carte d identite|cedula|dni|удостоверение|رقم الهوية|身份证"),
    ("registrationNumber", r"registration|reg n|handelsregister|siren|siret|registro|огрн|السجل التجاري|注册号"),
    ("phone", r"phone|telephone|mobile|telefon|telefono|portable|телефон|هاتف|电话"),
    ("email", r"e ?mail|courriel|correo|почта|البريد|邮箱"),
    ("address", r"address|adresse|anschrift|direccion|domicilio|адрес|العنوان|地址"),
    (
        "notes",
        r"notes?|remarks?|comments?|narrative|bemerkung|anmerkung|observations?|remarques?|observaciones|notas|примечани|ملاحظات|备注",
    ),
    ("id", r"id|no|nr|number|nummer|numero|num|key|ref|reference|code|номер|الرقم|رقم|编号|号"),
    (
        "name",
        r"name|full name|nom|nombre|nombre completo|nom complet|raison sociale|razon social|firma|company|имя|фио|название|الاسم|اسم|姓名|名称|名字",
    ),
)


def skeleton(head: Head, dataset: str) -> str:
    """A mapping for the table, with comments, to be checked and completed by hand: what could be guessed of its columns is filled in."""
    columns = column_names(head.columns) if head.columns else ()
    guessed = guess(columns)
    money = "amount" in guessed and ("payer" in guessed or "payee" in guessed)
    body = _payments(guessed) if money else _subjects(guessed, columns)
    used = set(guessed.values())
    left = [column for column in columns if column not in used]
    lines = [
        f"dataset: {dataset}                # begins every id; a-z, 0-9, - and _",
        f"title: {_quoted(head.name)}",
        'originator: "?"               # who says so: the authority or person that the table comes from',
        "grade: F6                     # how far it is believed: Admiralty code, A1 to F6",
        "marking: TLP:AMBER            # who may see it: TLP:CLEAR, GREEN, AMBER, AMBER+STRICT, RED",
        '# purpose: "?"                # what it was collected for',
        "# retention: 2030-01-01       # until when it may be kept",
        *body,
    ]
    if left:
        lines += ["", f"# Columns not used yet: {', '.join(left)}"]
    return "\n".join(lines) + "\n"


def guess(columns: Iterable[str]) -> dict[str, str]:
    """What columns are likely to hold: property (or payer, payee, amount, currency, date, id) to the first column that looks like it."""
    found: dict[str, str] = {}
    for column in columns:
        plain = _plain(column)
        for what, words in _GUESSES:
            if what not in found and re.search(rf"(?<!\w)(?:{words})(?!\w)" if plain.isascii() else words, plain):
                found[what] = column
                break
    return found


def _plain(column: str) -> str:
    """A header without accents, capitals and punctuation."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    folded = "".join(
        one for one in unicodedata.normalize("NFKD", spaced.replace("ß", "ss")) if not unicodedata.combining(one) or one > "\u0500"
    )
    return " ".join(re.sub(r"[\W_]+", " ", folded.casefold()).split())


def _subjects(guessed: dict[str, str], columns: tuple[str, ...]) -> list[str]:
    person = {"birthDate", "firstName", "lastName", "gender", "passportNumber"} & set(guessed)
    key = guessed.get("id") or guessed.get("idNumber") or guessed.get("registrationNumber")
    hint = "" if key else "   # the column, or columns, that tell one record from another"
    keyed = (
        [key]
        if key
        else [guessed[one] for one in ("name", "lastName", "firstName", "birthDate") if one in guessed] or list(columns[:1]) or ["?"]
    )
    lines = [
        "",
        "entities:",
        "  subject:",
        f"    schema: {'Person' if person else 'LegalEntity'}        # Person, Organization, Company, Vessel, ...",
        f"    id: {{columns: [{', '.join(map(_quoted, keyed))}]}}{hint}",
        "    properties:",
    ]
    names = [guessed[one] for one in ("firstName", "lastName") if one in guessed]
    if "name" in guessed:
        lines.append(f"      name: {{column: {_quoted(guessed['name'])}}}")
    elif names:
        lines.append(f'      name: {{columns: [{", ".join(map(_quoted, names))}], join: " "}}')
    else:
        lines.append('      # name: {column: "?"}')
    legal = {"alias", "country", "registrationNumber", "idNumber", "phone", "email", "address", "notes"}
    for what, column in guessed.items():
        if (
            what in ("firstName", "lastName", "birthDate", "birthPlace", "nationality", "gender", "passportNumber") and person
        ) or what in legal:
            extra = ', date_format: ["%d.%m.%Y", "%Y"]   # as in the column' if what == "birthDate" else ""
            lines.append(_option(what, column, extra))
    return lines


def _option(what: str, column: str, extra: str) -> str:
    before, _, comment = extra.partition("   #")
    return f"      {what}: {{column: {_quoted(column)}{before}}}" + (f"   #{comment}" if comment else "")


def _payments(guessed: dict[str, str]) -> list[str]:
    ends = [end for end in ("payer", "payee") if end in guessed]
    lines = ["", "entities:"]
    for end in ends:
        lines += [
            f"  {end}:",
            "    schema: BankAccount        # the two ends of each payment; Person or LegalEntity if they are named instead",
            f"    id: {{column: {_quoted(guessed[end])}}}",
            "    properties:",
            f"      accountNumber: {{column: {_quoted(guessed[end])}}}",
        ]
    lines += ["", "ledger:", "  payments:"]
    if "id" in guessed:
        lines.append(f"    id: {{column: {_quoted(guessed['id'])}}}")
    lines += [f"    {letter}: {end}" for letter, end in (("a", "payer"), ("b", "payee")) if end in ends]
    if "date" in guessed:
        lines.append(f'    date: {{column: {_quoted(guessed["date"])}}}   # date_format: "%d.%m.%Y" where it is not ISO 8601')
    lines += ["    columns:", f'      amount: {{column: {_quoted(guessed["amount"])}}}   # decimal: "," where amounts are written 1.234,50']
    lines.append(
        f"      currency: {{column: {_quoted(guessed['currency'])}}}"
        if "currency" in guessed
        else "      currency: {literal: EUR}   # which?"
    )
    return lines


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
