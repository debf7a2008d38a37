"""All simulators at once, each a process of its own: `python -m tests.all_simulators`.

One import serves them all, which is quicker than eight. It prints how many there are, then a line
`name address` for each as it answers. They end when this process does.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from importlib import import_module

from adapters.simulators import serve


def end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() == 1:
        sys.exit(0)


def main() -> None:
    end_with_parent()
    for name in serve.PORTS:
        import_module(f"adapters.simulators.{'department' if name in serve.NATIVE else name}")
    print(len(serve.PORTS), flush=True)
    for name in serve.PORTS:
        if os.fork() == 0:
            end_with_parent()
            serve.run(name, port=0)
            os._exit(0)
    for _ in serve.PORTS:
        os.wait()


if __name__ == "__main__":
    main()
