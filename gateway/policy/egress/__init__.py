"""The second barrier: what leaves is checked once more, by who knows nothing of the rules."""
