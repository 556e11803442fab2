"""Trouble on purpose: failures by number, share, method and path, and answers that take time."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contactctl.errors import UsageError
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from contactctl.sandbox.limits import RateLimit

_LOWEST_FAILURE = 400
_HIGHEST_FAILURE = 599
_MAX_LATENCY_MS = 600_000
_FAULT = re.compile(
    r"(?P<status>[0-9]{3})"
    r"(?::(?P<share>[0-9.eE+-]+)|@(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?)"
    r"(?::(?P<method>[A-Z]+))?(?::(?P<path>/[^\s?#:]*))?"
)
_LATENCY = re.compile(r"(?P<ms>[0-9]{1,6})(?::(?P<path>/[^\s?#:]*))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """Requests that fail with a status: a share of them from 0 to 1, or the n-th to the m-th.

    ``numbers`` counts, from 1, the requests that the fault is about since it was set; with it the
    share says nothing. ``method`` and ``path`` "" are about every one; a path is the service's own,
    such as ``/contacts/update``, and stands for those below it too. ``text`` is how it was given.
    """

    status: int
    share: float = 0.0
    numbers: range | None = None
    method: str = ""
    path: str = ""
    text: str = field(default="", compare=False)

    def is_about(self, method: str, path: str) -> bool:
        """Tell whether a request is one of those that may fail."""
        return self.method in {"", method} and _is_below(path, self.path)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long answers take, in seconds; of several the longest path that fits counts."""

    seconds: float
    path: str = ""
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Script:
    """All trouble that is asked for; ``seed`` makes what falls by chance the same at each run.

    ``retry_after_s`` goes as ``Retry-After`` with each 429, None sends none.
    """

    faults: tuple[Fault, ...] = ()
    latencies: tuple[Latency, ...] = ()
    retry_after_s: int | None = None
    seed: int | None = None


class Trouble:
    """What befalls the requests, one after another; it may be set again while it is asked.

    ``limit`` is the rate limit that they are under.
    """

    def __init__(
        self, script: Script, limit: RateLimit, draw: Callable[[], float] | None = None
    ) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._given_draw = draw
        #: How often it was set or added to.
        self.changes = 0
        self.set(script)

    def set(self, script: Script) -> None:
        """Follow another script, and count its requests from the first again."""
        with self._lock:
            self.script = script
            self.changes += 1
            self._counts = [0] * len(script.faults)
            self._draw = self._given_draw or _random(script.seed)

    def add(self, faults: Iterable[Fault], retry_after_s: int | None) -> None:
        """Let more fail, numbered from the next request: behind those that shall fail already."""
        with self._lock:
            for fault in faults:
                later = _moved(fault, self._ahead_of(fault))
                self.script = replace(self.script, faults=(*self.script.faults, later))
                self._counts.append(0)
            self.script = replace(self.script, retry_after_s=retry_after_s)
            self.changes += 1

    def _ahead_of(self, fault: Fault) -> int:
        """Return how many requests of the same kind shall fail before a new fault's turn."""
        return max(
            (
                one.numbers.stop - 1 - count
                for one, count in zip(self.script.faults, self._counts, strict=True)
                if one.numbers and (one.method, one.path) == (fault.method, fault.path)
            ),
            default=0,
        )

    def fault_of(self, method: str, path: str) -> Fault | None:
        """Return what a request fails with, if it does; it counts from now on."""
        with self._lock:
            if not self.script.faults:
                return None
            drawn, edge = self._draw(), 0.0
            struck = None
            for at, fault in enumerate(self.script.faults):
                if not fault.is_about(method, path):
                    continue
                self._counts[at] += 1
                edge += fault.share
                hit = drawn < edge if fault.numbers is None else self._counts[at] in fault.numbers
                # The others count on: whichever comes first, a number means the same request.
                struck = struck or (fault if hit else None)
            return struck

    def latency_s(self, path: str) -> float:
        """Return how long the answer to a request takes."""
        fitting = [one for one in self.script.latencies if _is_below(path, one.path)]
        return max(fitting, key=lambda one: len(one.path)).seconds if fitting else 0.0


def parse_fault(text: str) -> Fault:
    """Read ``STATUS:SHARE`` or ``STATUS@NUMBER``, with ``:METHOD``, ``:/PATH`` or both behind it.

    >>> parse_fault("503@3").numbers
    range(3, 4)

    Raises :class:`UsageError`.
    """
    found = _FAULT.fullmatch(text)
    fault = None if found is None else _to_fault(found.groupdict(), text)
    if fault is None:
        raise UsageError(
            f"{quoted(text)} is not a failure to inject",
            hint="give a status from 400 to 599 and a share up to 1, such as 503:0.1, or a number "
            "of a request, such as 503@3; then, if need be, :PUT:/contacts/update",
        )
    return fault


def parse_latency(text: str) -> Latency:
    """Read ``MILLISECONDS`` or ``MILLISECONDS:/PATH``; raises :class:`UsageError`."""
    found = _LATENCY.fullmatch(text)
    if found is None or int(found["ms"]) > _MAX_LATENCY_MS:
        raise UsageError(
            f"{quoted(text)} is not a latency",
            hint=f"give milliseconds up to {_MAX_LATENCY_MS}, such as 80 or 500:/contacts/find",
        )
    return Latency(int(found["ms"]) / 1000, found["path"] or "", text)


def to_faults(texts: Iterable[str]) -> tuple[Fault, ...]:
    """Read several faults; raises :class:`UsageError`."""
    return tuple(map(parse_fault, texts))


def to_latencies(texts: Iterable[str]) -> tuple[Latency, ...]:
    """Read several latencies; raises :class:`UsageError`."""
    return tuple(map(parse_latency, texts))


def _to_fault(found: Mapping[str, str | None], text: str) -> Fault | None:
    fault = Fault(
        int(found["status"] or 0), method=found["method"] or "", path=found["path"] or "", text=text
    )
    if not _LOWEST_FAILURE <= fault.status <= _HIGHEST_FAILURE:
        return None
    if found["share"] is None:
        first = int(found["first"] or 0)
        numbers = range(first, int(found["last"] or first) + 1)
        return replace(fault, numbers=numbers) if first and numbers else None
    share = _to_share(found["share"])
    return replace(fault, share=share) if 0 < share <= 1 else None


def _to_share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _moved(fault: Fault, by: int) -> Fault:
    if by <= 0 or not fault.numbers:
        return fault
    _, *scope = fault.text.split(":")
    numbers = range(fault.numbers.start + by, fault.numbers.stop + by)
    text = ":".join([f"{fault.status}@{numbers[0]}-{numbers[-1]}", *scope])
    return replace(fault, numbers=numbers, text=text)


def _is_below(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def _random(seed: int | None) -> Callable[[], float]:
    from random import Random  # only where there are failures to inject

    return Random(seed).random  # noqa: S311 - chance, not secrecy
