"""Use cases of the outside zone: they know only what was disclosed."""
