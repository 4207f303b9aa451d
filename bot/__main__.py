"""`python -m bot` is the same program as `altogether`: rehearsals and service managers start it this way."""

import sys

from bot.cli import main

if __name__ == "__main__":
    sys.exit(main())
