"""What pages of members ask, split by noun as the operations are. Forms read what was typed; operations write it."""
