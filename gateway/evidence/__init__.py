"""What makes a statement hold between operators: signatures, the Merkle tree, checkpoints and receipts."""
