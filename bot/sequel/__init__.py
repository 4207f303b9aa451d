"""What happened next: some weeks after a story was published its teller is asked; the answer stands beside it."""
