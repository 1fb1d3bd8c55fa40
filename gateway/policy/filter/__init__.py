"""From a document to the filter that every record passes, and to the contract of what can leave."""
