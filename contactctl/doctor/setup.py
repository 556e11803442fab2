"""The checks of what is set: profile, address, key, limits, and variables that change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.doctor.check import Check, failed, ok, warn
from contactctl.files import FOLDER_VARIABLES, SANDBOX_VARIABLE
from contactctl.profiles.credentials import ADDRESS_VARIABLE, KEY_VARIABLE, PROFILE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contactctl.profiles.settings import Setting

#: Every variable that changes where requests go, with what, or where files live. Values are not
#: shown: a proxy's may hold a password.
VARIABLES = (
    KEY_VARIABLE,
    PROFILE_VARIABLE,
    ADDRESS_VARIABLE,
    *FOLDER_VARIABLES.values(),
    SANDBOX_VARIABLE,
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
)


def environment_check(env: Mapping[str, str]) -> Check:
    """Name the variables that are set and change something."""
    given = [name for name in VARIABLES if name in env]
    return ok(
        "environment", f"set: {', '.join(given)}" if given else "no variable changes anything"
    )


def setting_checks(settings: Iterable[Setting]) -> Iterator[Check]:
    """Judge each setting that is there, or is missing with a reason."""
    for setting in settings:
        if setting.error is not None:
            words = f"{setting.error.message} ({setting.source})"
            yield failed(setting.name, setting.error, detail=words)
        elif setting.name == "overruled":
            words = f"{setting.value}: {setting.source}"
            yield warn(setting.name, words, "unset what should not count, or name a --profile")
        elif setting.value is not None:
            yield ok(setting.name, f"{setting.value} ({setting.source})")
        elif setting.name == "profile":
            yield ok(setting.name, f"none: {setting.source} counts")
