"""The company register and the bank customers of each State, as CSV in the office's language with the mapping beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.learn.region.names import NONE, Ints, among, pc
from crosstie.learn.region.population import Population
from crosstie.learn.region.sheets import BATCH, offices, sheet, write_mapping
from crosstie.learn.region.spelling import (
    addresses,
    birth_dates,
    company_names,
    days,
    holes,
    id_numbers,
    loose,
    padded,
    person_names,
    phones,
    registrations,
)
from crosstie.learn.region.truth import Sightings
from crosstie.learn.region.world import day_number, places, scrambled, stream

_OFFICER_SALT, _CUSTOMER_SALT = 11, 12
NULL = pa.scalar(None, pa.string())


def write_registers(population: Population, out: Path, truth: Sightings) -> list[Path]:
    """The company register of each State."""
    return [_register(population, number, code, out, truth) for number, code in enumerate(places())]


def _seats(population: Population) -> tuple[Ints, Ints, Ints, Any, Ints, Ints]:
    """Seats of all registers: company, person row (or NONE), company row of an owner (or NONE), owner?, start, end; planted and crowd."""
    plan, crowd = population.plan, population.officers
    companies = {one.actor.id: row for row, one in enumerate(plan.companies)}
    people = {one.actor.id: row for row, one in enumerate(plan.people)}
    rows = [
        (
            companies[one.b.id],
            people.get(one.a.id, NONE),
            companies.get(one.a.id, NONE),
            one.kind == "Ownership",
            day_number(one.start) if one.start else population.companies.founded[companies[one.b.id]],
            day_number(one.end) if one.end else NONE,
        )
        for one in plan.relations
        if one.report is None
    ]
    seated = {row[0] for row in rows}
    rows += [(row, NONE, NONE, False, NONE, NONE) for row in range(len(plan.companies)) if row not in seated]
    ours = np.array(rows, dtype=np.int64).reshape(-1, 6)
    none = np.full(len(crowd.company), NONE)
    return (
        np.concatenate([ours[:, 0], crowd.company]),
        np.concatenate([ours[:, 1], crowd.person]),
        np.concatenate([ours[:, 2], none]),
        np.concatenate([ours[:, 3].astype(bool), crowd.owner]),
        np.concatenate([ours[:, 4], crowd.start]),
        np.concatenate([ours[:, 5], crowd.end]),
    )


def _register(population: Population, number: int, code: str, out: Path, truth: Sightings) -> Path:
    companies, people, plan = population.companies, population.people, population.plan
    care = population.care.register
    company, person, parent, owner, start, end = _seats(population)
    here = np.flatnonzero(companies.state[company] == number)
    here = here[np.argsort(companies.registration[company[here]], kind="stable")]
    rng = stream(population.seed, f"register_{code}")
    office, name = offices()[code], f"register_{code}"
    path = out / f"{name}.csv"
    roles = [office["roles"]["director"], office["roles"]["owner"]]
    ours = [one.actor.name for one in plan.companies]
    homes = [f"{one.address.street}, {one.address.city}" for one in plan.companies]
    double = scrambled(person + 7 * company, 13) % 100 < 100 * care.double
    met: list[Ints] = []
    with sheet(path, office["register"], office["delimiter"]) as table:
        for first in range(0, len(here), BATCH):
            rows = here[first : first + BATCH]
            firm, who, above = company[rows], person[rows], parent[rows]
            human, corporate = who != NONE, above != NONE
            numbers = registrations(companies, firm)
            keys = scrambled(np.where(double[rows], who + 40_000_000, who), _OFFICER_SALT)
            parents = pc.if_else(pa.array(corporate), registrations(companies, np.maximum(above, 0)), NULL)
            officer_no = pc.if_else(pa.array(human), padded(keys, 8, "P"), parents)
            someone = np.maximum(who, 0)
            names = person_names(people, someone, rng, care, office["script"])
            latin = holes(person_names(people, someone, rng, care), rng, 0.6 if office["script"] != "Latn" else 1.0)
            firms_above = company_names(companies, np.maximum(above, 0), ours)
            only = pa.array(human)
            table.write(
                {
                    "company_no": numbers,
                    "company": company_names(companies, firm, ours),
                    "address": addresses(companies, firm, homes),
                    "phone": holes(phones(companies.phone[firm]), rng, care.no_phone),
                    "founded": days(companies.founded[firm], office["dates"]),
                    "dissolved": days(companies.dissolved[firm], office["dates"]),
                    "officer_kind": pc.if_else(only, "P", pc.if_else(pa.array(corporate), "C", NULL)),
                    "officer_no": officer_no,
                    "officer": pc.if_else(only, names, pc.if_else(pa.array(corporate), firms_above, NULL)),
                    "officer_latin": pc.if_else(only, latin, NULL),
                    "born": pc.if_else(only, birth_dates(people.born[someone], rng, care, office["dates"]), NULL),
                    "id_no": pc.if_else(only, holes(id_numbers(people, someone), rng, care.no_id), NULL),
                    "role": pc.if_else(pa.array(human | corporate), among(roles, owner[rows].astype(np.int64)), NULL),
                    "start": days(start[rows], office["dates"]),
                    "end": days(end[rows], office["dates"]),
                }
            )
            met.append(np.stack([keys[human], who[human]]))
    firms_ = np.unique(company[here])
    truth.add(truth.actors("company", firms_), _prefixed(name, registrations(companies, firms_)), name, path.name)
    mates = np.unique(np.concatenate(met, axis=1), axis=1)
    truth.add(truth.actors("person", mates[1]), _prefixed(name, padded(mates[0], 8, "P")), name, path.name)
    write_mapping(path, _register_mapping(name, code, office))
    return path


def _prefixed(dataset: str, keys: Any) -> Any:
    return pc.binary_join_element_wise(pa.scalar(dataset), keys, "-")


def _register_mapping(dataset: str, code: str, office: dict[str, Any]) -> dict[str, Any]:
    column, state = office["register"], places()[code].state
    when = {"format": office["dates"]}
    company = {
        "schema": "Company",
        "id": {"column": column["company_no"]},
        "properties": {
            "name": column["company"],
            "registrationNumber": column["company_no"],
            "address": column["address"],
            "phone": column["phone"],
            "incorporationDate": {"column": column["founded"], **when},
            "dissolutionDate": {"column": column["dissolved"], **when},
            "jurisdiction": {"literal": code},
            "country": {"literal": code},
        },
    }
    person = {
        "schema": "Person",
        "id": {"column": column["officer_no"]},
        "properties": {
            "name": {"columns": [column["officer"], column["officer_latin"]]},
            "birthDate": {"column": column["born"], **when},
            "idNumber": column["id_no"],
            "country": {"literal": code},
        },
    }
    parent = {
        "schema": "Company",
        "id": {"column": column["officer_no"]},
        "properties": {"name": column["officer"], "country": {"literal": code}},
    }

    def tie(schema: str, actor: str, thing: str) -> dict[str, Any]:
        return {
            "schema": schema,
            "id": {"columns": [column["company_no"], column["officer_no"]], "literal": schema.lower()},
            "properties": {
                actor: {"entity": "officer"},
                thing: {"entity": "company"},
                "role": column["role"],
                "startDate": {"column": column["start"], **when},
                "endDate": {"column": column["end"], **when},
            },
        }

    kind, role, roles = column["officer_kind"], column["role"], office["roles"]
    return {
        "dataset": dataset,
        "title": f"Company register of {state.name}",
        "originator": f"Company registrar of {state.name}",
        "grade": "A2",
        "marking": "TLP:GREEN",
        "delimiter": office["delimiter"],
        "version_date": "2025-01-01",
        "queries": [
            {"filters": {kind: ""}, "entities": {"company": company}},
            {
                "filters": {kind: "P", role: roles["director"]},
                "entities": {"company": company, "officer": person, "seat": tie("Directorship", "director", "organization")},
            },
            {
                "filters": {kind: "P", role: roles["owner"]},
                "entities": {"company": company, "officer": person, "share": tie("Ownership", "owner", "asset")},
            },
            {
                "filters": {kind: "C", role: roles["owner"]},
                "entities": {"company": company, "officer": parent, "share": tie("Ownership", "owner", "asset")},
            },
            {
                "filters": {kind: "C", role: roles["director"]},
                "entities": {"company": company, "officer": parent, "seat": tie("Directorship", "director", "organization")},
            },
        ],
    }


def ibans(population: Population, rows: Ints) -> Any:
    """Account numbers in the manner of an IBAN, with valid check digits: State, check, bank (4), account (10)."""
    accounts = population.accounts
    body = (accounts.bank[rows] + 1) * 10**10 + accounts.serial[rows]
    texts: Any = pa.nulls(len(rows), pa.string())
    for number, code in enumerate(places()):
        here = accounts.state[rows] == number
        letters = int("".join(str(ord(letter) - 55) for letter in code.upper()) + "00")
        # mod 97 in two steps, so that no number outgrows 64 bits
        check = 98 - ((body[here] % 97) * (10**6 % 97) + letters) % 97
        line = pc.binary_join_element_wise(padded(check, 2, code.upper()), padded(body[here], 14), "")
        texts = pc.replace_with_mask(texts, pa.array(here), line)
    return texts


def write_accounts(population: Population, out: Path, truth: Sightings) -> list[Path]:
    """The bank customers and accounts of each State."""
    return [_accounts(population, number, code, out, truth) for number, code in enumerate(places())]


def _accounts(population: Population, number: int, code: str, out: Path, truth: Sightings) -> Path:
    accounts, people, companies, plan = population.accounts, population.people, population.companies, population.plan
    here = np.flatnonzero(accounts.state == number)
    here = here[np.argsort(accounts.serial[here], kind="stable")]
    rng, office, name = stream(population.seed, f"accounts_{code}"), offices()[code], f"accounts_{code}"
    care = population.care.bank
    path, place = out / f"{name}.csv", places()[code]
    ours = [one.actor.name for one in plan.companies]
    homes = [f"{one.address.street}, {one.address.city}" for one in plan.people]
    seats = [f"{one.address.street}, {one.address.city}" for one in plan.companies]
    # one customer per holder and bank: what the bank knows of the customer is the same on each account
    key = (accounts.holder[here] * 2 + accounts.of_company[here]) * 10 + accounts.bank[here]
    _, customer = np.unique(key, return_inverse=True)
    _, first_seen = np.unique(customer, return_index=True)
    with sheet(path, office["accounts"], office["delimiter"]) as table:
        for first in range(0, len(here), BATCH):
            rows = here[first : first + BATCH]
            firm = pa.array(accounts.of_company[rows])
            person = np.where(accounts.of_company[rows], 0, accounts.holder[rows])
            company = np.where(accounts.of_company[rows], accounts.holder[rows], 0)
            number_ = padded(scrambled(customer[first : first + BATCH] + 1, _CUSTOMER_SALT), 8, "K")
            table.write(
                {
                    "account": ibans(population, rows),
                    "bank": among(place.state.banks, accounts.bank[rows]),
                    "customer_no": number_,
                    "kind": pc.if_else(firm, "C", "P"),
                    "holder": pc.if_else(
                        firm, loose(company_names(companies, company, ours), rng, care), person_names(people, person, rng, care)
                    ),
                    "born": pc.if_else(firm, NULL, birth_dates(people.born[person], rng, care, office["dates"])),
                    "id_no": holes(pc.if_else(firm, registrations(companies, company), id_numbers(people, person)), rng, care.no_id),
                    "phone": holes(phones(accounts.phone[rows]), rng, care.no_phone),
                    "address": holes(
                        pc.if_else(firm, addresses(companies, company, seats), addresses(people, person, homes)), rng, care.no_address
                    ),
                    "opened": days(accounts.opened[rows], office["dates"]),
                    "currency": pa.array([accounts.currency[row] for row in rows.tolist()]),
                }
            )
            truth.add(truth.actors("account", rows), ibans(population, rows), name, path.name)
            fresh = np.isin(np.arange(first, first + len(rows)), first_seen)
            who = pc.if_else(firm, truth.actors("company", company), truth.actors("person", person))
            truth.add(who.filter(pa.array(fresh)), _prefixed(name, number_).filter(pa.array(fresh)), name, path.name)
    write_mapping(path, _accounts_mapping(name, code, office))
    return path


def _accounts_mapping(dataset: str, code: str, office: dict[str, Any]) -> dict[str, Any]:
    column, state = office["accounts"], places()[code].state
    account = {
        "schema": "BankAccount",
        "id_column": column["account"],
        "properties": {
            "accountNumber": column["account"],
            "bankName": column["bank"],
            "currency": column["currency"],
            "openingDate": {"column": column["opened"], "format": office["dates"]},
            "country": {"literal": code},
        },
    }
    owned = {
        "schema": "Ownership",
        "id": {"column": column["account"], "literal": "holder"},
        "properties": {
            "owner": {"entity": "holder"},
            "asset": {"entity": "account"},
            "role": {"literal": "account holder"},
            "startDate": {"column": column["opened"], "format": office["dates"]},
        },
    }

    def holder(schema: str, **properties: Any) -> dict[str, Any]:
        common = {"name": column["holder"], "phone": column["phone"], "address": column["address"], "country": {"literal": code}}
        return {"schema": schema, "id": {"column": column["customer_no"]}, "properties": common | properties}

    private = holder("Person", idNumber=column["id_no"], birthDate={"column": column["born"], "format": office["dates"]})
    business = holder("Company", registrationNumber=column["id_no"])
    return {
        "dataset": dataset,
        "title": f"Bank customers of {state.name}",
        "originator": f"Financial intelligence unit of {state.name}",
        "grade": "B2",
        "marking": "TLP:AMBER; purpose=exercise",
        "delimiter": office["delimiter"],
        "version_date": "2025-01-01",
        "queries": [
            {"filters": {column["kind"]: "P"}, "entities": {"holder": private, "account": account, "holding": owned}},
            {"filters": {column["kind"]: "C"}, "entities": {"holder": business, "account": account, "holding": owned}},
        ],
    }
