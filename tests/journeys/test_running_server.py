"""What only a running server shows: what it refuses unread, what its processes share, what its worker does."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

MB = 2**20


@contextmanager
def process(site, *words, **env):
    """Run another process of the site; give it, and end it."""
    run = subprocess.Popen(
        [sys.executable, "-m", "zhiheng.config.command_line", *words],
        env=site.env | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield run
    finally:
        if run.poll() is None:
            run.kill()
            run.wait(10)
        run.stdout.close()


def memory(pid):
    """Give the most memory that a process has ever had, in megabytes."""
    told = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def send(url, head, blocks):
    """Send a request block by block; give the answer, and how many megabytes were sent before it came."""
    parts = urlsplit(url)
    wire = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    wire.putrequest("POST", "/language/")
    for name, value in head.items():
        wire.putheader(name, value)
    wire.endheaders()
    sent = 0
    try:
        for block in blocks:
            wire.send(block)
            sent += 1
    except OSError:
        pass  # the server has closed its ear; what it said can still be read
    answer = wire.getresponse()
    said = answer.read().decode()
    wire.close()
    return answer, said, sent


def chunked(blocks):
    yield from (f"{len(block):x}\r\n".encode() + block + b"\r\n" for block in blocks)
    yield b"0\r\n\r\n"


@pytest.mark.sqlite
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("way", ["told", "chunked"])
def test_an_upload_of_500_mb_is_refused_early_and_not_kept(world, tmp_path, way):
    with process(world, "serve", "--port", "0", TMPDIR=str(tmp_path)) as server:
        url = server.stdout.readline().strip()
        before = memory(server.pid)
        blocks = (bytes(MB) for _ in range(500))
        if way == "told":
            answer, said, sent = send(url, {"Content-Length": str(500 * MB)}, blocks)
            assert sent < 20
        else:
            answer, said, sent = send(url, {"Transfer-Encoding": "chunked"}, chunked(blocks))
            assert sent < 80
        assert answer.status == 413
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "一次提交不能超过 60 MB。请" in said
        assert "One request may hold 60 MB." in said
        assert memory(server.pid) - before < 30
        kept = sum(each.stat().st_size for each in tmp_path.rglob("*") if each.is_file())
        assert kept < 20 * MB
        # and it goes on answering
        wire = http.client.HTTPConnection(urlsplit(url).hostname, urlsplit(url).port, timeout=30)
        wire.request("GET", "/about/")
        assert wire.getresponse().status == 200
        wire.close()


def ask(url):
    parts = urlsplit(url)
    wire = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    wire.request("GET", "/check/?code=ZZZZ-ZZZZ-ZZZZ")
    status = wire.getresponse().status
    wire.close()
    return status


def test_two_processes_count_together_how_often_somebody_asks(site):
    with process(site, "serve", "--port", "0") as other:
        urls = [site.url, other.stdout.readline().strip()]
        answers = [ask(urls[n % 2]) for n in range(30)]
        assert 429 not in answers
        assert [ask(url) for url in urls] == [429, 429]


def test_the_worker_does_what_waits_and_ends_when_told_to(site):
    with process(site, "db_worker", "--interval", "0.2", ZHIHENG_JOBS="worker") as worker:
        site.env["ZHIHENG_JOBS"] = "worker"
        made = site.do("""
            from zhiheng.core.messages.models import Channel, Delivery
            from zhiheng.core.messages.operations import Words, send
            from zhiheng.core.people.models import Account
            from zhiheng.ui.words import Text
            erin = Account.objects.get(username="erin")
            erin.email = "erin@example.org"
            erin.save()
            said = Text("请于周五前确认。", "Please confirm by Friday.")
            send(by=by, to=erin, words=Words(said, said, channels=frozenset({Channel.MAIL})))
            print(Delivery.objects.get().state)
        """)
        assert made.strip() == "waiting"
        for _ in range(60):
            state = site.do(
                "from zhiheng.core.messages.models import Delivery\nprint(Delivery.objects.get().state)"
            ).strip()
            if state != "waiting":
                break
            time.sleep(0.5)
        assert state == "sent"
        letters = list((Path(site.env["ZHIHENG_DATA"]) / "outbox").iterdir())
        assert len(letters) == 1
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
        assert "Traceback" not in worker.stdout.read()
