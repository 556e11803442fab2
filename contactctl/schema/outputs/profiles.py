"""The output of the profile commands; no key is in any of them but masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.schema.shapes import (
    BOOLEAN,
    TEXT,
    TEXT_OR_NULL,
    TRUE,
    Output,
    list_of,
    one_of,
    record,
    said,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonValue

_PROFILE: Mapping[str, JsonValue] = {
    "name": TEXT,
    "active": BOOLEAN,
    "team": TEXT_OR_NULL,
    "keySource": one_of("file", "variable", "command"),
    "keyName": said("the variable or the program, null for a key in the file", TEXT_OR_NULL),
    "readOnly": BOOLEAN,
    "onlyDomains": list_of(TEXT),
    "baseUrl": TEXT,
}
_SETTING = record(
    {
        "value": said("null where there is none; an API key is masked", TEXT_OR_NULL),
        "source": TEXT,
        "problem": TEXT_OR_NULL,
    }
)
_PLACES = ("profilesFile", "dataFolder", "cacheFolder", "stateFolder", "sandboxFile")
_ACCESS = ("address", "apiKey", "team", "writes", "onlyDomains", "overruled")

OUTPUTS: Mapping[str, Sequence[Output]] = {
    "profile add": (Output(record({**_PROFILE, "checked": BOOLEAN})),),
    "profile list": (Output(list_of(record(_PROFILE))),),
    "profile use": (Output(record({"active": TEXT})),),
    "profile show": (
        Output(
            record(
                dict.fromkeys(("profile", *_ACCESS, *_PLACES), _SETTING),
                optional=_ACCESS,
            )
        ),
    ),
    "profile check": (
        Output(
            record(
                {
                    "success": TRUE,
                    "teamName": said("null where the service names none", TEXT_OR_NULL),
                    "profile": said("null for a key in the environment", TEXT_OR_NULL),
                    "baseUrl": TEXT,
                }
            )
        ),
    ),
    "profile remove": (Output(record({"removed": TEXT})),),
}
