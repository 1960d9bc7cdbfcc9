"""Series, editions, sessions, registration, attendance: what activities, forums and classes share. No statistics."""
