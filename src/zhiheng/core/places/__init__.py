"""Province, city, district, street: codes, names and the days they were valid."""
