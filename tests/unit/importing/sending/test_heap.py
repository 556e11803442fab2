"""Threads that share a heap: what the C library itself tells of its heaps."""

from __future__ import annotations

import platform

import pytest
from sandbox_served import python_process

THREADS = """
import ctypes, sys, threading
from contactctl.importing.sending.heap import share_heap

if sys.argv[1] == "shared":
    assert share_heap()
began, ended = threading.Barrier(5), threading.Event()

def work():
    kept = bytearray(2000)
    began.wait()
    ended.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
began.wait()
libc = ctypes.CDLL(None)
stdout = ctypes.c_void_p.in_dll(libc, "stdout")
libc.malloc_info(0, stdout)
libc.fflush(stdout)
ended.set()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has one heap")
@pytest.mark.parametrize(("word", "is_one"), [("shared", True), ("apart", False)])
def test_threads_share_a_heap(word: str, *, is_one: bool) -> None:
    with python_process(THREADS, word) as process:
        out, _ = process.communicate(timeout=30)
    assert (out.count("<heap nr=") == 1) == is_one
