"""Files that no tree may hold, by the row of the catalogue (faults.md 3.2 to 3.4), as data for the tests.

`▸` stands in front of every place that the program must name; it is not part of the file.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from tests.stage import SETTINGS

SIGN: Final = "▸"
ANA: Final = "email: ana@acme.example\n"
SETTINGS_FILE: Final = "reconciler.yaml"


class Case(NamedTuple):
    """One file that is refused.

    Attributes:
        row: The id in the catalogue.
        variant: Which of the row's inputs it is.
        data: The bytes of the file.
        places: Line and column of every problem, counted from 1, in the order of the file.
        file: Its name in the tree.
        codes: The codes of the problems; others than the row where another gate speaks.
        says: A piece of what is shown, where the words matter.
    """

    row: str
    variant: str
    data: bytes
    places: tuple[tuple[int, int], ...]
    file: str
    codes: frozenset[str]
    says: str

    @property
    def name(self) -> str:
        """The name of the test."""
        return f"{self.row} {self.variant}".encode("ascii", "backslashreplace").decode()


def case(
    row: str,
    variant: str,
    text: str,
    *,
    says: str = "",
    file: str = "bad.yaml",
    code: str = "",
    encoding: str = "",
) -> Case:
    """Make a case of a text with signs; without a sign the file's beginning is the place."""
    pieces = text.removeprefix("\ufeff").split(SIGN)
    heads = ["".join(pieces[:end]) for end in range(1, len(pieces))]
    places = [(head.count("\n") + 1, len(head) - head.rfind("\n")) for head in heads] or [(1, 1)]
    plain = text.replace(SIGN, "")
    data = plain.encode(encoding) if encoding else plain.encode("utf-8", "surrogateescape")
    return Case(row, variant, data, tuple(places), file, frozenset((code or row).split()), says)


def of_ana(row: str, variant: str, lines: str, *, says: str = "", code: str = "") -> Case:
    """Make a case of some lines about one person."""
    return case(row, variant, f"{ANA}{lines}\n", says=says, code=code)


def setting(row: str, variant: str, lines: str, *, says: str = "", code: str = "") -> Case:
    """Make a case of further lines of the settings."""
    return case(row, variant, f"{SETTINGS}{lines}\n", says=says, code=code, file=SETTINGS_FILE)


def point(char: str) -> str:
    """Name a character by its number."""
    return f"U+{ord(char):04X}"


