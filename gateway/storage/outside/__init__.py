"""The outside store: only what was disclosed, to whom, and what came from partners."""
