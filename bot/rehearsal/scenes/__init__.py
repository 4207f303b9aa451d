"""What is played: the scenes, what they act with, and what is read of them afterwards."""
