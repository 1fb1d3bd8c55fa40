"""How a delivery to a peer goes on: pure decisions about retrying and about what a peer's answer means."""
