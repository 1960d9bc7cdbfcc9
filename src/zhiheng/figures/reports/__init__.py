"""Reports whose every number is bound to a published one, cited, or marked as no figure."""
