"""What the pillars and themes mean, in a sentence each, for whoever has never met the words.

Pure. By the ids of the built-in script; a theme of a script of one's own stands without an explanation.
"""

from collections.abc import Mapping
from typing import Final

PILLARS: Final[Mapping[str, str]] = {
    "Technology": "The systems, log-ins and data that information travels through, or gets stuck in.",
    "Information governance": "The rules, agreements and judgement that say what may be shared, with whom and why.",
    "Culture": "How people work together: whether they know and trust each other, have time, and dare to ask.",
}

THEMES: Final[Mapping[str, str]] = {
    # what helped
    "shared-view": "Everybody could look at the same record, or the part of it that they needed.",
    "secure-mail": "There was a safe way to send it.",
    "matching": "Records about one person in two systems were brought together.",
    "single-log-in": "One log-in opened what was needed.",
    "simple-data-set": "A short, agreed list of facts was enough.",
    "clear-purpose": "It was plain why the information was needed.",
    "minimum-data": "It was agreed what is the least that has to be shared.",
    "named-adviser": "Somebody who knows the rules could be asked by name.",
    "person-asked": "The person it was about knew, and was asked.",
    "decision-written": "What was decided, and why, was written down.",
    "people-know": "People had met, and knew whom to ring.",
    "same-room": "People of different services sat together.",
    "leaders-time": "Leaders made it part of the work, and gave it time.",
    "joint-training": "People of different services learned together.",
    "feedback": "Whoever shared heard what came of it.",
    # what got in the way
    "systems-apart": "What one system knew, the other could not see.",
    "no-access": "The information was there, but not for those who needed it.",
    "poor-data": "Records were wrong, or nothing said that they were about the same person.",
    "no-secure-way": "There was no safe way to send it.",
    "system-late": "The system came late, or was too hard to use.",
    "unclear-law": "Nobody was sure what the law allows.",
    "consent-always": "People believed that nothing may be shared without consent.",
    "no-agreement": "The services had not agreed how to share.",
    "too-many-forms": "It took too many forms and signatures.",
    "shared-too-much": "More was shared than was needed.",
    "fear": "People feared to be blamed for sharing.",
    "no-trust": "One service did not trust the other with it.",
    "who-to-ask": "Nobody knew whom to ask.",
    "different-words": "The same word meant different things, or services set the bar at different heights.",
    "no-time": "There was no time for it.",
    "not-our-job": "Each thought that it was for another to do.",
}
