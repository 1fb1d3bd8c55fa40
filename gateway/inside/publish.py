"""Put a policy in force: a line of the journal, like everything that decides.

The text is checked before it is journalled, so what the journal holds compiles. Whoever discloses reads it there, in
its place between the records.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gateway.ids import AudienceId, PolicyDigest
from gateway.inside.picture import POLICY
from gateway.policy.compiler import compile_policy
from gateway.policy.parser import parse
from gateway.ports import Clock, InsideWork, NewLine, Store
from gateway.record.strictjson import dump


@dataclass(frozen=True, slots=True)
class Published:
    """What was put in force."""

    audience: AudienceId
    name: str
    digest: PolicyDigest


@dataclass(frozen=True, slots=True)
class Publisher:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    now: Clock

    def publish(self, text: str, file: str) -> Published:
        """Journal a policy; it is in force for all lines after it.

        Args:
            text: The document.
            file: What findings call it.

        Raises:
            PolicyRefused: With every finding; nothing is journalled.
        """
        policy = compile_policy(parse(text, file))
        body = dump({"audience": policy.audience, "digest": policy.digest, "text": text})
        moment = self.now()
        with self.store.write() as work:
            # The position makes each publication a line of its own: publishing an older policy again is a decision too.
            key = hashlib.sha256(f"{POLICY}\x00{work.journal.end()}\x00{policy.digest}".encode()).digest()
            line = NewLine(POLICY, "officer", key, hashlib.sha256(body).digest(), body)
            work.journal.append([line], moment)
        return Published(policy.audience, policy.name, policy.digest)
