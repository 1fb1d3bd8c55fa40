"""The inside store: the journal and everything that follows from it. It never leaves the operator."""
