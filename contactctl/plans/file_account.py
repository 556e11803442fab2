"""Whose contacts a plan or an undo file is about, and what tells that two are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.exact_json import JsonError

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject


class FileAccount(NamedTuple):
    """Whose contacts a file is about; ``digest`` tells accounts apart on one machine.

    ``key`` is the digest of base URL and API key, None for one without a key of its own.
    """

    digest: str
    team: str | None
    base_url: str
    key: str | None = None

    def is_same(self, other: FileAccount) -> bool:
        """Tell whether both are surely one account: by the same key, or by the same profile.

        That teams have the same name proves nothing. That they do not does: a profile that was
        never checked may have had the key of another team by now.
        """
        if self.key is not None and self.key == other.key:
            return True
        is_other_team = None not in {self.team, other.team} and self.team != other.team
        return self.digest == other.digest and not is_other_team

    def to_json_object(self) -> JsonObject:
        """Return it as it stands in a header."""
        return {
            "digest": self.digest,
            "key": self.key,
            "team": self.team,
            "baseUrl": self.base_url,
        }


def parse_account(value: JsonObject) -> FileAccount:
    """Read it again; raises :class:`JsonError` for anything else."""
    # A file of before there were digests of keys has none.
    match value | {"key": value.get("key")}:
        case {
            "digest": str() as digest,
            "team": (str() | None) as team,
            "baseUrl": str() as base_url,
            "key": (str() | None) as key,
        }:
            return FileAccount(digest, team, base_url, key)
    raise JsonError("its first line is none of a plan")
