"""The service's own paths, and the rule that each method of them follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.sandbox import events, rules
from contactctl.sandbox.calls import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from contactctl.sandbox.calls import Answer, Call
    from contactctl.sandbox.choices import Manner
    from contactctl.sandbox.tables import Transaction

    Rule: TypeAlias = Callable[[Transaction, Call], Answer]

#: What a client adds to the sandbox's address to be answered: the service's own base path.
BASE_PATH = "/api"
_VERSION = "/v1"
#: Far above any contact, far below what would hurt.
MAX_BODY_BYTES = 1024 * 1024
#: Attachments and all (documentation, page "Send transactional email").
_MAX_MAIL_BYTES = 4 * 1024 * 1024

_UPDATE, _MAIL = "/contacts/update", "/transactional"
_ROUTES: Mapping[str, Mapping[str, Rule]] = {
    "/api-key": {"GET": rules.api_key},
    "/contacts/create": {"POST": rules.create},
    _UPDATE: {"PUT": rules.update},
    "/contacts/find": {"GET": rules.find},
    "/contacts/delete": {"POST": rules.delete},
    "/contacts/suppression": {"GET": rules.suppression, "DELETE": rules.remove_suppression},
    "/contacts/properties": {"GET": rules.properties, "POST": rules.create_property},
    "/contacts/customFields": {"GET": rules.custom_fields},
    "/lists": {"GET": rules.lists},
    "/events/send": {"POST": events.send_event},
    _MAIL: {"GET": events.transactional_mails, "POST": events.send_transactional},
    # Where the JavaScript client 7.3 asks for them.
    "/transactional-emails": {"GET": events.transactional_mails},
}
_METHODS_WITH_BODY = frozenset({"POST", "PUT"})


class Route(NamedTuple):
    """The rule for a request, and how much of a body it reads; 0 is for none."""

    rule: Rule
    most_bytes: int


def service_path(path: str) -> str:
    """Return a path as the service's documentation has it: ``/contacts/update``."""
    return path.removeprefix(BASE_PATH).removeprefix(_VERSION)


def route_for(method: str, path: str, manner: Manner) -> Route:
    """Return the route of a request.

    Raises :class:`Refusal`: 404 for a path that is none of the service's, 405 for another method.
    The texts of both are choices.
    """
    own = service_path(path)
    allowed = _ROUTES.get(own) if path == BASE_PATH + _VERSION + own else None
    if allowed is None:
        raise Refusal(404, "Not found.", why=_why_nowhere(path))
    # An old version of a client posted its updates.
    if (own, method) == (_UPDATE, "POST") and not manner.refuses("post"):
        method = "PUT"
    if method not in allowed:
        allow = ", ".join(sorted(allowed))
        raise Refusal(405, "Wrong HTTP request method.", headers=(("Allow", allow),))
    most_bytes = _MAX_MAIL_BYTES if own == _MAIL else MAX_BODY_BYTES
    return Route(allowed[method], most_bytes if method in _METHODS_WITH_BODY else 0)


def _why_nowhere(path: str) -> str:
    below = f"{BASE_PATH}{_VERSION}/"
    return "the sandbox has no such path" if path.startswith(below) else f"paths begin with {below}"
