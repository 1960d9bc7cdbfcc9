"""What the public may look up by its code: certificates, memberships. The code is random, the holder masked."""
