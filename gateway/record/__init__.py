"""Records: one piece of management information each, of a record type that `schemas/` describes."""
