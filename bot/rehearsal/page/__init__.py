"""The page of a rehearsal that stays open: what it shows, what people do on it, and the guide."""
