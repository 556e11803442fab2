"""A sender in a world without waits: its clock, its answers, its limiter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.contact import ContactChange
from contactctl.errors import ContactctlError, Outcome
from contactctl.importing.pacing.limiter import Limiter
from contactctl.importing.pacing.outage import Outage
from contactctl.importing.pacing.pacer import Pacer, Rate
from contactctl.importing.row import Job, Row
from contactctl.importing.sending.sender import Sender
from contactctl.service.replies import Reply

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Result

JOB = Job(Row(7, 8), ContactChange(email="a@b.co"))
REPLY: Reply[JsonObject] = Reply(200, {}, {"success": True, "id": "c1"})


def error(
    kind: type[ContactctlError],
    status: int | None = None,
    outcome: Outcome = Outcome.NOT_APPLIED,
    **pace: str,
) -> ContactctlError:
    found = kind("no luck", status=status, outcome=outcome)
    found.pace = {name.replace("_", "-"): value for name, value in pace.items()}
    return found


class World:
    """A clock that the limiter's waits move on, and a client that answers from a list."""

    def __init__(
        self,
        *answers: Reply[JsonObject] | ContactctlError,
        retries: int = 3,
        patience_s: float = 600.0,
    ) -> None:
        self.now = 1000.0
        self.answers = list(answers)
        self.sent_at: list[float] = []
        self.limiter = VirtualLimiter(self, patience_s)
        self.sender = Sender(
            self,
            self.limiter,
            retries=retries,
            wall=lambda: self.now,
            uniform=lambda _, high: high,
        )

    def update_once(self, body: bytes) -> Reply[JsonObject]:
        assert body == JOB.body
        self.sent_at.append(self.now)
        self.now += 0.1
        answer = self.answers.pop(0)
        if isinstance(answer, ContactctlError):
            raise answer
        return answer

    def others_get_through(self) -> None:
        """Let another row be taken that is sent now."""
        self.sender._health.note_success(self.now, writes=True)

    def looks_get_through(self) -> None:
        """Let looks of other rows be answered all the time, whatever becomes of writes."""
        uniform = self.sender._uniform

        def wait(low: float, high: float) -> float:
            self.sender._health.note_success(self.now, writes=False)
            self.limiter.well(writes=False)
            return uniform(low, high)

        self.sender._uniform = wait

    def send(self) -> Result:
        return self.sender.send(JOB)


class VirtualLimiter(Limiter):
    """A limiter whose waits take no time but the world's."""

    def __init__(self, world: World, patience_s: float) -> None:
        outage = Outage(patience_s, lambda _, high: high)
        super().__init__(Pacer(Rate(share=1.0)), lambda: world.now, outage)
        self._world = world
        self._changed = VirtualCondition(world)  # type: ignore[assignment]


class VirtualCondition:
    def __init__(self, world: World) -> None:
        self._world = world

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass

    def wait(self, timeout: float | None = None) -> None:
        assert timeout is not None
        self._world.now += timeout

    def notify_all(self) -> None:
        pass


def exhausted(world: World) -> ContactctlError | Result:
    """Return what becomes of a row, or the error that ends the run."""
    try:
        return world.send()
    except ContactctlError as failure:
        return failure
