"""The work. One line of work is one folder is one Django app; lines know nothing of each other."""
