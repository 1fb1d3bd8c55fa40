"""What people ask of a policy: why, what for, and whether it does what its tests say."""
