"""An edition goes out: planned, previewed, held back, made once a week, and said to those whom it concerns."""
