"""JavaScript in a process of its own: what V8 does to memory, and how it ends, does not touch ours.

In our own process V8 waited at the end for a thread that was gone, or broke down freeing its memory, as the machine
would have it. Here its process is told to stop, and nothing of it is freed.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading


class Engine:
    """A JavaScript engine that lives as long as this program. Calls come one after the other, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # -P: what lies in the folder one stands in is not imported
        self._process = subprocess.Popen(  # noqa: S603 - nothing of it comes from outside
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        atexit.register(self.close)

    def eval(self, code: str) -> object:
        """Run code and give its value, as JSON can hold it; raises RuntimeError where it fails."""
        return self._ask("eval", code)

    def call(self, function: str, *arguments: object) -> object:
        """Call a function of what was run before; raises as `eval`."""
        return self._ask("call", function, *arguments)

    def close(self) -> None:
        """Stop; a second time does nothing."""
        atexit.unregister(self.close)
        self._process.kill()
        with contextlib.suppress(OSError), self._process:  # closes what leads to it, and waits
            pass

    def _ask(self, *words: object) -> object:
        answer = ""
        # where it has ended, its silence tells
        with self._lock, contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the JavaScript engine has ended")
        told = json.loads(answer)
        if "fails" in told:
            raise RuntimeError(told["fails"])
        return told["gives"]


def main() -> None:
    """Do what stands on each line of the input, until it ends."""
    from py_mini_racer import MiniRacer  # noqa: PLC0415 - only here

    racer = MiniRacer()
    for line in sys.stdin:
        verb, *words = json.loads(line)
        try:
            value = racer.eval(*words) if verb == "eval" else racer.call(*words)
            answer = json.dumps({"gives": value if isinstance(value, str | int | float | bool) else None})
        except Exception as error:  # noqa: BLE001 - told on the other side
            answer = json.dumps({"fails": str(error)})
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
