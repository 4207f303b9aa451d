"""The workspace: who is in it and what was said, the Web API, Socket Mode, and all that can go wrong with them."""
