"""The look: page frames, named components, words in two languages. Has no models."""
