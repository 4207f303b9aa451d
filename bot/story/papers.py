"""The papers that come with the program, in short: what *How we use stories* says of each.

Pure. The papers themselves are Markdown in `bot/rights/papers`; a test holds them, and these lines, to the program.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its file, what it is called, and what it says in a sentence or two."""

    file: str
    title: str
    short: str


PAPERS: Final = (
    Paper(
        "privacy_notice.md",
        "Privacy notice",
        "What is kept of your story and of you, who sees what, where it may be shown, and how to change your mind.",
    ),
    Paper(
        "retention_schedule.md",
        "Retention schedule",
        "How long each thing is kept: unfinished stories, private and declined ones, who told a story, the record.",
    ),
    Paper(
        "dpia.md",
        "Data protection impact assessment",
        "What could go wrong for tellers and for people in stories, what is done about it, and what is left.",
    ),
    Paper(
        "record_of_processing.md",
        "Record of processing",
        "The row for the organisation's register: purpose, basis, whose data, who receives it.",
    ),
    Paper(
        "reviewers_guide.md",
        "Reviewer's guide",
        "What reviewers look for, the four questions before approving, and the rules they keep.",
    ),
)
