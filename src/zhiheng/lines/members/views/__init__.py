"""Pages of members, split by noun as the operations are."""
