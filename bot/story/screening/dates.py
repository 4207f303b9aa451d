"""Dates and ages: when somebody was born (strong), and the hints of an exact date or an age over 90. Pure.

A date of birth is a date with words that say so. An exact date has its year: "5 June" alone finds nobody.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.story.screening.plain import Hit, Plain

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DAY: Final = r"(?:0?[1-9]|[12][0-9]|3[01])(?: ?(?:st|nd|rd|th))?"
_NUMBER_DAY: Final = r"(?:0?[1-9]|[12][0-9]|3[01])"
_NUMBER_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_FULL_YEAR: Final = r"(?:1[89]|20)[0-9]{2}"
_YEAR: Final = rf"(?:{_FULL_YEAR}|'?[0-9]{{2}})"
_END: Final = r"(?![0-9A-Za-z]|[./-][0-9])"
_START: Final = r"(?<![0-9A-Za-z£$])(?<![0-9][./:,-])"

_UNITS: Final = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_SPOKEN_DAY: Final = (
    rf"(?:(?:twenty[ -])(?:{_UNITS})|thirty[ -]first|{_UNITS}|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    r"sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_ONES: Final = "one|two|three|four|five|six|seven|eight|nine"
_SPOKEN_YEAR: Final = (
    r"(?:nineteen|two thousand(?: and)?|twenty)"
    r"(?:[ -](?:hundred|oh|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|"
    rf"seventy|eighty|ninety|{_ONES})(?:[ -](?:{_ONES}))?)?"
)
_SPOKEN: Final = (
    rf"(?:{_SPOKEN_DAY} (?:day )?(?:of )?{_MONTH}|{_MONTH} (?:the )?{_SPOKEN_DAY})"
    rf"(?![0-9a-z])(?:,? (?:{_FULL_YEAR}|{_SPOKEN_YEAR}))?"
)

_NAMED: Final = (
    rf"{_DAY}[ ./-]{{0,2}}(?:day )?(?:of )?{_MONTH}[ .,/-]{{0,2}}%s|{_MONTH}[ .-]{{1,2}}(?:the )?{_DAY},? {{1,2}}%s"
)
_ISO: Final = rf"{_FULL_YEAR}([ ./-]){_NUMBER_MONTH}\%d{_NUMBER_DAY}"
# The month may come first, as some systems write it.
_NUMERIC: Final = (
    rf"(?:{_NUMBER_DAY} ?[./-] ?{_NUMBER_MONTH} ?[./-] ?%s|{_NUMBER_MONTH}[./-]{_NUMBER_DAY}[./-]%s|"
    rf"{_NUMBER_DAY} {_NUMBER_MONTH} %s)"
)

_BORN_ON: Final = (
    rf"{_NAMED % (_YEAR, _YEAR)}|{_ISO % 2}|{_NUMERIC % (_YEAR, _YEAR, _YEAR)}|{_DAY} (?:of )?{_MONTH}|{_MONTH} {_DAY}|"
    rf"{_NUMBER_DAY}[./-]{_NUMBER_MONTH}|[0-9]{{8}}|[0-9]{{6}}|{_SPOKEN}"
)
_BIRTH: Final = (
    r"(?:(?<!\w)d(?:\. ?| )o(?:\. ?| )b(?!\w)\.?|(?<!\w)dob(?!\w)|(?<!\w)dob(?=[0-9])|date[ -]of[ -]birth|"
    r"birth ?dates?|birthdays?|d/o/b|(?<!\w)born(?! out of)|(?<![\w.'])b\.)"
)
_BIRTH_WORDS: Final = ("d.", "d o", "dob", "birth", "d/o/b", "born", "b.")
_FILL: Final = (
    r"(?:[ :;,=.()\"'-]{1,3}(?:is|was|were|on|the|of|as|at|given|recorded|listed|down|shown|showing|being|dd/mm/yyyy|"
    r"dd/mm/yy|put|entered|there|said|says|system|both|still|actually|wrongly|wrong|here|noted|logged|registered|year|he|"
    r"she|they|it's|in [a-z]{2,20}|at home|just|around|about|i think|sunday|monday|tuesday|wednesday|thursday|friday|"
    r"saturday)(?![0-9a-z])){0,5}[ :;,=.()\"'-]{0,3}"
)
_BORN: Final = re.compile(rf"{_BIRTH}{_FILL}(?<![0-9])({_BORN_ON}){_END}")

_WHOLE: Final = rf"{_NAMED % (_YEAR, _YEAR)}|{_ISO % 2}|{_NUMERIC % (_YEAR, _YEAR, _YEAR)}"
# "The date of birth we hold is …"; not "her date of birth was corrected on …".
_BORN_LATER: Final = re.compile(
    r"(?:(?<!\w)dob|d\.o\.b\.?|date of birth|birthday)(?:[ :,(]{1,2}(?!(?:and|but|or|nor|changed|corrected|updated|"
    r"since|until|after|before|from|by|when|added|sent|asked|given on)(?!\w))[a-z']{1,15}\)?){1,5}[ :,]{1,3}"
    rf"({_WHOLE}){_END}"
)
_IS_BIRTH: Final = re.compile(
    rf"{_START}({_WHOLE})(?:[ ,(-]{{1,3}}(?:is|was|as|his|her|their|the|my|child's|patient's|same)){{0,3}}[ ,(-]{{1,3}}"
    r"(?:d\. ?o\. ?b|dob(?!\w)|date of birth|birth ?date|birthday)"
)
# "(aged 63, 14/03/1961)": beside an age, a date is the birthday.
_WITH_AGE: Final = re.compile(rf"(?<!\w)aged? [0-9]{{1,3}}[ ,(;-]{{1,3}}({_WHOLE}){_END}")

_EXACT: Final = re.compile(
    rf"{_START}(?:{_NAMED % (_FULL_YEAR, _FULL_YEAR)}|{_ISO % 1}|{_NUMERIC % (_FULL_YEAR, _FULL_YEAR, _FULL_YEAR)}|"
    rf"{_NUMBER_DAY}/{_NUMBER_MONTH}/[0-9]{{2}}){_END}"
)

_OLD: Final = r"(9[1-9]|1[01][0-9])"
_AGE: Final = re.compile(
    rf"(?<!\w)(?:aged?|turned|turning)(?: of| is| was|:)? {_OLD}(?![0-9%]|[./][0-9])"
    rf"|(?<![0-9A-Za-z.,£])(?:{_OLD}[ -]?(?:years?|yrs?)[ -]olds?|{_OLD} ?(?:y/o|yo))(?!\w)"
    rf"|(?<!\w)(?:he|she|they|who|mum|dad|gran|nan|grandad|mother|father) (?:is|was|were|are) {_OLD}(?= and |[.,;!?]|$)"
)


def find_births(plain: Plain) -> Iterator[Hit]:
    """Yields dates of birth: dates with words for it before or after them."""
    if any(word in plain.low for word in _BIRTH_WORDS):
        for pattern in (_BORN, _BORN_LATER, _IS_BIRTH):
            yield from ((*match.span(1), "dob") for match in pattern.finditer(plain.low))
    if "age" in plain.low:
        yield from ((*match.span(1), "dob") for match in _WITH_AGE.finditer(plain.low))


def find_exact_dates(plain: Plain) -> Iterator[Hit]:
    """Yields dates with day, month and year."""
    yield from ((*match.span(), "exact_date") for match in _EXACT.finditer(plain.low))


def find_ages(plain: Plain) -> Iterator[Hit]:
    """Yields ages over 90 with the word that says so; few people of a place are that old."""
    for match in _AGE.finditer(plain.low):
        yield *match.span(match.lastindex or 0), "age"
