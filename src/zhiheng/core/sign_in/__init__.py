"""Coming in: password, code by SMS, second factor; one's own account. allauth does it, this room says how."""
