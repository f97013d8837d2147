"""The tables of those who may enter: accounts, their sessions, and the tokens with which programs ask in their name."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from crosstie.store.database import Base


class AccountRow(Base):
    """One account."""

    __tablename__ = "accounts"
    name: Mapped[str] = mapped_column(primary_key=True)
    password: Mapped[str]
    role: Mapped[str]
    clearance: Mapped[str]
    once: Mapped[bool]
    closed: Mapped[bool]
    failed: Mapped[int]
    locked_until: Mapped[str | None]
    made_at: Mapped[str]


class SessionRow(Base):
    """One session; its token is kept as a hash, so that who reads the database cannot take it over."""

    __tablename__ = "sessions"
    token: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    form: Mapped[str]
    purpose: Mapped[str]
    made_at: Mapped[str]
    used_at: Mapped[str]


class ElsewhereRow(Base):
    """An account whose owner signs in with their agency: who says so, and how it calls them."""

    __tablename__ = "accounts_elsewhere"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class TokenRow(Base):
    """One token: `secret` is the hash of what its bearer sends, `id` what people call it by."""

    __tablename__ = "tokens"
    secret: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    title: Mapped[str]
    scope: Mapped[str]
    purpose: Mapped[str]
    made_at: Mapped[str]
    until: Mapped[str]
    used_at: Mapped[str | None]
    revoked_at: Mapped[str | None]
