"""What people are told: in the system, by mail and by SMS, in their language, as far as they want it."""
