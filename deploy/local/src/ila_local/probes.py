"""How the runner sees that something is ready: each probe says what is missing, None when nothing is."""

import asyncio

from ila_local.process import Probe


def http(port: int, path: str = "/health/ready") -> Probe:
    """Ready when the process answers 200 there."""

    async def probe() -> str | None:
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        status, _, rest = (await _ask(port, request)).partition("\r\n")
        return None if " 200 " in status else f"{path} answers {status} {rest.rpartition(chr(10))[2]}"

    return probe


def valkey(port: int, password: str) -> Probe:
    """Ready when the store has loaded its data and answers a ping."""

    async def probe() -> str | None:
        answer = await _ask(port, f"AUTH {password}\r\nPING\r\nQUIT\r\n")
        return None if "+PONG" in answer else f"the store answers {answer.strip()!r}"

    return probe


async def _ask(port: int, request: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.encode())
        return (await reader.read(10_000)).decode("utf-8", "replace")
    finally:
        writer.close()
