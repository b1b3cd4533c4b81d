"""Thousands of random operations on a real database, with crashes: the money is right after every single one.

Facts come from a bus at its worst: late, in any order, up to three times, and again after each crash.
Reproduce a walk with `ILA_WALK_SEED=<seed>`; the seed is printed and stands in every failure.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from ila_funding.consumers import HANDLERS, TIMERS
from ila_funding.domain.support_check import OtherSupport
from ila_funding.usecases.claims import (
    BuildClaim,
    DecideClaim,
    build_claim,
    check_submitted_claim,
    decide_claim,
    submit_claim,
)
from ila_funding.usecases.limits import ProposeLimit, approve_change, propose_limit, withdraw_change
from ila_funding.usecases.payment_runs import MakeRun, check_run, fail_run, make_run, release_run
from ila_funding.usecases.settlements import RecoverClaim, SettleRun, export_run, recover_claim, settle_run
from ila_kit.actor import EVERYTHING, process_actor
from ila_kit.clock import riga_date, utc_now
from ila_kit.errors import DomainError
from ila_kit.events import Envelope, NotYet, to_json
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import someone

pytestmark = pytest.mark.integration
PRICE = Decimal("608.99")
PEOPLE, LIVES, MOST_LATE = 8, 4, 60
VERIFY_EVERY = 250
ROLES = (
    *("provider_signatory", "claim_officer", "payment_maker", "payment_checker", "payment_releaser"),
    *("rate_manager", "rate_approver"),
)
# One look at every line, and at what the last step wrote into the ledger.
RIGHT = """
SELECT (SELECT count(*) FROM budget_line WHERE held + committed + consumed > limit_amount
    OR least(held, committed, consumed) < 0) AS overspent,
  (SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE id > %s) AS sum,
  (SELECT coalesce(max(id::text)::uuid, %s) FROM ledger_entry WHERE id > %s) AS last
"""
# Live holds of one person that share content, and content that no live hold pays for.
TWICE = """
SELECT hold.person_id FROM hold JOIN programme_content AS content USING (programme_id)
WHERE hold.state IN ('held', 'committed', 'consumed')
GROUP BY hold.person_id, content.content_key HAVING count(*) > 1
"""
ADRIFT = """
SELECT kept.hold_id FROM supported_content AS kept JOIN hold ON hold.id = kept.hold_id
WHERE hold.state NOT IN ('held', 'committed', 'consumed')
UNION ALL SELECT hold.id FROM hold LEFT JOIN supported_content AS kept ON kept.hold_id = hold.id
WHERE hold.state IN ('held', 'committed', 'consumed') AND kept.hold_id IS NULL
"""


SUPPORT = OtherSupport(
    reference="ESF-1",
    source="ESF 8.4.1",
    family="vocational",
    title="Kiberdrošība",
    supported_on=date(2022, 3, 1),
)


class Crash(Exception):
    """The process died here."""


class Crashes:
    """Lets the process die, or the database's side of the connection, before some statement or commit."""

    def __init__(self, engine: sa.Engine, dice: random.Random):
        self._admin = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._dice, self.left, self.count = dice, 0, Counter()
        sa.event.listen(engine, "before_cursor_execute", self._statement)
        sa.event.listen(engine, "commit", self._commit)
        self._engine = engine

    def arm(self) -> None:
        self.left = self._dice.randint(1, 14)

    def disarm(self) -> None:
        self.left = 0

    def stop(self) -> None:
        sa.event.remove(self._engine, "before_cursor_execute", self._statement)
        sa.event.remove(self._engine, "commit", self._commit)

    def _statement(self, connection: sa.Connection, *_: Any) -> None:
        if self._due():
            self._die(connection)

    def _commit(self, connection: sa.Connection) -> None:
        if self._due():
            self._die(connection)

    def _due(self) -> bool:
        if self.left == 0:
            return False
        self.left -= 1
        return self.left == 0

    def _die(self, connection: sa.Connection) -> None:
        if self._dice.random() < 0.7:
            self.count["process"] += 1
            raise Crash
        self.count["connection"] += 1
        pid = connection.connection.driver_connection.info.backend_pid
        with self._admin.connect() as other:
            other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (pid,))


