"""Ports that both stores have: streams and pinned partners; the clock; and what a store is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from gateway.evidence.jws import Jws
from gateway.evidence.stream import Advance, Held, Parties, Step
from gateway.ids import AudienceId, OperatorId, StreamName

Clock = Callable[[], datetime]
"""The time now, aware UTC. The only source of the wall clock for use cases."""

Work = TypeVar("Work", covariant=True)


@dataclass(frozen=True, slots=True)
class StreamState:
    """One stream as a store holds it; `stopped` is the reason why it stands still, or None."""

    parties: Parties
    size: int
    stopped: str | None


class Streams(Protocol):
    """Append-only logs of sealed entries, kept as the segments in which they were sealed or received."""

    def states(self) -> Sequence[StreamState]:
        """Return every stream of this store, by name."""
        ...

    def addressed_to(self, audience: AudienceId) -> Sequence[StreamState]:
        """Return the streams of which this is the audience, by name."""
        ...

    def state(self, stream: StreamName) -> StreamState | None:
        """Return one stream, or None when nothing was ever put into it."""
        ...

    def held(self, stream: StreamName) -> Held:
        """Return what the rule of `gateway.evidence.stream` needs to know; an empty log when there is none."""
        ...

    def put(self, parties: Parties, advance: Advance, token: Jws) -> None:
        """Append the new entries with their frontier and checkpoint as one segment.

        The caller read `held` in the same unit of work. An advance without lines writes nothing.
        """
        ...

    def step_from(self, stream: StreamName, first: int, max_entries: int, max_bytes: int) -> Step | None:
        """Return the next step from `first` on, ending at a sealed checkpoint; None when there is nothing.

        Several segments become one step while they fit; one segment is never cut. Memory is bounded by the limits.
        """
        ...

    def stop(self, stream: StreamName, reason: str) -> None:
        """Let the stream stand still until an officer decides. Stopping a stopped stream keeps the first reason."""
        ...

    def keep_conflict(self, stream: StreamName, step: Step, noticed_at: datetime) -> None:
        """Keep, as evidence, entries that contradict the held ones."""
        ...


class Partners(Protocol):
    """The pinned descriptors of partner operators. The same port inside and outside."""

    def put(self, operator: OperatorId, descriptor: bytes, *, enabled: bool) -> None:
        """Pin a descriptor, or replace the pinned one."""
        ...

    def get(self, operator: OperatorId) -> bytes | None:
        """Return the descriptor of an enabled partner, None for any other."""
        ...

    def every(self) -> Mapping[OperatorId, bytes]:
        """Return the descriptors of all enabled partners."""
        ...

    def known(self) -> Mapping[OperatorId, bytes]:
        """Return the descriptors of all partners, disabled ones too: what they signed before still verifies."""
        ...


class Store(Protocol[Work]):
    """A store, opened."""

    def write(self) -> AbstractContextManager[Work]:
        """Begin a unit of work that may write; waits for the current writer."""
        ...

    def read(self) -> AbstractContextManager[Work]:
        """Begin a unit of work that only reads one committed state."""
        ...
