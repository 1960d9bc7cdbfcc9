"""Member organisations: joining, tiers, dues, terms and posts of the council, participation."""
