"""Free text and names: what identifies goes, in any disguise."""
