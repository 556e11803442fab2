"""What the profile commands answer: JSON, lines for a pipe, and what a terminal shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl import answers
from contactctl.profiles.key_command import command_name
from contactctl.profiles.profile import KeyVariable, StoredKey
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.output import Answer
    from contactctl.profiles.credentials import Credentials
    from contactctl.profiles.profile import KeySource, Profile
    from contactctl.profiles.settings import Setting
    from contactctl.profiles.store import ProfileBook

#: What a terminal says of a setting without a value that is told of all the same.
_NO_VALUE = {"profile": "none"}


def added(profile: Profile, book: ProfileBook, *, checked: bool) -> Answer:
    """Return the answer to ``profile add``; piped it is the name alone."""
    team = f", team {profile.team}" if profile.team else ""
    words = f"added profile {profile.name}{team}" + ("" if checked else ", key not checked")
    found = {**_object(profile, book), "checked": checked}
    return answers.done(words, found, plain=[profile.name])


def activated(profile: Profile) -> Answer:
    """Return the answer to ``profile use``."""
    words = f"profile {profile.name} is active now"
    return answers.done(words, {"active": profile.name}, plain=[profile.name])


def removed(profile: Profile) -> Answer:
    """Return the answer to ``profile remove``."""
    words = f"removed profile {profile.name}"
    return answers.done(words, {"removed": profile.name}, plain=[profile.name])


def listed(book: ProfileBook) -> Answer:
    """Return all profiles by name."""
    found = [book.profiles[name] for name in sorted(book.profiles)]
    columns = ("profile", "", "team", "key", "limits", "address")
    rows = [_row(profile, book) for profile in found]
    whole = answers.table(
        columns,
        rows,
        json=[_object(profile, book) for profile in found],
        empty="no profiles yet; add one: contactctl profile add NAME",
    )
    if not rows:
        return whole

    def view() -> RenderableType:
        from contactctl import views

        # What no profile has takes no room, and what all have is not repeated.
        shown = [at for at in range(len(columns)) if any(row[at] for row in rows)]
        cells = [[str(row[at] or "").removeprefix("https://") for at in shown] for row in rows]
        return views.grid([columns[at] for at in shown], cells, whole=("address",))

    return whole._replace(view=view)


def shown(settings: Sequence[Setting]) -> Answer:
    """Return the settings in force; a terminal is spared those that nobody has set."""
    found: JsonObject = {
        _camel(one.name): {"value": one.value, "source": one.source, "problem": one.problem}
        for one in settings
    }
    whole = _settings_table([(one, one.value) for one in settings], found, problems=True)
    # Only the view: pipes and JSON have the same lines and columns at all times.
    seen = [(one, one.value or _NO_VALUE.get(one.name, "")) for one in settings]
    seen = [(one, value) for one, value in seen if value or one.problem]
    drawn = _settings_table(seen, found, problems=any(one.problem for one in settings))
    return whole._replace(view=drawn.view)


def _settings_table(
    settings: Sequence[tuple[Setting, str | None]], found: JsonObject, *, problems: bool
) -> Answer:
    columns = ("setting", "value", "from", "problem")
    rows = [(one.name, value, one.source, one.problem) for one, value in settings]
    count = len(columns) if problems else len(columns) - 1
    return answers.table(
        columns[:count], [row[:count] for row in rows], json=found, whole=("value",)
    )


def checked(credentials: Credentials, team: str | None) -> Answer:
    """Return the answer to ``profile check``; piped it is the team's name."""
    words = f"the key is accepted: {credentials.source}" + (f", team {team}" if team else "")
    found: JsonObject = {
        "success": True,
        "teamName": team,
        "profile": credentials.profile,
        "baseUrl": credentials.base_url,
    }
    return answers.done(words, found, plain=[to_safe(team or "accepted")])


def _object(profile: Profile, book: ProfileBook) -> JsonObject:
    source, name = _source_words(profile.key)
    return {
        "name": profile.name,
        "active": book.active == profile.name,
        "team": profile.team,
        "keySource": source,
        "keyName": name,
        "readOnly": profile.read_only,
        "onlyDomains": list(profile.only_domains),
        "expectTeam": profile.expected_team,
        "baseUrl": profile.base_url,
    }


def _row(profile: Profile, book: ProfileBook) -> Sequence[JsonValue]:
    source, name = _source_words(profile.key)
    limits = ["read-only"] if profile.read_only else []
    limits += [f"only {domain}" for domain in profile.only_domains]
    limits += [f"only team {profile.expected_team}"] if profile.expected_team else []
    return (
        profile.name,
        "active" if book.active == profile.name else "",
        profile.team,
        source if name is None else f"{source} {name}",
        ", ".join(limits),
        profile.base_url,
    )


def _source_words(key: KeySource) -> tuple[str, str | None]:
    """Return the kind of a key source, and the variable or program; never the command's words."""
    if isinstance(key, StoredKey):
        return "file", None
    if isinstance(key, KeyVariable):
        return "variable", key.text
    return "command", command_name(key.text)


def _camel(name: str) -> str:
    first, *rest = name.split()
    return first.lower() + "".join(word.capitalize() for word in rest)
