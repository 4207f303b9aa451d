"""What the product costs, measured against an echo that stores nothing. `python -m tests.benchmarks` runs it."""
