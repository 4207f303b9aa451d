"""A story is told: one question at a time, in a direct message, in the teller's own time."""
