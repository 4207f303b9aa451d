"""The real bot, as its own process, spoken to over the real protocol."""
