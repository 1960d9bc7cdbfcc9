"""The ground every line of work stands on. Knows no line, no figure, no statistic."""
