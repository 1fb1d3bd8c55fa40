"""What one policy discloses beyond another, or beyond the ceiling."""
