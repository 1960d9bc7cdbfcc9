"""Files handed in: what one is, is read from its bytes; it is given out only after its room was asked."""
