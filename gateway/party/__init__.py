"""Who takes part: operators, what identifies them, and the descriptors by which they get to know each other."""
