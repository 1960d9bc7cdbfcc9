"""What takes longer than a page may: it runs beside, says how far it is, and ends in a result or a problem."""
