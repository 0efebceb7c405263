"""Whatever text is read, the answer is a policy or findings, never another exception; and lines are right."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.policy import InvalidPolicy, loads
from sminion_guard.policy.file.build import SECTIONS
from sminion_guard.policy.positions import Path, index
from tests.policies import SHOP

LINES = SHOP.split("\n")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


def quoted(text: str) -> str:
    # JSON's strings are TOML's basic strings, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class Writer:
    """Writes values as TOML in every spelling and notes the line on which each key and element begins."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[Path, int] = {}

    def pair(self, path: Path, value: Any) -> None:
        key = str(path[-1])
        self.note(path)
        self.text += key if key.isalnum() and key.isascii() else quoted(key)
        self.text += self.draw(st.sampled_from(["=", " = ", "\t= "]))
        self.value(path, value)

    def value(self, path: Path, value: Any) -> None:
        if isinstance(value, dict):
            self.text += "{"
            for number, (key, entry) in enumerate(value.items()):
                self.text += ", " if number else " "
                self.pair((*path, key), entry)
            self.text += " }"
        elif isinstance(value, list):
            self.text += "["
            for number, entry in enumerate(value):
                self.text += self.draw(st.sampled_from(["", " ", "\n", " # ] \" ''' \n", "\n\n\t"]))
                self.note((*path, number))
                self.value((*path, number), entry)
                self.text += self.draw(st.sampled_from([",", "\n,", " ,"]))
            self.text += "]"
        elif isinstance(value, str):
            # A literal newline in the long form moves everything after it; the first one is not part of the value.
            forms = [quoted(value), f'"""{quoted(value)[1:-1]}"""', f'"""\n{quoted(value)[1:-1]}"""']
            if value.isprintable() and "'" not in value:
                forms += [f"'{value}'", f"'''\n{value}'''"]
            self.text += self.draw(st.sampled_from(forms))
        else:
            self.text += json.dumps(value)

    def note(self, path: Path) -> None:
        self.lines[path] = self.text.count("\n") + 1


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int], Any]:
    writer = Writer(draw)
    data = draw(st.dictionaries(texts, values, min_size=1, max_size=4))
    for key, value in data.items():
        writer.pair((key,), value)
        writer.text += draw(st.sampled_from(["\n", " # comment = [\n", "\n\n"]))
    return writer.text, writer.lines, data


def read(text: str) -> None:
    try:
        loads(text)
    except InvalidPolicy as error:
        assert error.findings
        last = text.count("\n") + 1
        assert all(finding.line is None or 1 <= finding.line <= last for finding in error.findings)


@given(documents())
def test_every_key_and_element_is_found_on_its_line(drawn: tuple[str, dict[Path, int], Any]) -> None:
    text, lines, data = drawn
    assert tomllib.loads(text) == data, "the test writes valid TOML"
    positions = index(text)
    assert {path: positions.line(path) for path in lines} == lines


@given(st.text(max_size=60))
def test_any_text_yields_a_policy_or_findings(text: str) -> None:
    read(text)


@given(st.sampled_from(SECTIONS), texts, texts, values, st.data())
def test_any_value_anywhere_yields_a_policy_or_findings(
    section: str, name: str, key: str, value: Any, data: st.DataObject
) -> None:
    writer = Writer(data.draw)
    writer.value((), value)
    for text in (
        f"{section} = {writer.text}",
        f"[{section}]\n{quoted(name)} = {writer.text}",
        f"[{section}.{quoted(name)}]\n{quoted(key)} = {writer.text}",
        f"[[{section}]]\n{quoted(key)} = {writer.text}",
    ):
        read(text)
        read(f"{SHOP}\n{text}\n")


@given(st.integers(0, len(LINES) - 1), values, st.data())
def test_any_value_in_any_line_of_a_good_policy_yields_a_policy_or_findings(
    number: int, value: Any, data: st.DataObject
) -> None:
    writer = Writer(data.draw)
    writer.value((), value)
    key, equals, _ = LINES[number].partition("=")
    changed = f"{key}{equals} {writer.text}" if equals else ""
    read("\n".join((*LINES[:number], changed, *LINES[number + 1:])))
