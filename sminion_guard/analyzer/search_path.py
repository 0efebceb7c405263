"""The value of ``search_path``, as the server writes it."""

from __future__ import annotations


def search_path(setting: str) -> tuple[str, ...]:
    """The schemas of a search_path as the server writes it: names, some in double quotes, with commas."""
    found: list[str] = []
    rest = setting.strip()
    while rest:
        if rest.startswith('"'):
            end = rest.index('"', 1)
            while rest[end + 1 : end + 2] == '"':
                end = rest.index('"', end + 2)
            found.append(rest[1:end].replace('""', '"'))
            rest = rest[end + 1 :].lstrip().removeprefix(",").lstrip()
        else:
            word, _, rest = rest.partition(",")
            found.append(word.strip().lower())
            rest = rest.lstrip()
    return tuple(name for name in found if name and name != "$user")
