"""A story is decided: reviewers read it on a card, approve, ask or decline, and its author hears what came of it."""
