"""The pages of gatherings, by noun."""
