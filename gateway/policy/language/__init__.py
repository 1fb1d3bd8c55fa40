"""What a policy says, as values: documents, places in them, conditions, and what its words mean."""
