"""Questions about conditions, answered by a solver with a record as witness."""
