"""Plain HTTP/1.1 from a few threads over kept connections, made beforehand: the client should cost
as little as it can, because it stands on the same two cores as the server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Figures:
    """`seconds` are those of each answer; `failed` were not 200."""

    seconds: tuple[float, ...]
    failed: int
    lasted: float

    @property
    def a_second(self) -> float:
        return len(self.seconds) / self.lasted

    def shown(self) -> dict[str, float]:
        if len(self.seconds) < 2:
            return {"answers": len(self.seconds), "failed": self.failed}
        return {
            "answers": len(self.seconds),
            "failed": self.failed,
            "a_second": round(self.a_second, 1),
            "p50_ms": round(median(self.seconds) * 1000, 2),
            "p95_ms": round(quantiles(self.seconds, n=20)[-1] * 1000, 2),
        }


def drive(port: int, requests: Sequence[bytes], *, clients: int, seconds: float) -> Figures:
    """Each client sends one after the other until time or requests are over."""
    waiting, guard = iter(requests), threading.Lock()
    taken: list[list[float]] = [[] for _ in range(clients)]
    failed = [0] * clients
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reading = connection.makefile("rb")
        for raw in _shared(waiting, guard):
            began = time.perf_counter()
            if began > end:
                break
            connection.sendall(raw)
            status, length = b"", 0
            while (line := reading.readline()) not in (b"\r\n", b""):
                status = status or line
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
            reading.read(length)
            taken[number].append(time.perf_counter() - began)
            failed[number] += b" 200 " not in status
        connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - began
    return Figures(tuple(one for some in taken for one in some), sum(failed), lasted)


def _shared(waiting: Iterator[bytes], guard: threading.Lock) -> Iterator[bytes]:
    while True:
        with guard:
            one = next(waiting, None)
        if one is None:
            return
        yield one
