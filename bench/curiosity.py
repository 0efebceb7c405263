"""A simulated firm for a year: people who work on orders, and some who are curious.

It knows nothing of how accesses are scored.

It makes orders, and the accesses of those who work on them. Honest work has its oddities: calls without a reference,
wrong digits, employees who are new and forget references, a night shift, a unit that investigates without orders, and
one that looks at random customers each month. The curious look up neighbours, celebrities, somebody they know again
and again, people at night, or many in a day; some give the reference of an order of somebody else.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
KINDS = ("neighbour", "celebrity", "again", "night", "bulk")
PROFILE, ORDERS, MONEY = "crm.customer", "crm.customer, sales.orders", "sales.orders"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its share of the work, how many work there, when, and what they look at."""

    name: str
    share: float
    people: int
    hours: tuple[int, int]
    relations: tuple[str, ...]


UNITS = (
    Unit("support", 0.42, 60, (7, 19), (PROFILE, ORDERS, ORDERS, ORDERS, MONEY)),
    Unit("returns", 0.18, 30, (8, 17), (ORDERS, ORDERS, MONEY)),
    Unit("billing", 0.20, 25, (8, 17), (MONEY, MONEY, MONEY, ORDERS)),
    Unit("dispatch", 0.12, 30, (5, 22), (ORDERS, PROFILE)),
    Unit("night desk", 0.06, 8, (21, 30), (ORDERS, ORDERS, PROFILE)),
    Unit("investigation", 0.02, 6, (9, 18), (PROFILE, ORDERS, MONEY)),
)


@dataclass(frozen=True, slots=True)
class Act:
    """One access.

    :param order: the reference that the ticket gives.
    :param named: the ticket names the person, as a form for complaints does.
    :param planted: of which kind it is, where somebody was curious.
    """

    at: datetime
    actor: str
    unit: str
    person: int
    relations: str
    order: int | None = None
    named: bool = False
    planted: str | None = None


@dataclass(slots=True)
class Firm:
    """What was simulated. ``orders`` are number to person."""

    people: int
    orders: dict[int, int] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)

    def explained(self, act: Act) -> bool:
        """Whether the order that it names is the person's, or the ticket names the person."""
        return act.named or (act.order is not None and self.orders.get(act.order) == act.person)


def simulate(accesses: int, seed: int, planted: float = 0.001) -> Firm:
    """A year with about ``accesses`` accesses, of which a share is curiosity."""
    return _Year(accesses, random.Random(seed)).run(planted)


