"""Where records come from: one file per source, each a pure mapping from what it hands in."""
