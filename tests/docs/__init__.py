"""What the pages promise, read by tests: commands, settings, links and versions."""
