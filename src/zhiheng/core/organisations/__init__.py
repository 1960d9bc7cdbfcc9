"""One card a company: dated names, codes, where it belongs, what it merged into, and whom an attendance credits."""
