"""What a policy means, once more and plainly: what the filter is tested against."""
