"""Accounts, people and roles. A person is not an account: most people never sign in."""
