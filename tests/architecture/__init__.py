"""The house rules, as tests: what may import what, what is pure, how files look, what the product never says."""
