"""The command line: one file per noun. It parses, calls a use case and prints; nothing is decided here."""
