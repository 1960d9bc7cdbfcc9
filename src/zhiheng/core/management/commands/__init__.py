"""Each command is one file."""
