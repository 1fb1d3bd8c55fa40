"""The doors that partners and customers reach."""