ENCODINGS: Final = (
    case("D-20", "UTF-16 LE with BOM", f"\ufeff{ANA}", encoding="utf-16-le", says="UTF-8"),
    case("D-20", "UTF-16 BE with BOM", f"\ufeff{ANA}", encoding="utf-16-be", says="UTF-8"),
    case("D-20", "UTF-16 without BOM", ANA, encoding="utf-16-le", says="UTF-8"),
    case("D-20", "UTF-32", f"\ufeff{ANA}", encoding="utf-32-le", says="UTF-8"),
    of_ana("D-20", "latin-1", "first_name: Jos▸\udce9", says="UTF-8"),
    of_ana("D-20", "cp1251", "first_name: ▸\udcc8\udce2\udce0\udced", says="UTF-8"),
    of_ana("D-20", "overlong", "first_name: A▸\udcc0\udcaf", says="UTF-8"),
    of_ana("D-20", "surrogate bytes", "first_name: A▸\udced\udca0\udc80", says="UTF-8"),
    case("D-21", "two at the start", f"\ufeff▸\ufeff{ANA}"),
    of_ana("D-21", "in a value", "first_name: ▸\ufeffAna"),
    of_ana("D-21", "before a key", "▸\ufefffirst_name: Ana"),
    of_ana("D-21", "in a comment", "first_name: Ana  # ▸\ufeffx"),
)
CONTROLS: Final = (
    *(of_ana("D-22", f"raw {point(char)}", f"first_name: A▸{char}na") for char in "\0\x01\a\b\x1b\x1f\x9b\ufffe"),
    *(
        of_ana("D-22", f"escaped {text}", f'first_name: ▸"A{text}na"')
        for text in (r"\0", r"\x1b", r"\e", r"\a", r"\n", r"\t", r"\N", r"\L", r"\u202e")
    ),
    *(of_ana("D-22", f"escaped {text}", f'first_name: ▸"A{text}na"', code="D-26") for text in (r"\u200b", r"\_")),
    of_ana("D-22", "JSON's two halves", r'first_name: "A▸\ud83d\ude00"', says="Write the letter itself:"),
    of_ana("D-22", "half a letter", r'first_name: "A▸\ud83dna"', says="Write the whole letter."),
)
BREAKS: Final = tuple(
    of_ana("D-23", f"{point(char)} in a {place}", line.replace("^", f"▸{char}"))
    for char in "\u2028\u2029\x85\r"
    for place, line in (
        ("comment", "roles: Agent  # note^roles: Admin"),
        ("value", "first_name: An^a"),
        ("key", "first^name: Ana"),
        ("block", "first_name: |\n  An^a"),
    )
)
UNSEEN: Final = (
    *(of_ana("D-24", point(char), f"first_name: A▸{char}na") for char in "\x0b\x0c\x7f"),
    *(
        of_ana("D-25", f"{point(char)} in a {place}", line.replace("^", f"▸{char}"))
        for char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
        for place, line in (("value", "first_name: A^na"), ("comment", "first_name: Ana  # ^x"))
    ),
    *(
        case("D-26", f"{point(char)} in {place}", text.replace("^", f"▸{char}"), code=code)
        for char in "\u200b\u200c\u200d\u00ad\u034f\u2060\U000e0041\ufe00\ufe0f\u115f\u1160\u3164\uffa0\u180e"
        "\u00a0\u1680\u2003\u2009\u202f\u205f\u3000\u2800"
        for place, text, code in (
            ("a key", f"{ANA}rol^es: [Agent]\n", ""),
            ("an address", "email: ana^@acme.example\n", ""),
            ("a role", f"{ANA}roles: [Ag^ent]\n", ""),
            ("a team", f"{ANA}teams: {{never: [Billing^ES]}}\n", ""),
            ("a name", f"{ANA}first_name: An^a\n", ""),
        )
    ),
    of_ana("D-27", "as indent", "teams:\n▸\tnever: [VIP]"),
    of_ana("D-27", "after a colon", "first_name:▸\tAna"),
    of_ana("D-27", "in a list", "roles: [Agent,▸\tManager]"),
    of_ana("D-27", "at the end", "first_name: Ana▸\t"),
)
KEYS_TWICE: Final = (
    of_ana("D-28", "flat", "status: Active\n▸status: Inactive", says="in line 2 and in line 3"),
    of_ana("D-28", "quoted", "status: Active\n▸'status': Inactive"),
    of_ana("D-28", "nested", "teams:\n  never: [VIP]\n  at_least: []\n  ▸never: []"),
    of_ana("D-28", "flow", "teams: {never: [VIP], ▸never: []}", says="in columns 9 and 23"),
    case("D-28", "in a list", "users:\n- email: a@acme.example\n  ▸email: b@acme.example\n"),
    case("D-28", "three times", f"{ANA}▸{ANA}▸{ANA}"),
    of_ana("D-28", "in an anchor", "teams: ▸&x {never: [VIP], never: []}", code="D-29"),
    of_ana("D-28", "1, 1.0 and true", "teams: {▸1: a, ▸1.0: b, ▸true: c}", code="D-35"),
    setting("D-28", "in the settings", "batch_size: 10\n▸batch_size: 20"),
    of_ana("D-28", "role twice", "roles: [Agent, Manager, ▸Agent]"),
    of_ana("D-28", "team twice by case", "teams: {at_least: [VIP], never: [▸vip]}"),
)
ANCHORS: Final = (
    of_ana("D-29", "anchor", "first_name: ▸&a Ana"),
    of_ana("D-29", "alias", "first_name: ▸&a Ana\nlast_name: ▸*a"),
    of_ana("D-29", "unknown alias", "first_name: ▸*nobody"),
    of_ana("D-29", "merge", "teams: ▸&t {never: [VIP]}\nroles:\n  <<: ▸*t"),
    of_ana("D-29", "merge twice", "teams:\n  ▸<<: {never: [VIP]}\n  ▸▸<<: {never: []}", code="D-29 D-28"),
    of_ana("D-29", "merge list", "teams: {<<: [▸&a {never: [VIP]}, ▸*a]}"),
    of_ana("D-29", "self reference", "teams: ▸&t [▸*t]"),
    of_ana("D-29", "on a key", "▸&k first_name: Ana"),
    case("D-29", "on the file", f"▸&all\n{ANA}"),
    of_ana("D-29", "a team with a star", "teams: [▸*VIP*]", says='"*VIP*"'),
)
TAGS: Final = (
    *(
        of_ana("D-30", tag, f"first_name: ▸{tag}")
        for tag in (
            "!!python/object/apply:os.system [x]",
            "!!python/name:os.system",
            "!!python/tuple [a]",
            "!!binary aGk=",
            "!!set {a, b}",
            "!!omap [a: b]",
            "!!int 'x'",
            "!!str NO",
            "!!timestamp x",
            "!x y",
            "! y",
            "!<tag:yaml.org,2002:str> y",
        )
    ),
    case("D-30", "%TAG", f"▸%TAG ! tag:x,2002:\n---\n{ANA}", code="D-32"),
)
SLIPS: Final = (
    of_ana("D-31", "no space after the colon", "first_name▸:Ana", says="write:  first_name: Ana"),
    of_ana("D-31", "no colon", "▸first_name Ana", says="write:  first_name: Ana"),
    of_ana("D-31", "no space after the dash", "roles:\n- Agent\n▸-Manager", says="write:  - Manager"),
    of_ana("D-31", "colon in a value", "alias: ▸closing: Madrid", says='write:  alias: "closing: Madrid"'),
    of_ana("D-31", "quote not closed", 'first_name: ▸"Ana', says='write:  first_name: "Ana"'),
    of_ana("D-31", "apostrophe in apostrophes", "last_name: ▸'O'Brien'", says='write:  last_name: "O\'Brien"'),
    of_ana("D-31", "bracket not closed", "roles: ▸[Agent\nalias: A", says="write:  roles: [Agent]"),
    of_ana("D-31", "two commas", "roles: [Agent,▸,Manager]", says="one comma"),
    of_ana("D-31", "at sign", "alias: ▸@vip", says='write:  alias: "@vip"'),
    of_ana("D-31", "backslash", 'alias: "C:▸\\dir"', says="write:  alias: 'C:\\dir'"),
    of_ana("D-31", "list after a key", "roles: ▸- Agent", says="write:  roles: [Agent]"),
    of_ana("D-31", "wrong column", "teams:\n    never: [VIP]\n  ▸at_least: [A]"),
)
DOCUMENTS: Final = (
    case("D-32", "two documents", f"{ANA}▸---\nemail: b@acme.example\n"),
    case("D-32", "dots", f"{ANA}▸...\n"),
    case("D-32", "%YAML 2.0", f"▸%YAML 2.0\n---\n{ANA}"),
    case("D-32", "%FOO", f"▸%FOO bar\n---\n{ANA}"),
    case("D-08", "merge conflict", f"▸<<<<<<< HEAD\n{ANA}=======\n{ANA}>>>>>>> theirs\n", says="<<<<<<<"),
    case(
        "D-08", "LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", says="lfs"
    ),
    case("D-08", "git-crypt", "\0GITCRYPT\0\x01\x02", says="git-crypt unlock"),
    case("D-10", "0 bytes", "", says="empty"),
    case("D-10", "only comments", "# nobody yet\n\n# really\n", says="empty"),
)


