"""What a run is about: what must be the same for it to be resumed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """What a run imports: the file's name and digest, what its cells mean, and for whose account.

    ``rows`` is how many rows the file has.
    """

    source: str
    digest: str
    mapping: str
    account: str
    rows: int = 0
