"""What another operator pushes to aurora: a true stream of its own."""

from __future__ import annotations

from gateway.evidence import wire
from gateway.evidence.checkpoint import Checkpoint, issue
from gateway.evidence.jws import Signer
from gateway.evidence.merkle import Frontier, leaf_hash
from gateway.evidence.stream import Step
from gateway.ids import ContractDigest, OperatorId, RecordTypeName, Subject, audience_of_operator, stream_between
from gateway.record import entry


class OwnStream:
    """What an operator pushes to aurora: a true stream of its own."""

    def __init__(self, operator: str, seal: Signer) -> None:
        self._seal = seal
        self._from = audience_of_operator(OperatorId(operator))
        self._to = audience_of_operator(OperatorId("aurora"))
        self._stream = stream_between(OperatorId(operator), self._to)
        self._frontier = Frontier()

    def _lines(self, first: int, count: int) -> list[bytes]:
        return [
            entry.build(
                entry_id=f"evt-{number}", source=self._from, record_type=RecordTypeName("alarm"), event="raised",
                subject=Subject(f"alm-{number}"), contract=ContractDigest("0" * 64),
                data={"@type": "Alarm", "id": f"alm-{number}"},
            )
            for number in range(first, first + count)
        ]  # fmt: skip

    def step(self, count: int, ahead: int = 0) -> bytes:
        """Return the next entries as a push; `ahead` leaves some out before them."""
        before = self._frontier.extended(map(leaf_hash, self._lines(self._frontier.size, ahead)))
        lines = self._lines(before.size, count)
        whole = before.extended(map(leaf_hash, lines))
        token = issue(
            Checkpoint(self._from, self._to, self._stream, whole.size, whole.root(), 1_790_000_000), self._seal
        )
        return wire.encode(Step(before.size, lines, token))

    def take(self, count: int) -> None:
        """Note that the next entries were accepted."""
        self._frontier = self._frontier.extended(map(leaf_hash, self._lines(self._frontier.size, count)))