def deep(levels: int, form: str) -> str:
    """Return a text with so many levels, the sign at the last that is allowed."""
    if form == "flow list":
        return "teams: " + "[" * 18 + SIGN + "[" * (levels - 19) + "]" * (levels - 1)
    if form == "flow mapping":
        return "teams: " + "{a: " * 18 + SIGN + "{a: " * (levels - 19)
    return "- " * 19 + SIGN + "- " * (levels - 19) + "x"


DEPTHS: Final = tuple(
    case("D-33", f"{form}, {levels:,} levels", deep(levels, form))
    for levels in (21, 1_000, 30_000)
    for form in ("flow list", "flow mapping", "block")
)
BOMBS: Final = (
    case("D-33", "1,000,000 levels", "teams: " + "[" * 18 + SIGN + "[" * 1_000_000),
    case("D-33", "1,000,000 levels in block style", "- " * 1_000_000, code="D-11"),
    *(
        case(
            "D-34",
            f"{levels} levels of laughs",
            "a0: ▸&a0 x\n" + "".join(f"a{n}: ▸&a{n} [▸*a{n - 1}, ▸*a{n - 1}]\n" for n in range(1, levels)),
            code="D-29",
        )
        for levels in (9, 25)
    ),
    case(
        "D-34",
        "merge bomb",
        "a0: ▸&a0 {k: v}\n" + "".join(f"a{n}: ▸&a{n} {{<<: [▸*a{n - 1}, ▸*a{n - 1}]}}\n" for n in range(1, 25)),
        code="D-29",
    ),
)
SHAPES: Final = (
    case("D-35", "a text", "▸ana@acme.example\n", says="email:"),
    case("D-35", "a list", "▸- email: ana@acme.example\n", says="users:"),
    case("D-35", "null", "▸null\n"),
    case("D-35", "a number", "▸42\n"),
    *(
        of_ana("D-35", f"key {name}", f"teams: {{▸{key}: [VIP]}}")
        for name, key in (
            ("list", "[a]"),
            ("mapping", "{a: b}"),
            ("null", "null"),
            ("number", "12"),
            ("bool", "NO"),
        )
    ),
    of_ana("D-35", "no key", "▸: Ana"),
    case("D-35", "users is a mapping", "users: ▸{email: ana@acme.example}\n"),
    case("D-35", "a person is a text", "users:\n- ▸ana@acme.example\n", says="- email: ana@acme.example"),
    of_ana("D-35", "a text is a list", "first_name: ▸[Ana]"),
    case("D-35", "profiles is a list", "profiles: ▸[cover]\n", says="email:"),
    case("D-35", "a profile is a list", "profiles:\n  cover: ▸[Agent]\n"),
    of_ana("D-36", "key of 1,025 characters", f"? ▸{'k' * 1_025}\n: v"),
    of_ana("D-36", "value of 256 characters", f"first_name: ▸{'x' * 256}"),
    of_ana("D-36", "role of 129 characters", f"roles: [▸{'x' * 129}]"),
    case("D-36", "50 MB", f"first_name: {'x' * 50_000_000}", code="D-11"),
)
STRANGE_KEYS: Final = (
    *(
        of_ana("D-37", key, f"▸{key}: Agent", says=f'Did you mean "{meant}"?')
        for key, meant in (("statsu", "status"), ("Role", "roles"), ("rоles", "roles"), ("team", "teams"))
    ),
    of_ana("D-37", "space before the colon", '▸"status ": Active', says='Did you mean "status"?'),
    of_ana("D-37", "no-break space", "status▸\u00a0: Active", code="D-26"),
    of_ana("D-37", "nothing near", "▸shoe_size: 42"),
    of_ana("D-37", "beside at_least", "teams: {▸sometimes: [VIP]}"),
    of_ana("D-37", "read only", "▸filter_timeout: 5"),
    of_ana("D-37", "status by case", "status: ▸active", says="write:  status: Active"),
    setting("D-37", "in the settings", "▸timezone_of: x"),
    of_ana("D-37", "the key of an upload", "▸new_email: bo@acme.example", says="previous_emails:"),
    case("D-37", "in a profile", "profiles:\n  cover: {▸locaton: Oslo}\n", says="write:  location:"),
)
MOVED: Final = (
    case("D-38", "beside the list", f"users:\n  - {ANA}▸location: Madrid\n", says="four spaces"),
    case("D-38", "at_least beside teams", f"{ANA}teams:\n▸at_least: [VIP]\n", says="two spaces"),
    case("D-38", "a key under teams", f"{ANA}teams:\n  at_least: [VIP]\n  ▸location: Madrid\n", says="column 1"),
    case("D-38", "a setting", f"{ANA}▸email_domains: [acme.example]\n", says="reconciler.yaml"),
)
COMMENTS: Final = (
    of_ana("D-39", "all of it", "first_name: ▸#1", says='"#1"'),
    case("D-39", "a location", f"{ANA}location: ▸# Madrid\n"),
    case("D-39", "in a list", f"{ANA}roles:\n- ▸#1\n"),
    of_ana("D-40", "plain", "roles: ▸agent\n  admin", says='"agent admin"'),
    of_ana("D-40", "folded", "roles: ▸>\n  agent\n  admin"),
    of_ana("D-40", "literal", "roles: ▸|\n  agent"),
    of_ana("D-40", "quoted", 'roles: ▸"agent\n  admin"'),
)
SURPRISES: Final = (
    *((text, "D-50") for text in ("NO", "no", "No", "on", "off", "yes", "Yes", "true", "False")),
    *((text, "D-51") for text in ("0123", "012", "08", "0x1F", "0b101", "0o17", "1_000")),
    *((text, "D-52") for text in ("1:30", "12:30:45", "-1:30")),
    *((text, "D-53") for text in ("1e3", "1.e+3", "1.5", ".5", ".inf", "-.inf", ".nan", ".NaN")),
    *((text, "D-54") for text in ("2024-01-01", "2024-13-45", "2024-1-1 10:00")),
    *((text, "D-55") for text in ("Null", "null", "NULL", "~")),
    *((text, "D-56") for text in ("+79991234567", "-5", "-0")),
    *((text, "D-58") for text in ("=", "<<")),
)
"""Spellings that YAML reads as something else than the text, with the row that refuses them without quotes."""

