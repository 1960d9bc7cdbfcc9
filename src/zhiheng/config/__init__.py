"""The switchboard: settings, addresses, the list of lines. No logic."""
