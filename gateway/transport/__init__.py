"""The way to and from the network: TLS, the guarded listener, who is calling, and the one HTTP client."""
