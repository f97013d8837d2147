"""The files of an invented registry of firearms, as its clerks write them: the register, recoveries, losses and trace requests."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crosstie.learn.region.parts import Actor
from crosstie.lenses.firearms.parties import identity

if TYPE_CHECKING:
    from crosstie.learn.region.papers import Clerk

OFFICE = "firearms"


class _Party:
    """How the registry writes a party down: name, number, State; and what the reader will call it."""

    def __init__(self, clerk: Clerk, actor: Actor | None) -> None:
        self.name = self.number = self.state = self.born = ""
        if actor is None:
            return
        face = clerk.face(actor)
        self.name, self.number, self.state, self.born = face.name, face.id_number or "", actor.state.upper(), face.born or ""
        clerk.saw(actor, identity(OFFICE, self.name, self.number, self.state.lower()))


def _arm(clerk: Clerk, entry: Mapping[str, Any], *, damage: int = 0) -> list[str]:
    """Number, maker, model, calibre and category as this office writes them."""
    serial, rng = str(entry["serial"]), clerk.rng
    if entry.get("ground_off"):
        serial = "obliterated"
    elif damage:
        at = int(rng.integers(0, len(serial) - damage + 1))
        serial = serial[:at] + "?" * damage + serial[at + damage :]
    elif rng.random() < 0.2:
        serial = f"{serial[:2]}-{serial[2:]}" if rng.random() < 0.5 else f"{serial[:2]} {serial[2:]}".lower()
    return [serial, entry["make"], entry["model"], str(rng.choice(list(entry["calibres"]))), entry["category"]]


def _sheet(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def movements(clerk: Clerk, entries: Sequence[Mapping[str, Any]]) -> str:
    """The register of firearms: what was stocked, moved and sold."""
    header = (
        "Event,Date,Serial number,Make,Model,Calibre,Weapon type,Condition,From,From ID,From role,From country,To,To ID,To role,To country"
    )
    rows = []
    for entry in entries:
        a, b = _Party(clerk, entry["a"]), _Party(clerk, entry["b"])
        roles = [role or "" for role in entry["roles"]]
        user = clerk.face(entry["end_user"]).name if entry.get("end_user") else ""
        arm = [*_arm(clerk, entry), entry.get("condition", "")]
        hands = [a.name, a.number, roles[0], a.state, b.name, b.number, roles[1], b.state]
        rows.append([entry["event"], str(entry["date"]), *arm, *hands, entry.get("document", ""), user])
    return _sheet([*header.split(","), "Licence no", "End user"], rows)


def recoveries(clerk: Clerk, entries: Sequence[Mapping[str, Any]]) -> str:
    """What was seized, from whom and why."""
    header = "Case no,Recovery date,Mode,Serial number,Make,Model,Calibre,Weapon type,Condition,Country,Possessor,Possessor ID,Nationality,Date of birth,Reason"
    rows = []
    for number, entry in enumerate(entries, 1):
        who = _Party(clerk, entry["b"])
        arm = [*_arm(clerk, entry), entry.get("condition", "")]
        rows.append(
            [
                f"C-{number}",
                str(entry["date"]),
                "seized",
                *arm,
                entry["state"].upper(),
                who.name,
                who.number,
                who.state,
                who.born,
                entry["reason"],
            ]
        )
    return _sheet(header.split(","), rows)


def losses(clerk: Clerk, entries: Sequence[Mapping[str, Any]]) -> str:
    """Arms reported lost or stolen."""
    rows = []
    for entry in entries:
        who = _Party(clerk, entry["a"])
        rows.append([*_arm(clerk, entry), entry["kind"], str(entry["date"]), who.name, who.number, who.state])
    return _sheet(
        ["Serial number", "Make", "Model", "Calibre", "Weapon type", "Status", "Date reported", "Owner", "Owner ID", "Country from"], rows
    )


def traces(clerk: Clerk, entries: Sequence[Mapping[str, Any]]) -> str:
    """Trace requests that are still open."""
    found = []
    for number, entry in enumerate(entries, 1):
        who = _Party(clerk, entry["b"])
        serial, make, model, calibre, category = _arm(clerk, entry, damage=int(entry.get("damage", 2)))
        arm = {"serial": serial, "make": make, "model": model, "calibre": calibre, "category": category}
        recovery = {"date": str(entry["date"]), "mode": "seized", "country": entry["state"].upper(), "case_no": f"T-{number}"}
        holder = {"name": who.name, "id_number": who.number, "nationality": who.state, "dob": who.born}
        found.append({"request_id": f"R-{number}", "firearm": arm, "recovery": recovery, "possessor": holder, "result": {"status": "open"}})
    return json.dumps({"traces": found}, ensure_ascii=False, indent=1) + "\n"
