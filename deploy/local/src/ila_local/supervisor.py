"""Starts the processes of a table, keeps them alive, and stops them in order."""

import asyncio
import time
from collections.abc import Callable, Iterable

from ila_local.errors import CannotRun
from ila_local.process import Floor, Life, Process

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
PROBE_PAUSE, PROBE_LIMIT = 0.1, 5.0
TRIES_TO_START = 5

Log = Callable[[str, str], None]
Changed = Callable[[list[Life]], None]


class Supervisor:
    """Runs a table of processes. Use it from one event loop, in the main thread.

    `log` gets each line with the role it is of; `changed` gets the processes that run whenever one comes or
    goes. `failed` ends with the reason when the suite cannot go on.
    """

    def __init__(self, table: Iterable[Process], data_dir: str, log: Log, changed: Changed):
        self._table = tuple(table)
        self._data_dir = data_dir
        self._log = log
        self._changed = changed
        self._lives: dict[str, Life] = {}
        self._ready = {process.role: asyncio.Event() for process in self._table}
        self._complaints = {process.role: "it has not started" for process in self._table}
        self._keepers: list[asyncio.Task[None]] = []
        self._copiers: set[asyncio.Task[None]] = set()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def living(self) -> list[Life]:
        """Return the processes that run now."""
        return [life for life in self._lives.values() if not life.ended.done()]

    async def start(self, limit: float) -> None:
        """Start all, each when what it needs is ready; return when all are. Raises CannotRun."""
        self._keepers = [asyncio.create_task(self._guarded(process)) for process in self._table]
        everybody: asyncio.Future[None] = asyncio.create_task(self._all_ready())
        try:
            await asyncio.wait([everybody, self.failed], timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if self.failed.done():
                self.failed.result()
            if not everybody.done():
                raise CannotRun(f"Not ready after {limit:.0f} s: {self._unready()}.")
        finally:
            everybody.cancel()

    async def _all_ready(self) -> None:
        for event in self._ready.values():
            await event.wait()

    def _unready(self) -> str:
        late = [role for role, event in self._ready.items() if not event.is_set()]
        return "; ".join(f"{role} ({self._complaints[role]})" for role in late)

    async def _guarded(self, process: Process) -> None:
        """Keep a process; a fault that keeping cannot mend ends the suite."""
        try:
            await self._keep(process)
        except OSError as fault:
            self._fail(CannotRun(f"{process.role} could not start: {fault}."))
        except Exception as fault:
            self._fail(fault)

    def _fail(self, fault: Exception) -> None:
        if not self.failed.done():
            self.failed.set_exception(fault)

    async def _keep(self, process: Process) -> None:
        for need in process.needs:
            await self._ready[need].wait()
        if process.probe is None:
            await self._run_task(process)
            return
        pause, failures = FIRST_PAUSE, 0
        while True:
            was_ready, ending = await self._live(process)
            pause, failures = (FIRST_PAUSE, 0) if was_ready else (pause, failures + 1)
            if failures >= TRIES_TO_START and not self._ready[process.role].is_set():
                raise CannotRun(f"{process.role} does not start; the last of {failures} times it {ending}.")
            self._log(process.role, f"{ending}; it starts again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _run_task(self, process: Process) -> None:
        life = await self._begin(process)
        if code := await asyncio.shield(life.ended):
            raise CannotRun(f"{process.role} ended with {code}: see its lines above.")
        self._ready[process.role].set()

    async def _live(self, process: Process) -> tuple[bool, str]:
        """Run one life of a process; return whether it became ready, and how it ended."""
        try:
            life = await self._begin(process)
        except OSError as fault:
            return False, f"could not start ({fault})"
        watch = asyncio.create_task(self._watch(process))
        try:
            code = await asyncio.shield(life.ended)
        finally:
            became_ready = watch.done()
            watch.cancel()
        self._changed(self.living())
        return became_ready, f"ended with {code}"

    async def _begin(self, process: Process) -> Life:
        if process.before:
            await asyncio.to_thread(process.before)
        life = self._lives[process.role] = Life.start(process, self._data_dir)
        copier = asyncio.create_task(self._copy_lines(life))
        self._copiers.add(copier)
        copier.add_done_callback(self._copiers.discard)
        self._changed(self.living())
        return life

    async def _watch(self, process: Process) -> None:
        """Return as soon as the process is ready."""
        started = time.monotonic()
        while complaint := await _complaint(process):
            self._complaints[process.role] = complaint
            await asyncio.sleep(PROBE_PAUSE)
        if self._ready[process.role].is_set():
            self._log(process.role, f"ready again after {time.monotonic() - started:.1f} s")
        self._ready[process.role].set()

    async def _copy_lines(self, life: Life) -> None:
        async for line in life.lines():
            self._log(life.process.role, line)

    async def stop(self) -> list[str]:
        """Stop all, floor by floor; return the roles that had to be killed."""
        self.failed.cancel()
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        killed: list[str] = []
        for floor in Floor:
            lives = [life for life in self.living() if life.process.floor == floor]
            killed += filter(None, await asyncio.gather(*map(_stop, lives)))
        if self._copiers:
            await asyncio.wait(self._copiers, timeout=1)
        return killed


async def _complaint(process: Process) -> str | None:
    """Return why the process is not ready; None when it is."""
    try:
        async with asyncio.timeout(PROBE_LIMIT):
            return await process.probe() if process.probe else None
    except Exception as fault:  # whatever a probe trips over, the process is not ready
        return f"it does not answer: {type(fault).__name__}"


async def _stop(life: Life) -> str | None:
    """Stop a process; return its role when it had to be killed."""
    life.signal()
    done, _ = await asyncio.wait([life.ended], timeout=life.process.grace)
    if done:
        return None
    life.kill_group()
    await life.ended
    return life.process.role
