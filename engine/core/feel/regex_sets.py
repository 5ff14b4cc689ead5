"""Sets of characters for regular expressions, exact as code point ranges."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LAST = 0x10FFFF
_SCANNED = 0x20000  # beyond it are ideographs, private use and what is not assigned

_MAJOR = {"L": "ultmo", "M": "nce", "N": "dlo", "P": "cdseifo", "Z": "slp", "S": "mcko", "C": "cfon"}
CATEGORIES = frozenset(first + minor for first, minors in _MAJOR.items() for minor in ("", *minors))
_SPACES = ((9, 10), (13, 13), (32, 32))
_BLOCKS = """BasicLatin 0 7F|Latin-1Supplement 80 FF|LatinExtended-A 100 17F|LatinExtended-B 180 24F
|IPAExtensions 250 2AF|SpacingModifierLetters 2B0 2FF|CombiningDiacriticalMarks 300 36F|Greek 370 3FF
|GreekandCoptic 370 3FF|Cyrillic 400 4FF|CyrillicSupplement 500 52F|Armenian 530 58F|Hebrew 590 5FF
|Arabic 600 6FF|Syriac 700 74F|Thaana 780 7BF|Devanagari 900 97F|Bengali 980 9FF|Gurmukhi A00 A7F
|Gujarati A80 AFF|Oriya B00 B7F|Tamil B80 BFF|Telugu C00 C7F|Kannada C80 CFF|Malayalam D00 D7F
|Sinhala D80 DFF|Thai E00 E7F|Lao E80 EFF|Tibetan F00 FFF|Myanmar 1000 109F|Georgian 10A0 10FF
|HangulJamo 1100 11FF|Ethiopic 1200 137F|Cherokee 13A0 13FF|UnifiedCanadianAboriginalSyllabics 1400 167F
|Ogham 1680 169F|Runic 16A0 16FF|Khmer 1780 17FF|Mongolian 1800 18AF|LatinExtendedAdditional 1E00 1EFF
|GreekExtended 1F00 1FFF|GeneralPunctuation 2000 206F|SuperscriptsandSubscripts 2070 209F
|CurrencySymbols 20A0 20CF|CombiningMarksforSymbols 20D0 20FF
|CombiningDiacriticalMarksforSymbols 20D0 20FF|LetterlikeSymbols 2100 214F|NumberForms 2150 218F
|Arrows 2190 21FF|MathematicalOperators 2200 22FF|MiscellaneousTechnical 2300 23FF
|ControlPictures 2400 243F|OpticalCharacterRecognition 2440 245F|EnclosedAlphanumerics 2460 24FF
|BoxDrawing 2500 257F|BlockElements 2580 259F|GeometricShapes 25A0 25FF|MiscellaneousSymbols 2600 26FF
|Dingbats 2700 27BF|BraillePatterns 2800 28FF|CJKRadicalsSupplement 2E80 2EFF|KangxiRadicals 2F00 2FDF
|IdeographicDescriptionCharacters 2FF0 2FFF|CJKSymbolsandPunctuation 3000 303F|Hiragana 3040 309F
|Katakana 30A0 30FF|Bopomofo 3100 312F|HangulCompatibilityJamo 3130 318F|Kanbun 3190 319F
|BopomofoExtended 31A0 31BF|EnclosedCJKLettersandMonths 3200 32FF|CJKCompatibility 3300 33FF
|CJKUnifiedIdeographsExtensionA 3400 4DBF|CJKUnifiedIdeographs 4E00 9FFF|YiSyllables A000 A48F
|YiRadicals A490 A4CF|HangulSyllables AC00 D7AF|PrivateUse E000 F8FF|PrivateUseArea E000 F8FF
|CJKCompatibilityIdeographs F900 FAFF|AlphabeticPresentationForms FB00 FB4F
|ArabicPresentationForms-A FB50 FDFF|CombiningHalfMarks FE20 FE2F|CJKCompatibilityForms FE30 FE4F
|SmallFormVariants FE50 FE6F|ArabicPresentationForms-B FE70 FEFF|HalfwidthandFullwidthForms FF00 FFEF
|Specials FFF0 FFFF|OldItalic 10300 1032F|Gothic 10330 1034F|Deseret 10400 1044F
|ByzantineMusicalSymbols 1D000 1D0FF|MusicalSymbols 1D100 1D1FF
|MathematicalAlphanumericSymbols 1D400 1D7FF"""


class Set:
    """A set of characters; categories stay symbolic until they must be counted out."""

    __slots__ = ("names", "ranges")

    def __init__(self, ranges: tuple[tuple[int, int], ...] = (), names: tuple[str, ...] = ()) -> None:
        self.ranges = list(ranges)
        self.names = list(names)  # categories, as \\p{..} or \\P{..}

    def add(self, low: int, high: int) -> None:
        self.ranges.append((low, high))

    def include(self, other: Set) -> None:
        self.ranges += other.ranges
        self.names += other.names

    def counted(self) -> list[tuple[int, int]]:
        """The set as sorted ranges that do not touch."""
        ranges = list(self.ranges)
        for name in self.names:
            found = _category_ranges(name[3:-1])
            ranges += found if name[1] == "p" else _complement(found)
        merged: list[tuple[int, int]] = []
        for low, high in sorted(ranges):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return merged

    def inverted(self) -> Set:
        if len(self.names) == 1 and not self.ranges:
            name = self.names[0]
            return Set((), (f"\\{'P' if name[1] == 'p' else 'p'}{name[2:]}",))
        return Inverted(self)

    def without(self, other: Set) -> Set:
        taken = _complement(other.counted())
        return Set(tuple(_common(self.counted(), taken)))

    def pattern(self) -> str:
        """The set in the syntax of the engine."""
        return f"[{self.body()}]" if self.ranges or self.names else "[^\\x{0}-\\x{10FFFF}]"

    def body(self) -> str:
        return "".join(f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in self.ranges) + "".join(self.names)


class Inverted(Set):
    """All characters but those of a set."""

    __slots__ = ("inner",)

    def __init__(self, inner: Set) -> None:
        super().__init__()
        self.inner = inner

    def counted(self) -> list[tuple[int, int]]:
        return _complement(self.inner.counted())

    def inverted(self) -> Set:
        return self.inner

    def pattern(self) -> str:
        return f"[^{self.inner.body()}]" if not isinstance(self.inner, Inverted) else self.inner.inner.pattern()


def _complement(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    begin = 0
    for low, high in ranges:
        if low > begin:
            gaps.append((begin, low - 1))
        begin = high + 1
    if begin <= LAST:
        gaps.append((begin, LAST))
    return gaps


def _common(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    a = b = 0
    while a < len(left) and b < len(right):
        low, high = max(left[a][0], right[b][0]), min(left[a][1], right[b][1])
        if low <= high:
            found.append((low, high))
        if left[a][1] < right[b][1]:
            a += 1
        else:
            b += 1
    return found


@lru_cache(maxsize=64)
def _category_ranges(name: str) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    begin = -1
    for point in range(_SCANNED):
        if unicodedata.category(chr(point)).startswith(name):
            if begin < 0:
                begin = point
        elif begin >= 0:
            ranges.append((begin, point - 1))
            begin = -1
    if begin >= 0:
        ranges.append((begin, _SCANNED - 1))
    if name in ("L", "Lo"):
        ranges.append((0x20000, 0x323AF))
    if name in ("C", "Co"):
        ranges += [(0xF0000, 0xFFFFD), (0x100000, 0x10FFFD)]
    return ranges


def category(name: str) -> Set:
    """The characters of a general category; unassigned ones are known only counted out."""
    if name == "Cn":
        return Set(tuple(_category_ranges("Cn")))
    return Set((), (f"\\p{{{name}}}",))


@lru_cache(maxsize=1)
def _blocks() -> dict[str, tuple[int, int]]:
    rows = (row.split() for row in _BLOCKS.split("|"))
    return {f"Is{name}": (int(low, 16), int(high, 16)) for name, low, high in rows}


def block(name: str) -> Set | None:
    """The characters of a block, as \\p{IsBasicLatin} names it."""
    known = _blocks().get(name)
    return None if known is None else Set((known,))


def escape_set(letter: str) -> Set | None:
    """The set that a backslash and the letter stand for."""
    kind = letter.lower()
    if kind == "s":
        found = Set(_SPACES)
    elif kind == "d":
        found = Set((), ("\\p{Nd}",))
    elif kind == "w":
        found = Set((), ("\\p{L}", "\\p{M}", "\\p{N}", "\\p{S}"))
    elif kind == "i":
        found = Set(((58, 58), (95, 95)), ("\\p{L}", "\\p{Nl}"))
    elif kind == "c":
        found = Set(((45, 46), (58, 58), (95, 95), (183, 183)), ("\\p{L}", "\\p{Nl}", "\\p{Nd}", "\\p{M}"))
    else:
        return None
    if letter == kind:
        return found
    return Set(tuple(_complement(found.counted()))) if found.ranges or len(found.names) > 1 else found.inverted()
