"""What a column is: rules in the order in which they are asked. The first that answers decides.

Each rule is a function from a :class:`Case` to a decision or None. It is named in :data:`RULES`, once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sminion_guard.discovery.context import Context
from sminion_guard.discovery.model import Column, Decision, Sampled, Shape
from sminion_guard.discovery.naming import Span, read
from sminion_guard.discovery.patterns import PATTERNS, PROSE
from sminion_guard.discovery.vocabulary import Meaning
from sminion_guard.policy.model import OPEN_CATEGORIES

LONG = 255
"""Characters above which a text may be free text."""
OFTEN = 0.8
"""Part of the values that must have a form."""


PRIVATE = frozenset({"birth", "family", "social", "property", "education", "profession", "income", "health"})
"""Categories of which a type, a level or a yes tells something too."""
TELLING = PRIVATE | {"identity"}


@dataclass(frozen=True, slots=True)
class Case:
    """A column with all that a rule may look at.

    :param spans: its name, read; of `a.b.c` the part after the last dot.
    :param key: it identifies a row, or refers to one.
    :param foreign: it refers to one.
    :param refers: it is a foreign key to a table that leads to no person.
    """

    column: Column
    spans: tuple[Span, ...]
    context: Context
    key: bool = False
    foreign: bool = False
    refers: bool = False
    sampled: Sampled | None = None

    @property
    def telling(self) -> frozenset[str]:
        """Categories that a foreign key tells by itself: `religion_id` is as telling as the name of the religion."""
        return TELLING if self.refers else frozenset()

    @property
    def kernel(self) -> tuple[Span, ...]:
        """The words without those that only qualify: `old_email_hash` is about an e-mail address."""
        return tuple(span for span in self.spans if span.category("always", "person") or not span.says("marks"))

    def share(self, pattern: str) -> float:
        return 0.0 if self.sampled is None else self.sampled.shares.get(pattern, 0.0)


def joins(case: Case) -> Decision | None:
    """A key that the database declares, unless it tells something itself: a text, or a name such as `phone`."""
    if not case.key or case.column.shape is Shape.TEXT:
        return None
    found = _always(case)
    if found is not None and (found[1] in case.telling if case.foreign else not _tail(case)):
        return None
    return Decision("key", "joins", "primary, unique or foreign key", 1.0)


def network(case: Case) -> Decision | None:
    """A network address by its type."""
    if case.column.shape is not Shape.NETWORK:
        return None
    return Decision("device", "network", f"type {case.column.kind}", 0.9)


def yes_or_no(case: Case) -> Decision | None:
    """A boolean, or a name that asks something: neutral, if no word is unknown or private."""
    asks = bool(case.spans) and case.spans[0].says("booleans") and len(case.spans) > 1
    if case.column.shape is not Shape.BOOLEAN and not asks:
        return None
    asked = case.spans[1:] if asks else case.spans
    for span in asked:
        meaning = span.category("always", "person")
        if meaning is not None and meaning.what in PRIVATE:
            return _named(meaning.what, "yes_or_no", span, 0.7)
    if asks and all(span.meanings for span in asked):
        return Decision("none", "yes_or_no", "a yes or no about the row", 0.7)
    return None


def operational(case: Case) -> Decision | None:
    """Something about a personal value that does not tell it: `email_status`, but not `diagnosis_type`."""
    if not _tail(case):
        return None
    before = [span for span in case.spans[:-1] if span.category("always", "person", "place")]
    if not before or any(meaning.what in case.telling | PRIVATE for span in before for meaning in span.meanings):
        return None
    last = case.spans[-1]
    timed = before[-1].category("always")
    if last.text in ("at", "date") and timed is not None and timed.what == "behaviour":
        return None  # of a last visit the time is what is known
    if last.says("key"):
        return Decision("key", "operational", f"`{last.text}` of something else", 0.7)
    return Decision("none", "operational", f"`{last.text}` is about the value beside it", 0.7)


def reference_list(case: Case) -> Decision | None:
    """Names in a list of places, codes or titles."""
    if not case.context.reference or case.context.strong or case.context.leads:
        return None
    if any(span.says("reference") or span.category("person", "place") for span in case.spans):
        return Decision("none", "reference_list", "the table is a list of places, codes or titles", 0.7)
    return None


def certain_name(case: Case) -> Decision | None:
    """A name that is personal wherever it stands."""
    found = _always(case)
    if found is None or (found[1] == "free_text" and not _about_people(case)):
        return None
    span, category = found
    if case.column.shape is Shape.TIME and category not in ("birth", "profession", "behaviour", "health", "education"):
        return None
    if case.column.shape is Shape.NUMBER and category == "free_text":
        return None
    return _named(category, "certain_name", span, 0.9)


def name_beside_people(case: Case) -> Decision | None:
    """A name that is personal where its table, or a word beside it, is about people."""
    for at in range(len(case.spans) - 1, -1, -1):
        span = case.spans[at]
        others = (*case.spans[:at], *case.spans[at + 1:])
        if any(other.says("things") and not other.says("people", "staff", "personal", "trade") for other in others):
            continue
        beside = any(other.says("people", "staff", "personal") for other in others)
        strengths = []
        if case.context.people or beside:
            strengths += ["person", "trade", "place"]
        elif case.context.business or any(other.says("trade") for other in others):
            strengths.append("trade")
        if case.context.addresses:
            strengths.append("place")
        meaning = span.category(*strengths) or _text_about_people(case, span)
        if meaning is None or not _fits(case, meaning.what, others):
            continue
        return _named(meaning.what, "name_beside_people", span, 0.75)
    return None


def values(case: Case) -> Decision | None:
    """Values that have the form of something personal (only with `--sample`)."""
    for pattern in PATTERNS:
        share = case.share(pattern.name)
        if pattern.category and share >= OFTEN:
            return Decision(pattern.category, "values", f"{share:.0%} of its values look like {pattern.title}", 0.8)
    return None


def sentences(case: Case) -> Decision | None:
    """Values that are sentences (only with `--sample`)."""
    share = case.share(PROSE)
    if share < OFTEN / 2 or not _about_people(case):
        return None
    return Decision("free_text", "sentences", f"{share:.0%} of its values are sentences", 0.7)


def comment(case: Case) -> Decision | None:
    """A comment in the database that names something personal."""
    for span in read(case.column.comment):
        meaning = span.category("always")
        if meaning is not None and meaning.what != "free_text" and case.column.shape in (Shape.TEXT, Shape.NUMBER):
            return Decision(meaning.what, "comment", f"its comment says `{span.text}`", 0.6)
    return None


def name_of_key(case: Case) -> Decision | None:
    """A name that identifies something else."""
    if not case.kernel or not case.kernel[-1].says("key"):
        return None
    return Decision("key", "name_of_key", f"`{case.kernel[-1].text}` names a key", 0.6)


def identifies(case: Case) -> Decision | None:
    """A text that the database declares to identify a row, and whose name says nothing else."""
    if not case.key:
        return None
    return Decision("key", "identifies", "primary, unique or foreign key", 0.6)


def neutral_name(case: Case) -> Decision | None:
    """A name that is about the row, and not about a person."""
    said = [span for span in case.spans if span.says("neutral", "booleans", "tails")]
    if not said or not all(span.says("neutral", "marks", "tails", "booleans", "trade") for span in case.spans):
        return None
    return Decision("none", "neutral_name", f"`{said[-1].text}` says nothing about a person", 0.7)


def prose(case: Case) -> Decision | None:
    """A text without limit, in a table about people, whose name says nothing."""
    if case.column.shape is not Shape.TEXT or case.key or not case.context.leads:
        return None
    unlimited = case.column.limit is None or case.column.limit > LONG
    if not unlimited or any(span.meanings for span in case.spans):
        return None
    return Decision("free_text", "prose", "text without limit, in a table about people", 0.4)


def unknown(case: Case) -> Decision | None:
    """Everything else stays closed."""
    found = _always(case)
    if found is not None and found[1] == "free_text":
        return Decision(None, "unknown", "looks like free text, in a table about things", 0.0)
    return Decision(None, "unknown", f"nothing is known of this {case.column.kind}", 0.0)


RULES = (
    joins, network, yes_or_no, operational, reference_list, certain_name, name_beside_people, values, sentences,
    comment, name_of_key, identifies, neutral_name, prose, unknown,
)
"""The order of the rules: what the database declares, what words say for certain, what stands around, the rest."""


def decide(case: Case) -> Decision:
    """The answer of the first rule that has one."""
    found = next(decision for rule in RULES if (decision := rule(case)) is not None)
    seen = values(case)
    if seen is not None and found.category in OPEN_CATEGORIES and found.rule != "joins":
        return seen  # whatever the name says
    if seen is not None and seen.category == found.category and found.rule != "values":
        return replace(found, reason=f"{found.reason}; {seen.reason}", confidence=0.95)
    return found


def _tail(case: Case) -> bool:
    """Whether the last word is about the value that the words before it name."""
    return len(case.spans) > 1 and case.spans[-1].says("tails") and case.spans[-1].category("always") is None


def _always(case: Case) -> tuple[Span, str] | None:
    """The last words of the name that mean a category wherever they stand."""
    for span in reversed(case.spans):
        meaning = span.category("always")
        if meaning is not None:
            return span, meaning.what
    return None


def _text_about_people(case: Case, span: Span) -> Meaning | None:
    """A word for free text, where keys lead to a person, or in a table of notes: `text` of a message."""
    meaning = span.category("person")
    told = case.context.leads or case.context.speech
    return meaning if told and meaning is not None and meaning.what == "free_text" else None


def _about_people(case: Case) -> bool:
    return case.context.business or case.context.speech or case.context.around > 0


def _fits(case: Case, category: str, others: tuple[Span, ...]) -> bool:
    """Whether a column of this type may hold it."""
    if case.column.shape is Shape.TIME:
        return category in ("birth", "behaviour", "profession")
    if case.column.shape is Shape.NUMBER:
        return category not in ("free_text", "identity") or any(other.says("people") for other in others)
    return True


def _named(category: str, rule: str, span: Span, confidence: float) -> Decision:
    languages = ", ".join(dict.fromkeys(
        meaning.language for meaning in span.meanings if meaning.what == category))
    return Decision(category, rule, f"its name says `{span.text}` ({languages})", confidence)
