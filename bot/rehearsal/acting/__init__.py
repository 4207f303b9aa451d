"""Somebody in the workspace: what they have before their eyes, and what they do with their hands."""