DAYS: Final = (
    *(
        of_ana("D-54", f"day {day}", f"last_day: ▸{day}", says="2027-01-31")
        for day in ("2024-13-45", "2027-1-5", "10.01.2027", "soon", "2027-02-29", "[2027-01-10]", "null")
    ),
    of_ana("D-54", "both days", "first_day: ▸x\nlast_day: ▸y"),
    of_ana("D-54", "days that cross", "first_day: 2027-01-10\nlast_day: ▸2026-01-10"),
    of_ana("D-54", "day of a team", "teams: {at_least: [{name: VIP, last_day: ▸2027-13-01}]}"),
    of_ana("D-54", "both days of a team", "teams: [{name: VIP, first_day: ▸x, last_day: ▸y}]"),
    of_ana("D-54", "day under never", "teams: {never: [{name: ▸VIP, last_day: 2027-01-10}]}"),
    case("D-54", "day of a profile", "profiles:\n  cover: {last_day: ▸2027-13-01}\n"),
)
LONG: Final = (
    of_ana("D-57", "4,301 digits", f"agent_number: ▸{'9' * 4_301}", code="D-36"),
    of_ana("D-57", "4,301 digits as a number", f"max_chat_limit: ▸{'9' * 4_301}", code="D-74"),
    of_ana("D-57", "hexadecimal", f"max_chat_limit: ▸0x{'f' * 4_301}", code="D-51"),
    of_ana("D-55", "nothing", "last_name:▸"),
)


