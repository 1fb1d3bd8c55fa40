"""Every seam between the use cases and the world, with its promises.

Promises common to all stores below, so that each port only says what differs:

- *Durability*: what a unit of work wrote is on disk when its `with` block ends without an exception; else none of it.
- *Order*: a unit of work sees its own writes; positions and entry indices only grow.
- *Idempotence*: stated per method; where nothing is said, repeating a call in a later unit of work repeats its effect.
- *Concurrency*: one unit of work writes at a time per store; readers never wait for it and see what is committed.
- *Errors*: `gateway.errors.StorageError` when the store cannot be read or written; nothing else is raised on purpose.
"""

from gateway.ports.acts import Office
from gateway.ports.disclosing import (
    Disclosed,
    DisclosedKey,
    FormerNames,
    HeldBack,
    KnownNames,
    RecordKey,
    Version,
    Withheld,
    WithheldDisclosures,
)
from gateway.ports.inside import (
    ActivePolicy,
    Cursors,
    Foreign,
    ForeignRecords,
    InsideWork,
    Journal,
    Kept,
    Latest,
    Line,
    NewLine,
    Policies,
    Quarantine,
    Quarantined,
    Refused,
)
from gateway.ports.outside import (
    CustomerTokens,
    Deliveries,
    Delivery,
    Descriptors,
    DisclosedViews,
    OutsideWork,
    Receipts,
    Stops,
    Tokens,
    ViewChange,
    Views,
)
from gateway.ports.shared import (
    Clock,
    Partners,
    Store,
    Streams,
    StreamState,
)

__all__ = [
    "ActivePolicy",
    "Clock",
    "Cursors",
    "CustomerTokens",
    "Deliveries",
    "Delivery",
    "Descriptors",
    "Disclosed",
    "DisclosedKey",
    "DisclosedViews",
    "Foreign",
    "ForeignRecords",
    "FormerNames",
    "HeldBack",
    "InsideWork",
    "Journal",
    "Kept",
    "KnownNames",
    "Latest",
    "Line",
    "NewLine",
    "Office",
    "OutsideWork",
    "Partners",
    "Policies",
    "Quarantine",
    "Quarantined",
    "Receipts",
    "RecordKey",
    "Refused",
    "Stops",
    "Store",
    "StreamState",
    "Streams",
    "Tokens",
    "Version",
    "ViewChange",
    "Views",
    "Withheld",
    "WithheldDisclosures",
]
