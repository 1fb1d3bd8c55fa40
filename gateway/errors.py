"""Every deliberate failure of Demarc, in one tree, sorted by whose fault it is.

Rules:
- A class says what never varies: `code` (stable, dotted), `remedy` (one imperative sentence), `retryable`, and in the
  first line of its docstring the words that a stranger may read.
- An instance says what happened this time. That text goes to our own log and command line, never to a stranger.
- Rooms define their own leaves below one of the families here, beside the rule that they break.

This module does not know HTTP; `gateway.api.problems` is the one place that does.
"""

from __future__ import annotations

from typing import ClassVar


class DemarcError(Exception):
    """Something went wrong in a way that Demarc foresaw."""

    code: ClassVar[str] = "demarc"
    remedy: ClassVar[str] = "Read the log of the gateway."
    retryable: ClassVar[bool] = False

    @classmethod
    def summary(cls) -> str:
        """Return the sentence about this kind of failure that a stranger may read."""
        return (cls.__doc__ or cls.code).strip().splitlines()[0]

    def __reduce__(self) -> tuple[object, ...]:
        """Let copies be made without calling the class, whose arguments are not those of `Exception`."""
        return _revived, (type(self), self.args), self.__dict__


def _revived(kind: type[DemarcError], words: tuple[object, ...]) -> DemarcError:
    return kind.__new__(kind, *words)


class InputError(DemarcError):
    """What was handed in cannot be taken."""

    code = "input"
    remedy = "Correct the input and hand it in again."


class IdentityError(DemarcError):
    """The caller is not who this request needs."""

    code = "identity"
    remedy = "Present the identity that was agreed with this operator."


class StreamError(DemarcError):
    """The two sides do not hold the same stream."""

    code = "stream"
    remedy = "Compare what both sides hold."


class PolicyError(DemarcError):
    """A disclosure policy cannot be used as written."""

    code = "policy"
    remedy = "Correct the policy at the place named."


class SettingsError(DemarcError):
    """The gateway is configured in a way that it refuses."""

    code = "settings"
    remedy = "Correct the settings named."


class KeyMaterialError(DemarcError):
    """A key or certificate cannot be used."""

    code = "keys"
    remedy = "Check the key files of this instance."


class StorageError(DemarcError):
    """The store cannot take or give what was asked."""

    code = "storage"
    remedy = "Try again later."
    retryable = True


class PeerError(DemarcError):
    """The other operator's gateway did not do what was agreed."""

    code = "peer"
    remedy = "Ask the other operator to look at its gateway."
    retryable = True


def leaf_errors(root: type[DemarcError] = DemarcError) -> list[type[DemarcError]]:
    """Return every error class without subclasses that is loaded, in a stable order."""
    below = [leaf for kind in root.__subclasses__() for leaf in leaf_errors(kind)]
    return sorted(below, key=lambda kind: kind.code) if below else [root]
