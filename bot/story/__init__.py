"""What a story is, as readers see it, and who may do or see what. Pure, and shared by every room."""
