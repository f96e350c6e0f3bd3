"""Markdown as a real parser reads it: what stands in tables, lists and headings, and what tags there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LIVE: Final = re.compile(r"@\w|#\w|\w+://|www\.\w|\bGH-\d|mailto:|:\w+:|<\w|\$\w")
"""What GitHub makes a mention, a reference, a link, a picture or a tag of, wherever it stands outside code."""


@dataclass(frozen=True, slots=True)
class Read:
    """A text as a reader sees it.

    Attributes:
        headings: The text of each heading, and of each folded part.
        rows: The cells of each row of each table, without the heads.
        items: The own text of each item of a list.
        fences: The text of each block of code.
        kinds: The sorts of tokens that were found.
        tags: The tags that were found, `<br>` as `br`.
        live: What GitHub would bring to life.
    """

    headings: list[str]
    rows: list[list[str]]
    items: list[str]
    fences: list[str]
    kinds: set[str]
    tags: list[str]
    live: list[str]


def read(text: str) -> Read:
    """Read a Markdown text."""
    tokens = PARSER.parse(text)
    found = Read([], [], [], [], {token.type for token in every(tokens)}, [], [])
    for at, token in enumerate(tokens):
        before = tokens[at - 1].type if at else ""
        if token.type == "inline":
            found.live.extend(LIVE.findall(" ".join(plain_parts(token))))
        match before, token.type:
            case "heading_open", "inline":
                found.headings.append(text_of(token))
            case "td_open", "inline":
                found.rows[-1].append(text_of(token))
            case "paragraph_open", "inline" if tokens[at - 2].type == "list_item_open":
                found.items.append(text_of(token))
            case _, "tr_open" if before != "thead_open":
                found.rows.append([])
            case _, "fence":
                found.fences.append(token.content.removesuffix("\n"))
            case _, "html_block":
                found.headings.extend(filter(None, [text_of_html(token.content, found.tags)]))
    found.tags.extend(token.content for token in every(tokens) if token.type == "html_inline")
    return found


def every(tokens: list[Token]) -> Iterator[Token]:
    """Yield tokens with those inside them."""
    for token in tokens:
        yield token
        yield from token.children or ()


def text_of(inline: Token) -> str:
    """What a person reads of a line; a break is a line break."""
    return "".join(
        "\n" if child.type in {"softbreak", "hardbreak"} or child.content == "<br>" else child.content
        for child in inline.children or ()
    )


def plain_parts(inline: Token) -> Iterator[str]:
    """Yield what stands outside code."""
    return (child.content for child in inline.children or () if child.type == "text")


def text_of_html(html: str, tags: list[str]) -> str:
    """What a person reads of a block of HTML; its tags and comments are added to `tags`."""
    reader = Tags()
    reader.feed(html)
    tags.extend(reader.tags)
    return "".join(reader.texts).strip()


class Tags(HTMLParser):
    """Takes HTML apart."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag with its attributes."""
        self.tags.append(" ".join([tag, *(f"{name}={value}" for name, value in attrs)]))

    def handle_comment(self, data: str) -> None:
        """Keep a comment."""
        self.tags.append(f"!{data}")

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append(data)
