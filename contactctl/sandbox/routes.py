"""Which rule answers which path and method; there is nothing else to be found in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.sandbox.account_rules import api_key, create_property, lists, properties
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.rules import create, delete, find, update
from contactctl.sandbox.suppression_rules import remove_suppression, suppression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from contactctl.sandbox.calls import Answer, Call
    from contactctl.sandbox.tables import Transaction

    Rule: TypeAlias = Callable[[Transaction, Call], Answer]

#: What a client adds to the sandbox's address to be answered: the service's own base path.
BASE_PATH = "/api"

_ROUTES: Mapping[str, Mapping[str, Rule]] = {
    "/v1/api-key": {"GET": api_key},
    "/v1/contacts/create": {"POST": create},
    "/v1/contacts/update": {"PUT": update},
    "/v1/contacts/find": {"GET": find},
    "/v1/contacts/delete": {"POST": delete},
    "/v1/contacts/suppression": {"GET": suppression, "DELETE": remove_suppression},
    "/v1/contacts/properties": {"GET": properties, "POST": create_property},
    "/v1/lists": {"GET": lists},
}
METHODS_WITH_BODY = frozenset({"POST", "PUT"})


def rule_for(method: str, path: str) -> Rule:
    """Return the rule for a request.

    Raises :class:`Refusal`: 404 for a path that is none of the service's, 405 for another method.
    The texts of both are choices, as is that POST on update is refused.
    """
    rules = _ROUTES.get(path.removeprefix(BASE_PATH)) if path.startswith(BASE_PATH) else None
    if rules is None:
        raise Refusal(404, "Not found.")
    if method not in rules:
        raise Refusal(
            405, "Wrong HTTP request method.", headers=(("Allow", ", ".join(sorted(rules))),)
        )
    return rules[method]
