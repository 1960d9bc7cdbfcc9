"""A figure is a definition over rows: evaluated at a period, opened down to its rows, frozen when published."""
