"""A service with one contact at the most, whose answers may be lost after the write is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import (
    ConflictError,
    NoConnectionError,
    NotFoundError,
    Outcome,
    RefusedError,
    UnavailableError,
)
from contactctl.exact_json import parse_json
from contactctl.service.replies import Reply

if TYPE_CHECKING:
    from import_sender import World

    from contactctl.contact import ContactChange, ContactRef
    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Job
    from contactctl.importing.sending.look import Look


class Service:
    """One contact at most; answers named in ``lost`` do not arrive, though the write is made."""

    def __init__(self, contact: JsonObject | None, *lost: str) -> None:
        self.contact = contact
        self.lost = list(lost)
        self.calls: list[str] = []
        self.refuses_step: int | None = None

    def find(self, ref: ContactRef) -> list[JsonObject]:
        found = self.contact
        return [found] if found is not None and found.get(ref.name) == ref.value else []

    def update_once(self, body: bytes) -> Reply[JsonObject]:
        payload = parse_json(body)
        assert isinstance(payload, dict)
        assert self.contact is not None
        self.calls.append("update")
        if self.refuses_step == len(self.calls):
            raise RefusedError("no", status=400, outcome=Outcome.NOT_APPLIED)
        self.contact = {**self.contact, **payload}
        return self._answered("update")

    def create_once(self, change: ContactChange) -> Reply[JsonObject]:
        self.calls.append("create")
        if self.contact is not None:
            raise ConflictError("taken", status=409, outcome=Outcome.NOT_APPLIED)
        self.contact = {"id": "c2", "mailingLists": {}, **change.to_payload()}
        return self._answered("create")

    def delete_once(self, ref: ContactRef) -> Reply[JsonObject]:
        assert self.find(ref) or self.contact is None
        self.calls.append("delete")
        if self.contact is None:
            raise NotFoundError("nobody", status=404, outcome=Outcome.NOT_APPLIED)
        self.contact = None
        return self._answered("delete")

    def _answered(self, name: str) -> Reply[JsonObject]:
        if name in self.lost:
            self.lost.remove(name)
            raise NoConnectionError("gone", outcome=Outcome.UNKNOWN)
        return Reply(200, {}, {"success": True, "id": "c2"})


class FailingWrites(Service):
    """Answers looks, and fails on every write (503), a moment of the world later."""

    def __init__(self, contact: JsonObject | None, world: World) -> None:
        super().__init__(contact)
        self._world = world

    def _failed(self, name: str) -> UnavailableError:
        self.calls.append(name)
        self._world.now += 0.1
        return UnavailableError("away", status=503, outcome=Outcome.UNKNOWN)

    def update_once(self, _: bytes) -> Reply[JsonObject]:
        raise self._failed("update")

    def create_once(self, _: ContactChange) -> Reply[JsonObject]:
        raise self._failed("create")

    def delete_once(self, _: ContactRef) -> Reply[JsonObject]:
        raise self._failed("delete")


class Kept:
    """What is written down before the writes, and how many calls were made by then."""

    def __init__(self, service: Service) -> None:
        self.looks: list[tuple[str, int]] = []
        self._service = service

    def add(self, _: Job, look: Look) -> None:
        self.looks.append((look.would, len(self._service.calls)))

    def finish(self) -> None:
        raise AssertionError
