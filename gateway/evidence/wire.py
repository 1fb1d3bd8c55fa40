"""A step as the bytes of one push or pull: a head line, then one line for each entry.

Only the form is looked at here, before any signature: sizes, counts and the head. The entries stay bytes.
"""

from __future__ import annotations

from gateway.errors import InputError
from gateway.evidence.jws import Jws
from gateway.evidence.stream import MAX_ENTRY_BYTES, MAX_STEP_BYTES, MAX_STEP_ENTRIES, Step
from gateway.record import strictjson

CONTENT_TYPE = "application/x-ndjson"
MAX_BODY_BYTES = MAX_STEP_BYTES + 64 * 1024
_MAX_POSITION = 2**53 - 1


class MalformedStep(InputError):
    """The body is not a head line followed by the entries that it announces."""

    code = "exchange.malformed"
    remedy = "Send one head line with from, count and checkpoint, then exactly count entry lines."


class StepTooLarge(InputError):
    """The body holds more than one step may."""

    code = "exchange.too-large"
    remedy = "Send at most 1,000 entries of 64 KiB and 4 MiB in one step."


def encode(step: Step) -> bytes:
    """Return the body that carries `step`."""
    head = {"from": step.first, "count": len(step.lines), "checkpoint": step.token}
    return b"\n".join([strictjson.dump(head), *step.lines]) + b"\n"


def decode(body: bytes) -> Step:
    """Return the step in `body`.

    Raises:
        StepTooLarge: Over one of the limits.
        MalformedStep: Anything else about its form.

    Trust: None. The checkpoint is not verified, the entries are not parsed.
    """
    if len(body) > MAX_BODY_BYTES:
        raise StepTooLarge(f"{len(body)} bytes")
    raw_head, *lines = body.removesuffix(b"\n").split(b"\n")
    try:
        head = strictjson.parse_object(raw_head)
    except strictjson.NotStrictJson as error:
        raise MalformedStep(f"the head is not strict JSON: {error}") from error
    if set(head) != {"from", "count", "checkpoint"}:
        raise MalformedStep("the head has not exactly from, count and checkpoint")
    first, count, token = head["from"], head["count"], head["checkpoint"]
    if type(first) is not int or not 0 <= first <= _MAX_POSITION or type(count) is not int or count < 1:
        raise MalformedStep("from or count is not a number of entries")
    if count > MAX_STEP_ENTRIES or any(len(line) > MAX_ENTRY_BYTES for line in lines):
        raise StepTooLarge(f"{count} entries, or one of more than {MAX_ENTRY_BYTES} bytes")
    if not isinstance(token, str) or len(lines) != count or b"" in lines:
        raise MalformedStep(f"announces {count} entries, carries {len(lines)}, or the checkpoint is no text")
    return Step(first, lines, Jws(token))
