"""The code by which a story can be taken back by whoever holds it, after its teller has lost their account.

Pure. A code is made again whenever it has to be shown, from a key that is in no database; only its hash is kept. Its
words have five letters each, so that all codes of a length look alike.
"""

import hashlib
import re
from typing import Final

_WORDS: Final = """
    abbey acorn actor adobe agate aisle alarm album alder alien alley almond amber angel apple apron arena arrow
    aspen atlas attic audio autumn award azure bacon badge bagel baker banjo basil basin baton beach beard beech bench
    berry birch bison black blaze bloom board bonus boost booth brace braid brake brass bread brick bride brook broom
    brush buggy bugle built bunch cabin cable cacao camel candy canoe cargo carol cedar chain chair chalk charm chart
    chess chest chime cider cigar civic clasp clear cliff cloak clock cloth cloud clove coach coast cobra cocoa comet
    comic coral couch court cover crane crate cream creek crest crown crumb curry curve daisy dance delta denim depot
    diary diner dingo disco ditch dough dozen draft drain drape dream dress drift drill drink drive drove drums dusty
    eagle earth easel elbow elder elect elves ember empty enjoy envoy epoch equal event fable fairy fancy feast fence
    ferry field fifty flame flask fleet flint float flock floor flora flour flute focus forge forum found frame
    fresh frost fruit fudge gamma gecko genre ghost giant glade glass globe glove glyph grain grand grape graph grass
    green guard guest guide guild habit happy hazel heart hedge heron hinge hobby holly honey horse hotel
    house human igloo index ivory jacket jazzy jelly jewel joker jolly judge juice jumbo kayak kiosk koala label
    ladle lance larch large latch layer ledge lemon level light lilac linen liner llama lodge lotus loyal lucky lunar
    lunch lyric magic mango manor maple march marsh mason medal melon mercy merge merit merry metal minor mixer mocha
    model moose motel motor mound mount mouse movie music nacho night noble north novel nurse oasis ocean olive onion
    opera orbit order otter outer owner oxide ozone paint panda panel paper party pasta patch peach pearl pedal penny
    petal phone photo piano pilot pixel pizza place plain plane plant plate plaza plumb point polar poppy porch pouch
    press pride prism prize proof proud pulse pupil puppy quail quart queen query quest quiet quilt quota radar radio
    ranch raven razor ready reply ridge rinse river roast robin robot rodeo rover royal rugby ruler salad salsa sandy
    satin sauna scale scarf scene scone scoop scout shade shawl sheep shelf shell shine shirt shore siren skate skirt
    slate sleet slice slope smile smoke snack solar sonar sonic south space spark spice spoon sport spray stage stair
    stamp steam steel stone stool storm story stove straw sugar sunny swift table talon tango tasty teach tempo tenor
    thank theme thumb tiger toast token topaz torch total tower track trail train treat trend trout truck trunk trust
    tulip tunic twirl ultra uncle union unity urban valet valley value vault velvet video villa vinyl viola viper
    vista vital vocal voice wagon waltz water whale wheat wheel white wider willow windy woods world yacht zebra zesty
"""
FIVE: Final = tuple(sorted({word for word in _WORDS.split() if len(word) == 5}))
_CODE: Final = re.compile(r"([a-z]{5})-([a-z]{5})-([a-z]{5})-(\d{1,9})")


def key_of(secret: str) -> bytes:
    """The key that codes are made with, from something that only the bot knows."""
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"take back").digest()


def code_of(key: bytes, story_id: str, number: int) -> str:
    """The story's code: "maple-grape-stone-31"."""
    drawn = int.from_bytes(hashlib.blake2b(story_id.encode(), key=key, digest_size=16).digest(), "big")
    chosen = []
    for _ in range(3):
        drawn, place = divmod(drawn, len(FIVE))
        chosen.append(FIVE[place])
    return "-".join([*chosen, str(number)])


def number_in(text: str) -> int | None:
    """The number of the story that something which looks like a code is for; None for anything else."""
    found = _CODE.fullmatch(tidied(text))
    return int(found[4]) if found else None


def tidied(text: str) -> str:
    """A code as it is compared, however it was typed or pasted."""
    text = text.strip().strip("`\"'“”‘’.").lower()
    return re.sub(r"[\s\u2010-\u2015-]+", "-", text)


def hash_of(story_id: str, code: str) -> str:
    """What is kept of a code. Slow on purpose (about ten milliseconds): three words can be guessed."""
    return hashlib.scrypt(tidied(code).encode(), salt=story_id.encode(), n=2**12, r=8, p=1).hex()