@dataclass
class Life:
    """An application: whose, for what, and the version it was told of last."""

    world: Any
    request: Any
    version: int = 1

    def next(self) -> int:
        self.version += 1
        return self.version


class Walk:
    """Two calls that pay for the same content, a few people who want it, and everything that may happen."""

    def __init__(self, world, seed: int):
        self.dice, self.engine, self.now = random.Random(seed), world.engine, utc_now()
        self.worlds = [world, type(world)(world.engine)]
        self.staff = {role: [someone(role) for _ in range(3)] for role in ROLES}
        self.late: list[Envelope] = []
        self.count, self.last = Counter(), UUID(int=0)
        for one in self.worlds:
            one.units, one.register.clock = replace(one.units, clock=self.clock), self.clock
            one.publish(PRICE * 6).admit()
            one.accounts.add(one.organisation_id, hours=-100)
        self.taught = {id(one): [one.programme_id, one.teach("Kiberdrošība")] for one in self.worlds}
        self.lives = [self._born() for _ in range(PEOPLE * LIVES)]
        self.crashes = Crashes(self.engine, self.dice)
        self.watch = self.engine.execution_options(isolation_level="AUTOCOMMIT").connect()

    def clock(self) -> datetime:
        return self.now

    def _born(self) -> Life:
        world, number = self.dice.choice(self.worlds), next(self._numbers)
        person = UUID(int=number % PEOPLE + 1)
        request = replace(world.asked(number, person), programme_id=self.dice.choice(self.taught[id(world)]))
        return Life(world, request)

    _numbers = iter(range(1, 1_000_000))

    # What others tell

    def eligible(self) -> None:
        life = self.dice.choice(self.lives)
        provisional = self.dice.random() < 0.2
        self._fact(life, "application_found_eligible", **self._told(life) | {"provisional": provisional})

    def enrolled(self) -> None:
        self._fact(self._with_hold("held"), "learner_enrolled")

    def ended(self) -> None:
        kinds = ["application_withdrawn", "place_expired", "application_refused"]
        self._fact(self._with_hold("held"), self.dice.choice(kinds))

    def not_completed(self) -> None:
        life = self._with_hold("committed")
        verified = "SELECT FROM verified_result WHERE application_id = %s"
        if self.dice.random() < 0.9 and self._rows(verified, life.request.application_id):
            return
        told = {name: getattr(life.request, name) for name in ("call_id", "programme_id", "person_id")}
        self._fact(life, "learning_not_completed", **told)

    def verified(self) -> None:
        life = self._with_hold("committed")
        told = {name: getattr(life.request, name) for name in ("call_id", "programme_id", "person_id")}
        told |= {"organisation_id": life.world.organisation_id, "verified_at": self.now}
        self._fact(life, "result_verified", **told, completed_on=riga_date(self.now))

    def late_facts(self) -> None:
        self.dice.shuffle(self.late)
        for _ in range(min(3, len(self.late))):
            self._deliver(self.late.pop())

    def born_anew(self) -> None:
        self.lives[self.dice.randrange(len(self.lives))] = self._born()

    # What people do

    def claim(self) -> None:
        world = self.dice.choice(self.worlds)
        command = BuildClaim(organisation_id=world.organisation_id, call_id=world.call_id)
        self._step("provider_signatory", build_claim, EVERYTHING, command)

    def claim_step(self) -> None:
        claim, state = self._pick("claim")
        if state == "paid" and self.dice.random() < 0.6:
            return
        decide = self._decision(claim)
        steps = {
            "built": ("provider_signatory", submit_claim, EVERYTHING, claim),
            "submitted": ("claim_officer", check_submitted_claim, claim),
            "checked": ("claim_officer", decide_claim, decide),
            "approved": ("payment_maker", make_run, self._run_of(claim)),
            "reduced": ("payment_maker", make_run, self._run_of(claim)),
            "paid": ("payment_checker", recover_claim, self._recovery(claim)),
        }
        self._likely(steps, state)

    def run_step(self) -> None:
        run, state = self._pick("payment_run")
        settle = SettleRun(run_id=run, bank_reference="B", settled_on=riga_date(self.now))
        steps = {
            "made": ("payment_checker", check_run, run),
            "checked": ("payment_releaser", release_run, run),
            "released": ("payment_maker", export_run, BankFileOf(), run),
            "exported": ("payment_checker", settle_run, settle),
        }
        if self.dice.random() < 0.04:
            self._step("payment_checker", fail_run, run, "Banka noraidīja.")
        else:
            self._likely(steps, state)

    def limit(self) -> None:
        line, _ = self._pick("budget_line", "'open'")
        limit = PRICE * self.dice.randint(1, 9)
        self._step("rate_manager", propose_limit, ProposeLimit(line_id=line, limit=limit, reason="Tā."))

    def limit_decided(self) -> None:
        change, line = self._pick("line_change", "line_id")
        decide = approve_change if self.dice.random() < 0.8 else withdraw_change
        self._step("rate_approver", decide, line, change)

    def register_asked(self) -> None:
        """Ask the register of earlier support, which may be down, or know that somebody was supported."""
        register = self.worlds[0].register
        register.answers = self.dice.random() < 0.8
        supported = [life.request.person_id for life in self.lives if self.dice.random() < 0.02]
        register.supports = {one: [SUPPORT] for one in supported}
        with suppress(Crash, sa.exc.OperationalError):
            self.worlds[0].check_support()
        self.count["register"] += 1

    def time_passes(self) -> None:
        self.now += timedelta(days=self.dice.choice([0, 0, 0, 1, 3, 16]))
        due = self._rows("SELECT name, subject_id FROM timer WHERE due_at <= %s ORDER BY due_at", self.now)
        for name, subject in due[:5]:
            self._attempt(process_actor("funding"), _timer, name, subject)

    # How it is done

    def step(self) -> str:
        """Do one thing, perhaps with a crash in its midst, and look at all money."""
        operation = self.dice.choices(list(OPERATIONS), list(OPERATIONS.values()))[0]
        if self.dice.random() < 0.15:
            self.crashes.arm()
        getattr(self, operation)()
        self.crashes.disarm()
        self.look()
        return operation

    def look(self) -> None:
        overspent, total, self.last = self._rows(RIGHT, *[self.last] * 3)[0]
        assert (overspent, total) == (0, 0)

    def verify(self) -> None:
        found = self.worlds[0].verification()
        assert found["verified"], found
        assert (self._rows(TWICE), self._rows(ADRIFT)) == ([], [])

    def settle_down(self) -> None:
        """Have everything that is still on its way arrive."""
        for _ in range(20):
            waiting, self.late = self.late, []
            for envelope in waiting:
                self._deliver(envelope)

    def stop(self) -> None:
        self.crashes.stop()
        self.watch.close()

    def _told(self, life: Life) -> dict[str, Any]:
        fields = life.request.__dataclass_fields__
        return {name: getattr(life.request, name) for name in fields if name != "sequence"}

    def _with_hold(self, state: str) -> Life:
        """Return an application with money in a state, most of the time; else any."""
        rows = self._rows("SELECT application_id FROM hold WHERE state = %s", state)
        some = [life for life in self.lives if (life.request.application_id,) in rows]
        return self.dice.choice(some if some and self.dice.random() < 0.9 else self.lives)

    def _fact(self, life: Life, kind: str, **data: Any) -> None:
        envelope = Envelope(
            id=uuid7(),
            source="applications",
            type=f"applications.{kind}.v1",
            subject="x",
            time=self.now,
            sequence=life.next(),
            data=to_json({"application_id": life.request.application_id} | data),
        )
        times = self.dice.choice([1, 1, 3])
        for _ in range(times):
            if self.dice.random() < 0.3 and len(self.late) < MOST_LATE:
                self.late.append(envelope)
            else:
                self._deliver(envelope)

    def _deliver(self, envelope: Envelope) -> None:
        """Work a fact off; what is early, or was in the crash, comes again."""
        done = self._attempt(process_actor("funding"), HANDLERS[envelope.type], envelope)
        if not done and len(self.late) < MOST_LATE:
            self.late.append(envelope)

    def _attempt(self, actor: Any, use_case: Callable[..., Any], *what: Any) -> bool:
        try:
            with self.worlds[0].units.open(actor) as unit:
                use_case(unit, *what)
                unit.commit()
        except NotYet:
            self.count["not-yet"] += 1
            return False
        except DomainError as refusal:
            self.count[refusal.code] += 1
        except (Crash, sa.exc.OperationalError):
            return False
        return True

    def _step(self, role: str, use_case: Callable[..., Any], *what: Any) -> None:
        self._attempt(self.dice.choice(self.staff[role]), use_case, *what)

    def _likely(self, steps: dict[str, tuple[Any, ...]], state: str) -> None:
        fits = state in steps and self.dice.random() < 0.9
        role, use_case, *what = steps[state] if fits else self.dice.choice(list(steps.values()))
        self._step(role, use_case, *what)

    def _pick(self, table: str, what: str = "state") -> tuple[UUID, Any]:
        """Return one of the newest rows of a table, with another column; an id of nothing when empty."""
        rows = self._rows(f"SELECT id, {what} FROM {table} ORDER BY id DESC LIMIT 6")
        return self.dice.choice(rows) if rows else (uuid7(), uuid7())

    def _decision(self, claim: UUID) -> DecideClaim:
        rows = self._rows("SELECT application_id FROM claim_line WHERE claim_id = %s", claim)
        action = self.dice.choice(["approve", "approve", "approve", "reduce", "refuse"])
        refused = [one for (one,) in rows[:1]] if action == "reduce" else []
        return DecideClaim(claim_id=claim, action=action, reason="Tā.", refused_lines=refused)

    def _run_of(self, claim: UUID) -> MakeRun:
        return MakeRun(claim_ids=[claim], accounts=[one for w in self.worlds for one in w.accounts.told])

    def _recovery(self, claim: UUID) -> RecoverClaim:
        return RecoverClaim(claim_id=claim, bank_reference="B", reason="Atgūts.")

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        left, self.crashes.left = self.crashes.left, 0
        rows = list(self.watch.exec_driver_sql(statement, values))
        self.crashes.left = left
        return rows


