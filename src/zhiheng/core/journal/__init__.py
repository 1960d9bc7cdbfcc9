"""Who did what to which record, when. Append-only: the database itself refuses change."""