class _Year:
    def __init__(self, accesses: int, chance: random.Random) -> None:
        self.chance = chance
        self.accesses = accesses
        self._recent: list[tuple[int, int]] = []
        self.firm = Firm(max(400, accesses // 12))
        scale = max(0.15, min(1.0, accesses / 1_000_000))
        self.staff = {
            unit.name: [f"{unit.name} {n}" for n in range(max(3, round(unit.people * scale)))] for unit in UNITS}
        # One in eight begins during the year, and one that is new forgets references.
        self.begins = {name: chance.randrange(20, DAYS - 40) if chance.random() < 0.125 else -60
                       for names in self.staff.values() for name in names}

    def run(self, planted: float) -> Firm:
        wanted = round(self.accesses * (1 - planted))
        while len(self.firm.acts) < wanted:
            unit = self.chance.choices(UNITS, [unit.share for unit in UNITS])[0]
            if unit.name == "investigation":
                self._investigation(unit)
            elif self.chance.random() < 0.018:
                self._call(unit)
            else:
                self._order(unit)
        self._samples()
        self._curious(round(self.accesses * planted))
        self.chance.shuffle(self.firm.acts)
        return self.firm

    def _person(self) -> int:
        # Some customers order far more often than others.
        return int(self.firm.people * self.chance.random() ** 2)

    def _at(self, unit: Unit, day: int) -> datetime:
        # Most work in the middle of the shift; some stay late.
        low, high = unit.hours
        late = self.chance.random() <= 0.01
        hour = self.chance.uniform(low - 1, high + 2) if late else self.chance.triangular(low, high)
        return BEGIN + timedelta(days=day, hours=hour)

    def _who(self, unit: Unit, day: int) -> str:
        here = [name for name in self.staff[unit.name] if self.begins[name] <= day]
        return self.chance.choice(here or self.staff[unit.name])

    def _add(self, unit: Unit, day: int, actor: str, person: int, **more: object) -> None:
        self.firm.acts.append(Act(self._at(unit, day), actor, unit.name, person, self.chance.choice(unit.relations),
                                  **more))  # type: ignore[arg-type]

    def _new_order(self, person: int) -> int:
        number = 10_000_000 + 7 * len(self.firm.orders) + self.chance.randrange(7)
        self.firm.orders[number] = person
        return number

    def _order(self, unit: Unit) -> None:
        person, day = self._person(), self.chance.randrange(DAYS - 12)
        number = self._new_order(person)
        self._recent.append((person, day))
        for _ in range(self.chance.randint(1, 5)):
            later = day + int(self.chance.expovariate(0.4)) % 12
            actor = self._who(unit, later)
            said: int | None = number
            if later - self.begins[actor] < 30 and self.chance.random() < 0.2:
                said = None
            elif self.chance.random() < 0.006:
                said = number + self.chance.choice((-100, -10, 1, 10, 1000))
            self._add(unit, later, actor, person, order=said)

    def _call(self, unit: Unit) -> None:
        # Somebody calls: mostly about an order that some unit works on, sometimes with none, sometimes by the form.
        person, day = self._person(), self.chance.randrange(DAYS)
        if self._recent and self.chance.random() < 0.75:
            person, begun = self.chance.choice(self._recent)
            day = min(DAYS - 1, begun + self.chance.randrange(25))
        actor = self._who(unit, day)
        for _ in range(self.chance.randint(1, 3)):
            self._add(unit, day, actor, person, named=self.chance.random() < 0.3)

    def _investigation(self, unit: Unit) -> None:
        day = self.chance.randrange(DAYS)
        actor, person = self._who(unit, day), self.chance.randrange(self.firm.people)
        number = self._new_order(person) if self.chance.random() < 0.5 else None
        for _ in range(self.chance.randint(1, 4)):
            self._add(unit, day, actor, person, order=number)

    def _samples(self) -> None:
        """Quality checks: two people look at random customers on one day of each month, without an order."""
        for month in range(12):
            for actor in ("quality 0", "quality 1"):
                unit = Unit("quality", 0, 2, (9, 16), (ORDERS,))
                for _ in range(max(2, round(self.accesses / 40_000))):
                    self._add(unit, month * 30 + 3, actor, self.chance.randrange(self.firm.people))

    def _curious(self, many: int) -> None:
        units = {name: unit for unit in UNITS for name in self.staff[unit.name]}
        famous = [self.chance.randrange(self.firm.people) for _ in range(max(1, many // 200))]
        each = {kind: many // len(KINDS) for kind in KINDS}
        for kind in KINDS:
            while each[kind] > 0:
                actor = self.chance.choice(list(units))
                for at, person in self._looks(kind, units[actor], actor, famous)[:each[kind]]:
                    each[kind] -= 1
                    feigned = self.chance.random() < 0.3
                    order = self.chance.choice(list(self.firm.orders)) if feigned else None
                    relations = self.chance.choice((PROFILE, *units[actor].relations))
                    act = Act(at, actor, units[actor].name, person, relations, order, planted=kind)
                    if not self.firm.explained(act):
                        self.firm.acts.append(act)

    def _looks(self, kind: str, unit: Unit, actor: str, famous: list[int]) -> list[tuple[datetime, int]]:
        day = self.chance.randrange(max(0, self.begins[actor]), DAYS)
        person = self.chance.randrange(self.firm.people)
        if kind == "neighbour":
            # Those of the same house, one after the other, on days of their own.
            return [(self._at(unit, self.chance.randrange(DAYS)), (person + n) % self.firm.people)
                    for n in range(self.chance.randint(1, 4))]
        if kind == "celebrity":
            return [(self._at(unit, day), self.chance.choice(famous))]
        if kind == "again":
            return [(self._at(unit, self.chance.randrange(DAYS)), person) for _ in range(self.chance.randint(6, 25))]
        if kind == "night":
            hours = self.chance.uniform(10, 15) if unit.name == "night desk" else self.chance.uniform(23, 28)
            return [(BEGIN + timedelta(days=day, hours=hours, minutes=n), (person + 37 * n) % self.firm.people)
                    for n in range(self.chance.randint(1, 5))]
        many = self.chance.randint(25, 80)
        return [(self._at(unit, day), self.chance.randrange(self.firm.people)) for _ in range(many)]
