"""Columns of consent as people export them, and who in them is out."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Spelling:
    """A column; ``out`` are cells of people who opted out, ``kept_in`` of others."""

    column: str
    out: tuple[str, ...]
    kept_in: tuple[str, ...]


_BOOLEAN = (("true",), ("false",))
SPELLINGS = [
    Spelling("unsubscribed", *_BOOLEAN),
    Spelling("Unsubscribed from all email", *_BOOLEAN),
    Spelling("optedOut", *_BOOLEAN),
    Spelling("opt-out", ("Yes",), ("No",)),
    Spelling("do not email", ("1",), ("0",)),
    Spelling("Blacklisted", ("x",), ("",)),
    Spelling("suppressed", ("TRUE",), ("FALSE",)),
    Spelling("bounced", ("t",), ("f",)),
    Spelling("UNSUB_TIME", ("2024-01-02 10:11:12",), ("",)),
    Spelling("CLEAN_TIME", ("2024-01-02", "1704190272"), ("",)),
    Spelling("unsubscribed_at", ("2024-01-02T10:11:12Z",), ("null", "")),
    Spelling("UNSUB_REASON", ("No longer interested", "Spam"), ("",)),
    Spelling("accepts_marketing", ("no",), ("yes",)),
    Spelling("Accepts Email Marketing", ("no",), ("yes",)),
    Spelling("Email Marketing Consent", ("UNSUBSCRIBED", "NEVER_SUBSCRIBED"), ("SUBSCRIBED",)),
    Spelling("Marketing contact status", ("Non-marketing contact",), ("Marketing contact",)),
    Spelling("Status", ("Unsubscribed", "Cleaned", "Bounced"), ("Subscribed", "Active")),
    Spelling("Status", ("Unsubscribed",), ("Active", "VIP")),
    Spelling("state", ("cancelled", "bounced", "complained"), ("active",)),
    Spelling("Zustand", ("abgemeldet", "gekündigt"), ("aktiv",)),
    Spelling("Newsletter", ("nein",), ("ja",)),
    Spelling("Newsletter", ("",), ("x",)),
    Spelling("Opt-in", ("",), ("2024-01-02",)),
    Spelling("Subscription", ("cancelled",), ("active",)),
    Spelling("email_disabled", *_BOOLEAN),
    Spelling("Keine Werbung", ("ja",), ("nein",)),
    Spelling("Abgemeldet am", ("02.01.2024",), ("",)),
    Spelling("Einwilligung", ("nein",), ("ja",)),
    Spelling("Désabonné", ("oui",), ("non",)),
    Spelling("Statut", ("désinscrit",), ("abonné",)),
    Spelling("Ne pas contacter", ("vrai",), ("faux",)),
    Spelling("Dado de baja", ("sí",), ("no",)),
    Spelling("Estado", ("baja", "cancelado"), ("activo",)),
    Spelling("Consentimiento", ("no",), ("sí",)),
    Spelling("consent", ("none",), ("phone and email",)),
    Spelling("usubscribed", *_BOOLEAN),
    Spelling("not subscribed", *_BOOLEAN),
    Spelling("segment", ("Unsubscribed", "Hard bounce"), ("Subscribed",)),
]


@dataclass(frozen=True)
class People:
    """The people of a file: addresses by what the file says and what the service knows."""

    out: tuple[str, ...]
    kept_in: tuple[str, ...]

    @property
    def known(self) -> list[tuple[str, bool]]:
        """Some are there already, subscribed or not; the others are new."""
        known = [(address, True) for address in self.out if address.startswith("there")]
        return known + [(address, False) for address in self.kept_in if address.startswith("gone")]


def write_people(file: Path, spelling: Spelling) -> People:
    """Write a file of people with this column, as CSV or JSON Lines by the file's name."""
    out = [
        (f"{kind}-out{number}@example.com", cell)
        for kind in ("there", "new")
        for number, cell in enumerate(spelling.out)
    ]
    kept = [
        (f"{kind}-in{number}@example.com", cell)
        for kind in ("gone", "new")
        for number, cell in enumerate(spelling.kept_in)
    ]
    rows = [pair for pairs in zip(out, kept, strict=False) for pair in pairs]
    rows += out[len(kept) :] + kept[len(out) :]
    if file.suffix == ".csv":
        with file.open("w", newline="") as stream:
            csv.writer(stream).writerows([("email", spelling.column), *rows])
    else:
        lines = [
            json.dumps({"email": address, spelling.column: _value(cell)}) for address, cell in rows
        ]
        file.write_text("\n".join(lines) + "\n")
    return People(tuple(one for one, _ in out), tuple(one for one, _ in kept))


def _value(cell: str) -> object:
    return {"true": True, "false": False, "": None, "null": None}.get(cell, cell)
