"""What a YAML syntax error means, in words that tell what to write instead."""

from __future__ import annotations

_MEANINGS = (
    # (part of the parser's own message, what to tell); the first that fits is taken.
    ("mapping values are not allowed", 'a ": " cannot stand here: put the text in quotes, or check the indentation'),
    ("could not find expected ':'", 'a ":" is missing after this key or the one above it: write `key: value`'),
    ("expected <block end>", "this line does not fit the ones above: check its indentation and what stands before it"),
    ("expected ',' or ']'", "the list that opened with [ goes wrong here: put a comma between items and ] at the end"),
    (
        "expected ',' or '}'",
        "the mapping that opened with { goes wrong here: put a comma between keys and } at the end",
    ),
    ("while scanning a quoted scalar", "the text that opens with a quote is never closed: add the closing quote"),
    ("unknown escape character", "in double quotes a backslash starts an escape: use single quotes, or write \\\\"),
    ("found undefined alias", "no &name stands above for this *name: put text that starts with * in quotes"),
    ("while scanning an alias", "text that starts with * must stand in quotes"),
    ("while scanning an anchor", "text that starts with & must stand in quotes"),
    ("while scanning a tag", "text that starts with ! must stand in quotes"),
    ("but found another document", "a second document starts here: write everything into one, without `---`"),
    ("while scanning a block scalar", "text that starts with | or > must stand in quotes"),
    ("sequence entries are not allowed", 'a list item ("- ") cannot stand here: begin it on a line of its own'),
    ("expected '<document start>'", "this line does not fit the ones above: check its indentation"),
    ("expected the node content", "a value is missing here"),
)


def explain_syntax(context: str | None, problem: str | None, line: str, column: int) -> str:
    """The meaning of the parser's *context* and *problem* at *column* (from 1) of *line*."""
    indentation = line[: len(line) - len(line.lstrip())]
    at = line[column - 1 : column]
    if "\t" in indentation or at == "\t":
        return "a tab stands here: indent with blanks only"
    said = f"{context or ''} {problem or ''}"
    for part, meaning in _MEANINGS:
        if part in said:
            return meaning
    if "cannot start any token" in said:
        return f"text that starts with {at} must stand in quotes"
    return f"this is not YAML: {said.strip() or 'it cannot be read'}"
