"""The page at ``/``: files of this package, and what keeps them to this sandbox alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.sandbox.calls import CONTROL_PATH, Answer, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.sandbox.incoming import Incoming

_FOLDER = Path(__file__).with_name("static")
_SCRIPTS = ("page", "parts", "records", "detail", "requests", "contacts", "account")
#: What is served under which path: a file, and its media type.
_FILES: Mapping[str, tuple[str, str]] = {
    "/": ("index.html", "text/html; charset=utf-8"),
    f"{CONTROL_PATH}/page.css": ("page.css", "text/css; charset=utf-8"),
    f"{CONTROL_PATH}/icon.svg": ("icon.svg", "image/svg+xml"),
    **{
        f"{CONTROL_PATH}/{name}.js": (f"{name}.js", "text/javascript; charset=utf-8")
        for name in _SCRIPTS
    },
}
#: Whatever a contact is called, nothing but these files is run, shown or asked.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("Content-Security-Policy", _POLICY),
    ("Cache-Control", "no-cache"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def is_of_page(path: str) -> bool:
    """Tell whether a path is one of the page's."""
    return path in _FILES


def is_aside(path: str) -> bool:
    """Tell whether a path is none of the service's, but the page's or a control address."""
    return path.startswith(f"{CONTROL_PATH}/") or is_of_page(path)


def page_answer(incoming: Incoming) -> Answer:
    """Return a file of the page, which whoever asks may have; raises :class:`Refusal`."""
    if incoming.method not in {"GET", "HEAD"}:
        raise Refusal(405, "Wrong HTTP request method.", headers=(("Allow", "GET, HEAD"),))
    name, media_type = _FILES[incoming.path]
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return Answer(None, headers=(("Content-Type", media_type), *_HEADERS), text=text)
