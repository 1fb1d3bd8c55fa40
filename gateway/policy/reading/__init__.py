"""From the text of a policy to a document and back, with its bases worked in."""
