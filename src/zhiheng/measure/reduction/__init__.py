"""The only room that talks to a database: rows in, leaf groups out. It knows nothing about estimators."""
