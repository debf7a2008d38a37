"""From what processes wrote down to the moves of one cell: one person and one department."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.histories.kept import Kept, KeptGrant
from tests.histories.model import Move, move
from tests.histories.steps import Step

_ENTERED: Final = {"suspend": "suspended", "resume": "resumed", "renew": "renewed"}


@dataclass(slots=True)
class Told:
    """The steps of a history as they touch one cell. What an open step did is for the search to
    find out; what the log says that nobody ever did, it cannot have done."""

    steps: Sequence[Step]
    person: str
    department: str
    grants: Sequence[KeptGrant]
    kept: Kept
    final: dict[str, str] = field(init=False)
    past: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.final = {one.grant_id: one.state for one in self.grants}
        self.past = {one: set() for one in self.final}
        for event in self.kept.events:
            if event.grant_id in self.past:
                self.past[event.grant_id].add(event.kind)

    def moves(self) -> list[Move]:
        return [*self._gives(), *self._of_steps(), *self._final()]

    def _of_steps(self) -> Iterator[Move]:
        read = {
            "withdraw": self._withdraw,
            "withdraw_all": self._withdraw_all,
            "permits": self._permits,
            "sign": self._use,
            "show": self._use,
            "look": self._look,
            "suspend": self._change,
            "resume": self._change,
            "renew": self._change,
            "expire": self._expire,
        }
        for step in self.steps:
            ours = step.told.get("person", self.person) == self.person
            if ours and step.told.get("grant") in (None, *self.final) and step.does in read:
                yield from read[step.does](step)

    def _gives(self) -> Iterator[Move]:
        given = givers(self.steps, self.grants)
        for step in self.steps:
            if step.does != "give" or step.told["person"] != self.person:
                continue
            made = given.get(id(step))
            if made is not None:
                yield move(step, "give", made, "made")
            elif not step.open and self.department in step.told["codes"]:
                yield move(step, "give", "", "held")

    def _withdraw(self, step: Step) -> Iterator[Move]:
        grant = step.told["grant"]
        if not step.open:
            yield move(step, "withdraw", grant, step.got["state"])
        elif "withdrawn" in self.past[grant]:
            yield move(step, "withdraw", grant, "withdrawn", may=True)

    def _withdraw_all(self, step: Step) -> Iterator[Move]:
        said = dict(step.got.get("states", ()))
        for grant, past in self.past.items():
            if grant in said:
                yield move(step, "withdraw", grant, said[grant])
            elif step.open and "withdrawn" in past:
                yield move(step, "withdraw", grant, "withdrawn", may=True)

    def _permits(self, step: Step) -> Iterator[Move]:
        if not step.open:
            asked = {grant for grant, _ in step.got["asks"]}
            for grant in self.final:
                yield move(step, "use", grant, "yes" if grant in asked else "no")

    def _use(self, step: Step) -> Iterator[Move]:
        if not step.open:
            yield move(step, "use", step.told["grant"], step.got["use"])

    def _look(self, step: Step) -> Iterator[Move]:
        if not step.open:
            yield move(step, "look", step.told["grant"], step.got["state"])

    def _change(self, step: Step) -> Iterator[Move]:
        grant = step.told["grant"]
        if step.open:
            if _ENTERED[step.does] in self.past[grant]:
                yield move(step, step.does, grant, "done", may=True)
        elif step.got["done"]:
            yield move(step, step.does, grant, "done")
        else:
            yield move(step, "refused", grant, step.does)

    def _expire(self, step: Step) -> Iterator[Move]:
        """A sweep says how many it ended, and not which."""
        for grant, past in self.past.items():
            if step.got.get("count", 1) and "expired" in past:
                yield move(step, "expire", grant, "", may=True)

    def _final(self) -> Iterator[Move]:
        """What the database holds afterwards is seen by everybody, after everything."""
        last = 1 + max((s.began if s.open else s.ended for s in self.steps), default=0)
        for grant, state in self.final.items():
            yield Move("end", grant, state, last, last + 1, 0, 0)


def givers(steps: Sequence[Step], grants: Sequence[KeptGrant]) -> dict[int, str]:
    """Which step (by `id`) gave each permission: as it said, by its form, or, where a renewal has
    brought another form, the first step that is open and may have."""
    found: dict[int, str] = {}
    gives = [step for step in steps if step.does == "give"]
    for one in grants:
        by_word = (s for s in gives if [one.grant_id, one.department] in s.got.get("grants", ()))
        by_form = (s for s in gives if s.open and s.told["post"] == one.post)
        may = (s for s in gives if s.open and may_have_given(s, one) and id(s) not in found)
        step = next(by_word, None) or next(by_form, None) or next(may, None)
        if step is not None:
            found[id(step)] = one.grant_id
    return found


def may_have_given(step: Step, one: KeptGrant) -> bool:
    """Whether this step can be the one that gave a permission which was renewed since."""
    told = step.told
    return one.renewed and told["person"] == one.person and one.department in told["codes"]
