"""Who is signed in to the pages: random session ids, in the memory of this process.

Rules:
- A session ends after a fixed time, when it is closed, and at once when its token is no longer anybody's: it keeps
  the token's digest, and the caller looks that up at every request.
- Signing in always makes a new id (threat C-07). One token has a limited number of sessions, the oldest ends first,
  so no customer can push out another's.

Does not: survive a restart; customers then sign in again.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.ports import Clock

LIFETIME = timedelta(hours=12)
MAX_PER_TOKEN = 20


def random_id() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that showed a token."""

    token_digest: bytes
    ends_at: datetime


@dataclass(slots=True)
class Sessions:
    """All sessions of this process; safe to use from several threads."""

    clock: Clock
    new_id: Callable[[], str] = random_id
    _open: dict[str, Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, token_digest: bytes) -> str:
        """Begin a session and return its id."""
        now = self.clock()
        session_id = self.new_id()
        with self._lock:
            self._open = {key: each for key, each in self._open.items() if each.ends_at > now}
            # A dict keeps the order of insertion, so the oldest of this token come first.
            same = [key for key, each in self._open.items() if each.token_digest == token_digest]
            for key in same[: max(0, len(same) - MAX_PER_TOKEN + 1)]:
                del self._open[key]
            self._open[session_id] = Session(token_digest, now + LIFETIME)
        return session_id

    def token_of(self, session_id: str) -> bytes | None:
        """Return the digest of the token with which the session began, or None when there is no such session."""
        with self._lock:
            session = self._open.get(session_id)
        return session.token_digest if session is not None and session.ends_at > self.clock() else None

    def close(self, session_id: str) -> None:
        """End a session; ending one that does not exist changes nothing."""
        with self._lock:
            self._open.pop(session_id, None)
