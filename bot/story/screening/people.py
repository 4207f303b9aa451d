"""People by name: a title and what follows it (strong), and first names (a hint). Pure.

A name is told from a word by its capital, so in small letters only "mr" and "mrs" are believed, or a title before one
of the commonest surnames. What public places and laws are called is not a person.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from bot.story.screening.names import FIRST_NAMES, SURNAMES
from bot.story.screening.plain import Hit, Plain

_TITLE: Final = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Doctor|Sir|Dame|Lord|Lady|Rev|Revd|Reverend|Pastor|Imam|Rabbi|Canon|Cllr|"
    r"Councillor|Nurse|Sister|Matron|PC|PCSO|DC|DS|DI|DCI|Sgt|Sergeant|Inspector|Constable|Judge|MR|MRS|MISS|DR|mr|mrs|"
    r"ms|dr|miss|prof|cllr)"
)
_AS_IN_A_FILE: Final = r"(?:(?<=M[rsx])|(?<=Mrs)|(?<=Miss)|(?<=Dr))_"  # "Mr_Smith.docx"; places are Lord_Howe
_PARTICLE: Final = r"(?:van|von|de|da|di|du|del|der|den|la|le|el|al|bin|ibn|ter|O')"
_WORD: Final = r"[^\W\d_](?:[^\W\d_]|['.-](?=[^\W\d_])){0,40}+"
_TITLED: Final = re.compile(
    rf"(?<![\w-]){_TITLE}\.?(?: (?:and|&|or) {_TITLE}\.?)?(?: {{1,2}}|{_AS_IN_A_FILE})((?:[A-Z](?:\. ?| )){{0,3}}"
    rf"(?:{_PARTICLE} ){{0,2}}{_WORD})(?=((?: {{1,2}}(?:{_PARTICLE} ){{0,2}}{_WORD}){{0,2}}))"
)
_POSSESSIVE: Final = re.compile(r"'[sS]$")
# What follows a title without being anybody's name.
_NOT_NAMES: Final = """
and or the a an in on at to of for but if so is was are were has had have will would can could may might did does said
says who whom whose whoever this that these those then than when while where what which as by from with not no yes all
any both each every one two three four five six seven eight nine ten my our your his her their its i we you he she
they it me us them him there here also again just never always still only even first last next same other another more
most some such too very monday tuesday wednesday thursday friday saturday sunday january february march april june
july august september october november december today tomorrow yesterday nurse nurses doctor doctors gp gps team teams
practitioner practitioners manager managers lead leads leader leaders consultant specialist specialists associate
associates training advisor adviser appointment appointments surgery ward unit clinic service services staff office
officer officers report review word excel outlook office365 windows world plod speaker right president chair mayor
chancellor minister secretary justice general advocate whatever somebody someone anybody nobody everybody nhs dwp gdpr
data x y z blank blanks unknown something anything everything worked working rang called came went saw told asked
wrote knew thought wanted needed got gave took made put let left met looked out up down off over under about after
before because until since per via call calls email note notes letter letters visit visits list lists name names
number numbers line lines deadline deadlines chance step steps info company companies organisation organisations
school schools act hospital led prescribing registrar colleague colleagues receptionist secretary's rota round rounds
bank shortage shortages shift shifts station development comics works google triage prescriber prescribers support
monitor monitors
"""
_NOBODY: Final = frozenset(_NOT_NAMES.split())

_CAPITALISED: Final = re.compile(r"(?<![\w'@/.-])[^\W\d_a-z][^\W\d_A-Z]{1,14}(?:-[^\W\d_a-z][^\W\d_A-Z]{1,14})?(?!\w)")
_SAINT: Final = re.compile(r"(?:\bst\.?|\bsaint|\blady|\bqueen|\bking|\bprince|\bprincess|\bport|\bmount) $")
_CALLED_AFTER: Final = re.compile(
    r"(?: [A-Z][\w']{1,20})?(?:'s)? (?:Ward|Road|Street|Lane|Avenue|Close|Hospital|House|Court|Centre|School|Academy|"
    r"Unit|Line|Act|Law|Rule|Station|Park|Square|Trust|College|University|Infirmary|Inquiry|Review|Report|Foundation|"
    r"Clinic|Building|Suite|Room|Place|Hall|Lodge|Terrace|Crescent|Gardens|ward|clinic|hospital|unit|suite)(?!\w)"
)


def find_titled_names(plain: Plain) -> Iterator[Hit]:
    """Yields a title with the name that follows it, also "Mr and Mrs …"; neither a title alone nor an initial."""
    for match in _TITLED.finditer(plain.text):
        title = re.split("[ _]", match[0], maxsplit=1)[0].rstrip(".")
        end = _end_of_name(match, title)
        if end is not None:
            yield match.start(), end, "titled_name"


def _end_of_name(match: re.Match[str], title: str) -> int | None:
    """Where the name ends, or None where what follows the title is no name."""
    name = match[1].rsplit(" ", 1)[-1]
    word = _POSSESSIVE.sub("", name)
    if len(word.rstrip(".")) < 2 or word.casefold() in _NOBODY:
        return None
    small = not word[0].isupper() and not (word[:2] in {"d'", "o'", "l'"} and word[2:3].isupper())
    # "mr tibbs" and "dr smith" are typed in haste; "ms teams", "dr said" and "miss the" are not people.
    if small and title not in {"mr", "mrs"} and not _is_surname(word, title):
        return None
    shouted = word.isupper()
    if shouted and not title.isupper() and len(word) < 5 and "-" not in word and "'" not in word:
        return None  # "Nurse CPN", "Dr GP"
    end = match.end(1) - (len(name) - len(word))
    if small or word != name:
        return end
    at = match.end(1)
    for more in re.finditer(rf" {{1,2}}(?:{_PARTICLE} ){{0,2}}({_WORD})", match[2]):
        surname = _POSSESSIVE.sub("", more[1])
        known = surname[0].isupper() and len(surname) > 1 and (shouted or not surname.isupper())
        if not known or surname.casefold() in _NOBODY:
            break
        end = at + more.end(1) - (len(more[1]) - len(surname))
    return end


def _is_surname(word: str, title: str) -> bool:
    """Whether a word in small letters after a title is a surname; "we miss thomas" says something else."""
    return title.islower() and word in SURNAMES and not (title == "miss" and word in FIRST_NAMES)


def find_first_names(plain: Plain) -> Iterator[Hit]:
    """Yields common first names that are not also words; not in the name of a place, a law or a saint's ward."""
    for match in _CAPITALISED.finditer(plain.text):
        if _is_first_name(match[0]) and not _CALLED_AFTER.match(plain.text, match.end()):
            start, end = match.span()
            if not _SAINT.search(plain.low, max(0, start - 10), start):
                yield start, end, "first_name"


def _is_first_name(word: str) -> bool:
    if not word.isascii():
        parts = unicodedata.normalize("NFD", word)
        word = "".join(character for character in parts if not unicodedata.combining(character))
    folded = word.casefold()
    return folded in FIRST_NAMES or folded.partition("-")[0] in FIRST_NAMES
