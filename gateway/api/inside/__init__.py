"""Doors of the inside: ingest. They listen where only the operator's own systems reach them."""
