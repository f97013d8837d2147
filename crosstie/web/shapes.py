"""What answers look like, for the OpenAPI document: rows of a build as its tables have them, and what is put around them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, create_model

from crosstie.model import tables
from crosstie.web.answers import Listing, Told
from crosstie.web.reading import LISTED


def _type(kind: pa.DataType, name: str) -> Any:
    """How a value of a column is written in JSON."""
    if pa.types.is_list(kind):
        return list[_type(kind.value_type, name)]  # type: ignore[misc]
    if pa.types.is_struct(kind):
        return _row(name.title().replace("_", ""), [kind.field(place) for place in range(kind.num_fields)])
    return {"string": str, "int64": int, "double": float, "bool": bool}[str(kind)]


def _row(name: str, fields: Iterable[Any]) -> type[BaseModel]:
    given: dict[str, Any] = {
        f"{field.name}_" if field.name in ("class", "schema") else field.name: (
            _type(field.type, name + "_" + field.name) | None,
            Field(None, alias=field.name) if field.name in ("class", "schema") else None,
        )
        for field in fields
    }
    return create_model(name, __base__=Told, **given)


#: Rows of the tables.
Link = _row("Link", tables.LINK)
Step = _row("Step", tables.STEP)
Claim = _row("Claim", tables.CLAIM)
Entity = _row("Entity", tables.ENTITY)
Mention = _row("Mention", tables.MENTION)
Finding = _row("Finding", tables.FINDING)
Sphere = _row("Sphere", tables.SPHERE)
Edge = _row("Edge", tables.EDGE)
SourceRow = _row("SourceRow", tables.SOURCE)
Reject = _row("Reject", tables.REJECT)
ListedLink = create_model(
    "ListedLink", __base__=_row("ListedLinkRow", [tables.LINK.field(name) for name in LISTED]), verdict=(str | None, None)
)


class JudgementRow(Told):
    """What somebody decided."""

    id: str
    kind: str
    left: str
    right: str | None
    verdict: str
    reason: str
    user: str
    at: str
    revoked_at: str | None


class Withheld(BaseModel):
    """How many things are left out because their marking is stricter than the clearance of whoever asks."""

    withheld: int = Field(ge=0)


class LinkList(Listing, Withheld):
    """Some of the ranked links, the best first."""

    build: int
    links: list[ListedLink]  # type: ignore[valid-type]


class LinkDossier(Told):
    """A link with its paths, evidence and judgements."""

    kind: Literal["link"]
    link: Link  # type: ignore[valid-type]
    steps: list[Step]  # type: ignore[valid-type]
    names: dict[str, str]
    findings: list[dict[str, Any]]
    judgements: list[JudgementRow]
    verdict: JudgementRow | None


class EntityDossier(Told, Withheld):
    """An entity with every value and its place."""

    kind: Literal["entity"]
    title: str
    entity: Entity | None  # type: ignore[valid-type]
    members: list[str]
    names: dict[str, str]
    claims: list[Claim]  # type: ignore[valid-type]
    spheres: list[Sphere]  # type: ignore[valid-type]
    mentions: list[Mention]  # type: ignore[valid-type]
    findings: list[Finding]  # type: ignore[valid-type]
    relations: list[Edge]  # type: ignore[valid-type]
    ties: int
    links: list[Link]  # type: ignore[valid-type]


class HitRow(Told):
    """An entity that may be meant by a name."""

    rank: int
    score: float
    name_score: float
    entity_id: str
    caption: str
    schema_: str = Field(alias="schema")
    name: str
    weak: bool
    marking: str
    said_by: dict[str, Any]
    support: int
    facts: dict[str, Any]
    reasons: list[str]


class Hits(Withheld):
    """Who may be meant by a name, the likeliest first."""

    query: str
    hits: list[HitRow]


class SourceList(Listing, Withheld):
    """The sources."""

    sources: list[SourceRow]  # type: ignore[valid-type]


class AuditEntry(Told):
    """Who did what, when and why; `hash` seals it with all before it."""

    seq: int
    at: str
    action: str
    subject: str
    user: str
    purpose: str | None
    detail: str | None
    previous: str
    hash: str


class AuditList(Listing):
    """Entries of the audit, the newest first."""

    entries: list[AuditEntry]


class ReviewQuestion(Told):
    """A pair of records side by side; null where nothing is left to ask."""

    total: int
    pair: dict[str, Any] | None
    why: list[Any]
    alike: int


class Decided(BaseModel):
    """What was entered, and which contradictions it is now part of."""

    judgements: list[JudgementRow]
    conflicts: list[str]


class TokenRow(BaseModel):
    """A token as it may be shown."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    title: str
    scope: list[str]
    purpose: str
    made_at: str
    until: str
    used_at: str | None
    revoked_at: str | None
    holds: bool


class TokenList(BaseModel):
    """One's own tokens, the newest first."""

    tokens: list[TokenRow]


class NewToken(BaseModel):
    """A token that was made. `secret` is what a program shows; it is told only here."""

    secret: str
    token: TokenRow
