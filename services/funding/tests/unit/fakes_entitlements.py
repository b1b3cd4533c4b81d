"""Fakes of entitlements and top-ups."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from ila_funding.domain.entitlement import Entitlement, Lapsed
from ila_funding.domain.ledger import Account, AccountState
from ila_funding.domain.period import month_of, next_month
from ila_kit.clock import riga_date
from ila_kit.ids import uuid7

USED = (Account.HELD, Account.COMMITTED, Account.CONSUMED)


class FakeEntitlements:
    """The bounds of learners' accounts; what is used of them is read from the ledger's movements."""

    def __init__(self, ledger, holds):
        self.ledger, self.holds, self.rows, self.lapsed, self.told = ledger, holds, {}, set(), Counter()

    def open(self, person_id, call_id, now):
        place = (person_id, call_id)
        if place not in self.rows:
            self.rows[place] = Entitlement(account_id=uuid7(), ceiling=None, valid_until=None)
        return self._used(place)

    def lock_unbounded(self, call_id, terms):
        for one in self.ledger.movements:
            if one.reason == "hold" and one.call_id == call_id and one.line_id:
                self.open(one.person_id, call_id, one.at)
        places = [place for place, one in self.rows.items() if place[1] == call_id]
        lacking = [
            place for place in places if None in (self.rows[place].ceiling, self.rows[place].valid_until)
        ]
        return [self._used(place) for place in sorted(lacking)]

    def bound(self, entitlement, now):
        self.rows[self._place(entitlement.account_id)] = entitlement

    def granted(self, person_id, call_id):
        place = (person_id, call_id)
        self.told[place] += 1
        mine = [one for one in self.holds.rows.values() if (one.person_id, one.call_id) == place]
        granted = sum((one.amount for one in mine if one.told_at), Decimal("0.00"))
        return AccountState(self.open(*place, None).account_id, granted, self.told[place])

    def lapse(self, account_id, now):
        place = self._place(account_id)
        one = self._used(place)
        if account_id in self.lapsed or one.valid_until is None or one.valid_until > now:
            return None
        self.lapsed.add(account_id)
        left = Decimal("0.00") if one.left is None else one.left
        self.rows[place] = replace(one, lapsed=left)
        return Lapsed(account_id=account_id, person_id=place[0], call_id=place[1], amount=left)

    def _place(self, account_id):
        return next(place for place, one in self.rows.items() if one.account_id == account_id)

    def _used(self, place):
        mine = [one for one in self.ledger.movements if (one.person_id, one.call_id) == place]
        used = sum((one.change(account) for one in mine for account in USED), Decimal("0.00"))
        first = min((one.at for one in mine if one.reason == "hold"), default=None)
        return replace(self.rows[place], used=used, first_held_at=first)


class FakeTopUps:
    """Top-ups, and what holds take from them."""

    def __init__(self):
        self.rows, self.used = {}, {}

    def add(self, top_up):
        self.save(top_up)

    def save(self, top_up):
        used = top_up.held + top_up.committed + top_up.consumed + top_up.returned
        assert min(top_up.held, top_up.committed, top_up.consumed, top_up.returned) >= 0
        assert used <= top_up.amount
        self.rows[top_up.id] = top_up

    def lock(self, top_up_id):
        return self.rows.get(top_up_id)

    def lock_all(self, top_up_ids):
        return [self.rows[one] for one in sorted(set(top_up_ids))]

    def lock_of(self, person_id, call_id):
        place = (person_id, call_id, "active")
        return [one for one in self.rows.values() if (one.person_id, one.call_id, one.state) == place]

    def add_use(self, use):
        self.save_use(use)

    def save_use(self, use):
        self.used[use.hold_id, use.top_up_id] = use

    def uses(self, hold_ids):
        return [self.used[place] for place in sorted(self.used) if place[0] in hold_ids]


class FakePeriods:
    """Accounting periods; the ledger's first movement is in the first one."""

    def __init__(self, ledger):
        self.ledger, self.rows = ledger, {}

    def first_open(self):
        closed = [one.period for one in self.rows.values() if one.state == "closed"]
        if closed:
            return next_month(max(closed))
        return month_of(riga_date(self.ledger.movements[0].at)) if self.ledger.movements else None

    def add(self, period):
        if period.period in {one.period for one in self.rows.values()}:
            return False
        self.rows[period.id] = period
        return True

    def lock(self, period_id):
        return self.rows.get(period_id)

    def close(self, closed):
        self.rows[closed.id] = closed
        return len(self.ledger.movements)

    def keep_open(self, month):
        return all(one.period != month or one.state != "closed" for one in self.rows.values())


class FakeLateChanges:
    """What happened in closed months: one of each run waits at a time."""

    def __init__(self):
        self.rows = {}

    def waits_for(self, run_id):
        return any(one.run_id == run_id and one.state == "queued" for one in self.rows.values())

    def add(self, change):
        if self.waits_for(change.run_id):
            return False
        self.rows[change.id] = change
        return True

    def save(self, change):
        self.rows[change.id] = change

    def lock(self, change_id):
        return self.rows.get(change_id)
