"""The doors: HTTP in front of the use cases, and the one map from errors to statuses."""
