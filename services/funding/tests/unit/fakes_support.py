"""What people are supported for, in memory."""

from ila_funding.domain.support import Earlier, Found, programme_key
from ila_funding.domain.support_check import PendingCheck, SupportAnswer
from ila_kit.ids import uuid7


def answer_of(hold, *supports, at=None):
    """Return what the register told of a hold's person, when the hold was made or at another time."""
    return SupportAnswer(
        person_id=hold.person_id, answer_id=uuid7(), observed_at=at or hold.created_at, supports=supports
    )


class FakeSupport:
    """The content of programmes, and whose money pays for which."""

    def __init__(self, holds, claims):
        self.holds, self.claims, self.taught, self.paid = holds, claims, {}, {}

    def content_of(self, programme_id):
        return sorted(self.taught.get(programme_id, ()))

    def pending(self, after, limit):
        found = [one for one in self.holds.rows.values() if one.live and one.support_check == "pending"]
        return self.asked_about(one for one in found if after is None or one.id > after)[:limit]

    def found_unclaimed(self, limit):
        found = [one for one in self.holds.rows.values() if one.support_check == "found"]
        bound = [one for one in found if one.state == "committed" and not self.claimed(one.id)]
        return self.asked_about(bound)[:limit]

    def claimed(self, hold_id):
        return any(
            line.hold_id == hold_id and line.state == "claimed"
            for lines in self.claims.of.values()
            for line in lines
        )

    def asked_about(self, holds):
        return [
            PendingCheck(
                hold_id=one.id,
                application_id=one.application_id,
                person_id=one.person_id,
                since=one.created_at,
            )
            for one in sorted(holds, key=lambda one: one.id)
        ]

    def describe(self, programme_id, content_keys):
        self.taught.setdefault(programme_id, set()).update(content_keys)
        for hold in sorted(self.holds.rows.values(), key=lambda one: one.id):
            if hold.live and hold.programme_id == programme_id:
                for key in self.taught[programme_id]:
                    self.paid.setdefault((hold.person_id, key), hold.id)

    def find(self, person_id, programme_id):
        paid = [self.paid.get((person_id, key)) for key in self.taught.get(programme_id, ())]
        holds = sorted(
            (self.holds.rows[one] for one in paid if one), key=lambda one: (one.state == "held", one.id)
        )
        live = [one for one in self.holds.rows.values() if one.live and one.person_id == person_id]
        unnoted = {
            one.programme_id for one in live if (person_id, programme_key(one.programme_id)) not in self.paid
        }
        if programme_id not in self.taught:
            unnoted.add(programme_id)
        earlier = Earlier(holds[0].id, holds[0].state != "held") if holds else None
        return Found(earlier, tuple(sorted(unnoted)))

    def claim(self, holds):
        for hold in holds:
            rows = {(hold.person_id, key): hold.id for key in self.taught[hold.programme_id]}
            assert not rows.keys() & self.paid.keys()
            self.paid |= rows

    def free(self, hold_ids):
        self.paid = {row: hold_id for row, hold_id in self.paid.items() if hold_id not in hold_ids}