class BankFileOf:
    """Writes the sum of the transfers."""

    def write(self, file: Any) -> bytes:
        return str(sum(one.amount for one in file.transfers)).encode()


def _timer(unit: Any, name: str, subject: UUID) -> None:
    unit.clear_timer(subject, name)
    TIMERS[name](unit, subject)


OPERATIONS = {
    "eligible": 14,
    "enrolled": 12,
    "ended": 5,
    "not_completed": 2,
    "verified": 10,
    "late_facts": 8,
    "born_anew": 6,
    "claim": 9,
    "claim_step": 20,
    "run_step": 24,
    "register_asked": 10,
    "limit": 2,
    "limit_decided": 3,
    "time_passes": 2,
}


@pytest.mark.parametrize("operations", [1_000, pytest.param(10_000, marks=pytest.mark.drill)])
def test_no_random_walk_with_crashes_ever_leaves_money_wrong(world, operations):
    seed = int(os.environ.get("ILA_WALK_SEED") or random.SystemRandom().getrandbits(32))
    print(f"ILA_WALK_SEED={seed}")
    walk = Walk(world, seed)
    number, operation = 0, "beginning"
    try:
        for number in range(1, operations + 1):
            operation = walk.step()
            if number % VERIFY_EVERY == 0:
                walk.verify()
        walk.settle_down()
        walk.look()
        walk.verify()
    except AssertionError as wrong:
        raise AssertionError(f"ILA_WALK_SEED={seed}, step {number} ({operation}): {wrong}") from wrong
    finally:
        walk.stop()
    reached = dict(world.sql("SELECT reason, count(*) FROM ledger_entry GROUP BY reason"))
    refused = dict(world.sql("SELECT reason, count(*) FROM hold_request GROUP BY reason"))
    print(f"{operations} operations", reached, refused, dict(walk.count), dict(walk.crashes.count))
    assert reached.keys() >= {"budget", "hold", "commitment", "release"}
    assert operations < 10_000 or reached.keys() >= {"settlement", "expiry", "recovery"}
    assert "double-funding" in refused
    assert walk.crashes.count.keys() == {"process", "connection"}
