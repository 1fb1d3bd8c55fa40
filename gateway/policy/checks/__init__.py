"""Whether a policy can mean what it says: every check that stands between a document and its use."""
