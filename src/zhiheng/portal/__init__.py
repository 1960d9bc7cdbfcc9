"""What everybody may open: the catalogue of figures and every published number, down to the rows one may see."""
