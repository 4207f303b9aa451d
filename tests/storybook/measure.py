"""`python -m tests.storybook.measure`: the time and memory that a large storybook takes; exit code 1 where too much.

A full build of ten thousand stories must take under a minute, one changed story under two seconds, and ten times the
stories not more than another hundred megabytes. Seconds are the processor's: what else runs meanwhile is not counted.
"""

import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent))

from shelf import TODAY, Tale, build_site, plant, plant_many

from storage import schema
from storage.books import Audience
from storage.database import Database, Tx

NOW = datetime.combine(TODAY, datetime.min.time(), UTC)
MOST = {"full": 60.0, "one changed": 2.0, "megabytes more": 100.0}


def megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(stories: int, home: Path) -> dict[str, float]:
    """Seconds for a full build and for one changed story."""
    database = Database(f"sqlite:///{home / f'{stories}.db'}")
    schema.migrate(database)
    with database.write_engine.begin() as connection:
        plant_many(Tx(connection, "w1", NOW), stories)
    found = {}
    for name in ("full", "one changed"):
        began = time.process_time()
        built = build_site(database, "w1", NOW, home / str(stories), Audience.STAFF)
        found[name] = time.process_time() - began
        assert not built.left_out
        with database.write_engine.begin() as connection:
            plant(Tx(connection, "w1", NOW), Tale(title="One more"))
    database.close()
    return found


def main() -> int:
    """Measures a thousand stories, then ten thousand."""
    with TemporaryDirectory(prefix="storybook-") as folder:
        small = measured(1_000, Path(folder))
        before = megabytes()
        large = measured(10_000, Path(folder)) | {"megabytes more": megabytes() - before}
    print(f"1,000 stories   full {small['full']:.1f} s   one changed {small['one changed']:.2f} s   {before:.0f} MB")
    print(
        f"10,000 stories  full {large['full']:.1f} s   one changed {large['one changed']:.2f} s   {megabytes():.0f} MB"
    )
    over = [name for name, most in MOST.items() if large[name] > most]
    print(f"too much: {', '.join(over)}" if over else "all within what is promised")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