def twins() -> Iterable[Case]:
    """Yield files in which one address stands twice (D-60)."""
    for variant, other in (
        ("the same", "ana@acme.example"),
        ("by case", "Ana@Acme.Example"),
        ("in quotes", "'ana@acme.example'"),
    ):
        yield case("D-60", variant, f"users:\n- {ANA}- email: ▸{other}\n")
    for variant, other, code in (
        ("space behind", '"ana@acme.example "', "D-63"),
        ("space in front", '" ana@acme.example"', "D-63"),
        ("dot behind", "ana@acme.example.", "D-63"),
        ("dot in the name", "ana.@acme.example", "D-63"),
        ("ligature", "ﬁ@acme.example", "D-61"),
        ("Kelvin sign", "\u212aana@acme.example", "D-61"),
        ("long s", "anaſ@acme.example", "D-61"),
        ("dotted I", "anaİ@acme.example", "D-61"),
        ("sharp s", "anaß@acme.example", "D-61"),
        ("full width", "ａna@acme.example", "D-61"),
    ):
        yield case("D-60", variant, f"users:\n- {ANA}- email: ▸{other}\n", code=code)


ADDRESSES: Final = (
    *twins(),
    *(
        case("D-61", f"address {number}", f"email: ▸{address}\n")
        for number, address in enumerate(
            (
                "аna@acme.example",
                "anа@acme.example",
                "аnа@acme.example",
                "іvan@acme.example",
                "ana@аcme.example",
                "ana@acmе.example",
                "ana@acme.ехample",
                "ana@acme.examplе",
                "ana@xn--acme\u2010.example",
                "αna@acme.example",
                "ana@αcme.example",
                "josé@acme.example",
                "ana@açme.example",
                "ana＠acme.example",
                "ana@acme。example",
                "ana@acme．example",
                "ana@ａcme.example",
                "а́na@acme.example",
                "ana@ac\u0142me.example",
                "\U0001d41ana@acme.example",
            ),
            1,
        )
    ),
    *(
        case("D-62", domain, f"email: ▸ana@{domain}\n")
        for domain in (
            "gmail.com",
            "examp1e.com",
            "acme.example.com",
            "acme.examples",
            "sub.acme.example",
            "acrne.example",
            "acme-example.com",
            "xn--acm-dma.example",
        )
    ),
    *(
        case("D-63", text, f"email: ▸{text}\n")
        for text in (
            "Ivan <ivan@acme.example>",
            "<ivan@acme.example>",
            "mailto:ivan@acme.example",
            "'\"ivan\"@acme.example'",
            "ivan@home@acme.example",
            ".ivan@acme.example",
            "iv..an@acme.example",
            "iv an@acme.example",
            '"ivan, olga@acme.example"',
            "ivan@",
            "'@acme.example'",
            "ivan",
            "ivan@localhost",
            "ivan@[127.0.0.1]",
            "ivan@acme_x.example",
            "ivan(x)@acme.example",
        )
    ),
    case("D-63", "255 characters", f"email: ▸{'a' * 242}@acme.example\n"),
)
VALUES: Final = (
    of_ana("D-71", "unknown location", "location: ▸Mardid", says='Did you mean "Madrid"?'),
    of_ana(
        "D-71",
        "among others",
        "teams: {at_least: ▸NO, never: [▸'a:b', VIP, ▸vip]}\nroles: ▸off",
        code="D-28 D-50 D-71",
    ),
    of_ana("D-71", "team with a colon", "teams: [▸'Billing:ES']"),
    case(
        "D-71",
        "minimum of an unknown location",
        SETTINGS.replace("{Admin: 1}", "{Admin: 1}, locations: {▸Mardid: 1}"),
        file=SETTINGS_FILE,
    ),
    of_ana("D-73", "only spaces", 'first_name: ▸"   "'),
    of_ana("D-73", "nothing", 'first_name: ▸""'),
    of_ana("D-73", "space behind", 'first_name: ▸"Ana "', says='write:  first_name: "Ana"'),
    of_ana("D-73", "10,000 characters", f"first_name: ▸{'ж' * 10_000}", code="D-36"),
    of_ana("D-73", "emoji with joiner", "first_name: A👩▸\u200d👩", code="D-26"),
    *(
        of_ana("D-74", text, f"max_chat_limit: ▸{text}", code=code)
        for text, code in (
            ("0", ""),
            ("-1", "D-51"),
            ("1000000000", ""),
            ("1001", ""),
            ("2.5", "D-51"),
            ('"5 "', "D-51"),
        )
    ),
    of_ana("D-74", "telephone number", 'direct_inbound_number1: ▸"0049123456"'),
    of_ana("D-74", "extension", 'extension_number: ▸"12a"'),
    of_ana("D-75", "eleven roles", f"roles: ▸[{', '.join(f'R{number}' for number in range(11))}]"),
    of_ana("D-75", "no role", "roles: ▸[]", code="D-67"),
)
WRONG_SETTINGS: Final = (
    *(
        setting("D-77", f"share {share}", f"limits: {{deactivate: {{share: ▸{share}}}}}")
        for share in ("3", "-1", "30", '"lots"', ".nan", "101%", "0%", "5 %")
    ),
    *(
        setting("D-77", f"count {count}", f"limits: {{deactivate: {{count: ▸{count}}}}}")
        for count in ("-1", "2.5", ".inf", "many", "1e9", "0x10")
    ),
    setting("D-77", "unknown key", "limits: {▸deactivat: 5}", code="D-37"),
    setting("D-77", "unknown key inside", "limits: {deactivate: {▸percent: 5}}", code="D-37"),
    setting("D-77", "limits are a list", "limits: ▸[5]", code="D-35"),
    setting("D-77", "duration", "job_timeout: ▸30"),
    setting("D-77", "allow for nothing", "allow: [▸{in: a.yaml, last_day: 2026-12-09, why: x}]"),
    setting("D-77", "allow for ever", "allow: [{deactivate: 31, in: a.yaml, last_day: ▸2036-12-09, why: x}]"),
    setting(
        "D-77",
        "allow without a reason",
        'allow: [{deactivate: 31, in: a.yaml, last_day: 2026-12-09, why: ▸"..."}]',
    ),
    *(
        setting("D-04", path, f"allow: [{{deactivate: 31, in: ▸{path}, last_day: 2026-12-09, why: x}}]")
        for path in ("..", "../x.yaml", "a/../../x", "/etc/passwd", "a//b", "'a\\b'", "'..\\x'", "./../x")
    ),
    case("D-77", "another format", "format: ▸2\n", file=SETTINGS_FILE, code="settings.format"),
)
CASES: Final = (
    *ENCODINGS,
    *CONTROLS,
    *BREAKS,
    *UNSEEN,
    *KEYS_TWICE,
    *ANCHORS,
    *TAGS,
    *SLIPS,
    *DOCUMENTS,
    *DEPTHS,
    *BOMBS,
    *SHAPES,
    *STRANGE_KEYS,
    *MOVED,
    *COMMENTS,
    *(of_ana(row, text, f"alias: ▸{text}") for text, row in SURPRISES),
    *DAYS,
    *LONG,
    *ADDRESSES,
    *VALUES,
    *WRONG_SETTINGS,
)
