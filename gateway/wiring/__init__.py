"""The only place where adapters meet use cases; one module per zone, so that the outside never loads the inside."""
