#!/usr/bin/env python3
"""Writes Core/Domain/Numbers/NumberingData.swift from the metadata of PyPI `phonenumbers` (Google's libphonenumber).

    python3 -m venv /tmp/numbers && /tmp/numbers/bin/pip install phonenumbers==9.0.43
    /tmp/numbers/bin/python infra/data/phone_numbers.py

Run after choosing a newer version; commit the file, the version in SOURCE.md beside it and the vectors of the tests.
"""

import itertools
import pathlib
import re
import textwrap

import phonenumbers
from phonenumbers import PhoneMetadata

TARGET = pathlib.Path(__file__).parents[2] / "Core/Domain/Numbers/NumberingData.swift"


def lengths(description):
    """Without the negative mark that stands for "none"."""
    return {length for length in (description.possible_length if description else ()) if length > 0}


def region_row(region):
    """Lengths: of mobile numbers, and of fixed lines that are at most two digits shorter than the shortest of them."""
    metadata = PhoneMetadata.metadata_for_region(region)
    mobile, fixed = lengths(metadata.mobile), lengths(metadata.fixed_line)
    base = mobile or fixed
    known = base | {length for length in fixed if min(base) - 2 <= length <= max(base)}
    trunk = metadata.national_prefix or "-"
    return f"{region} {metadata.country_code} {trunk} {min(known)}-{max(known)}"


def possible_rows():
    """Each calling code with every length that a number behind it may have."""
    found = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            metadata = (
                PhoneMetadata.metadata_for_nongeo_region(code)
                if region == "001" else PhoneMetadata.metadata_for_region(region))
            found.setdefault(code, set()).update(lengths(metadata.general_desc))
    return [f"{code} {'/'.join(map(str, sorted(found[code])))}" for code in sorted(found, key=str)]


def codes(pattern, *widths):
    digits = ("".join(each) for width in widths for each in itertools.product("0123456789", repeat=width))
    return [code for code in digits if re.fullmatch(pattern, code)]


def brazil_mobile_areas():
    pattern = PhoneMetadata.metadata_for_region("BR").mobile.national_number_pattern
    area = re.fullmatch(r"\(\?:(.+)\)\(\?:7\|9\\d\)\\d\{7\}", pattern)
    return codes(f"(?:{area.group(1)})", 2)


def argentina_areas():
    pattern = PhoneMetadata.metadata_for_region("AR").national_prefix_for_parsing
    area = re.fullmatch(r"0\?\(\?:\((.+)\)15\)\?", pattern)
    return codes(f"(?:{area.group(1)})", 2, 3, 4)


def literal(words, separator):
    whole = (word.replace(" ", "\0") for word in words)
    lines = textwrap.wrap(separator.join(whole), 112, break_long_words=False, break_on_hyphens=False)
    lines = [line.replace("\0", " ") for line in lines]
    return '"""\n' + "\n".join("        " + line for line in lines) + '\n        """'


def main():
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    TARGET.write_text(f'''/// Facts of the world's numbering plans. Written by infra/data/phone_numbers.py from PyPI phonenumbers {phonenumbers.__version__}
/// (SOURCE.md); not edited by hand. Texts, because a table of values costs each process its start.
enum NumberingData {{
    /// ISO 3166-1 country, calling code, trunk prefix (`-`: none), shortest and longest length of a mobile number, and of fixed
    /// lines of about that length.
    static let regions = {literal(map(region_row, regions), ", ")}

    /// Calling code and the lengths that a number behind it may have.
    static let possible = {literal(possible_rows(), ", ")}

    /// Brazil's area codes of mobile numbers.
    static let brazilMobileAreas = {literal(brazil_mobile_areas(), " ")}

    /// Argentina's area codes, behind which a mobile number is dialled with `15`.
    static let argentinaAreas = {literal(argentina_areas(), " ")}
}}
''')


main()
