"""Promises are kept: permission can be changed, everyone gets what is held about them, and what is taken back goes."""
