#!/usr/bin/env python3
"""The work that BesidePython compares, as Python's multiprocessing does it. Standard library only.

    python3 rows.py              does all rows, and prints JSON with every sample
    python3 rows.py submit map   some rows
    python3 rows.py --serve      takes orders from BesidePython: "submit" opens a row ("submit 10": with another size)
                                 and answers its size; an empty line does its work once and answers the time
"""

# The children import this file, too. What they don't need is imported where it is used: it would double their start.
import sys
from contextlib import contextmanager
from multiprocessing import get_context
from time import perf_counter_ns

VERSION = sys.version.split()[0]
WORKERS = 2
WARMUPS = 5
SAMPLES = 15
PAGE = 4096
PACE = 0.002  # seconds, in which everybody falls asleep


def one():
    return 1


def increment(number):
    return number + 1


def checksum(payload):
    """One byte of each page, so that all of them must have arrived."""
    return len(payload) + sum(payload[::PAGE])


def nothing():
    pass


def consume(there, back):
    """Answers how much each round of items is together, as long as there are rounds."""
    while (count := there.get()) >= 0:
        back.put(sum(there.get() for _ in range(count)))


def echo(there, back):
    while (item := there.get()) >= 0:
        back.put(item)


def timed(operations, expected, work):
    """The nanoseconds of one operation, when work() does so many; not without the right result."""
    start = perf_counter_ns()
    result = work()
    elapsed = perf_counter_ns() - start
    if result != expected:
        raise AssertionError(f"the work gave {result} instead of {expected}")
    return elapsed / operations


def sum_of_increments(size):
    return size * (size + 1) // 2


@contextmanager
def submit(size):
    with executor() as workers:
        yield lambda: timed(size, size, lambda: sum(workers.submit(one).result() for _ in range(size)))


@contextmanager
def submit_argument(size):
    with executor() as workers:
        yield lambda: timed(size, sum_of_increments(size), lambda: sum(
            workers.submit(increment, number).result() for number in range(size)))


@contextmanager
def imap(size):
    with get_context("forkserver").Pool(WORKERS) as pool:
        yield lambda: timed(size, sum_of_increments(size), lambda: sum(pool.imap(increment, range(size))))


@contextmanager
def map_(size):
    with get_context("forkserver").Pool(WORKERS) as pool:
        yield lambda: timed(size, sum_of_increments(size), lambda: sum(pool.map(increment, range(size))))


@contextmanager
def argument(size):
    payload = bytes(number % 251 for number in range(16 << 20))
    with get_context("forkserver").Pool(WORKERS) as pool:
        yield lambda: timed(size, size * checksum(payload), lambda: sum(
            pool.apply(checksum, (payload,)) for _ in range(size)))


@contextmanager
def start(size):
    start_and_join("forkserver", 1)
    yield lambda: timed(1, size, lambda: start_and_join("forkserver", size))


@contextmanager
def cold_start(size):
    from subprocess import check_output
    yield lambda: float(check_output([sys.executable, __file__, "--cold", str(size)]))


@contextmanager
def lock(size):
    mutex = get_context("forkserver").Lock()

    def lock_and_unlock():
        for _ in range(size):
            mutex.acquire()
            mutex.release()
        return size

    yield lambda: timed(size, size, lock_and_unlock)


@contextmanager
def partner(work, capacity):
    """A process that does the work, and the queues that lead there and back."""
    context = get_context("forkserver")
    there, back = context.Queue(capacity), context.Queue()
    process = context.Process(target=work, args=(there, back))
    process.start()
    yield there, back
    there.put(-1)
    process.join()


@contextmanager
def queue(size, capacity=0):
    def transport():
        there.put(size)
        for number in range(size):
            there.put(number)
        return back.get()

    with partner(consume, capacity) as (there, back):
        yield lambda: timed(size, size * (size - 1) // 2, transport)


@contextmanager
def queue_bounded(size):
    with queue(size, capacity=1_000) as sample:
        yield sample


@contextmanager
def queue_paced(size):
    from time import sleep

    def ask(number):
        sleep(PACE)
        return timed(1, number, lambda: there.put(number) or back.get())

    with partner(echo, capacity=0) as (there, back):
        yield lambda: sum(ask(number) for number in range(size)) / size


def executor():
    from concurrent.futures import ProcessPoolExecutor
    return ProcessPoolExecutor(WORKERS, mp_context=get_context("forkserver"))


def start_and_join(method, count):
    """How many of the processes ended well: all are started before the first is waited for."""
    processes = [get_context(method).Process(target=nothing) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(process.exitcode == 0 for process in processes)


# name: work, size. The time is that of one operation; of starts, that of all together.
ROWS = {
    "submit": (submit, 1_000),
    "submit-argument": (submit_argument, 1_000),
    "imap": (imap, 5_000),
    "map": (map_, 200_000),
    "argument": (argument, 8),
    "start": (start, 1),
    "start-8": (start, 8),
    "cold-start": (cold_start, 1),
    "lock": (lock, 100_000),
    "queue": (queue, 200_000),
    "queue-bounded": (queue_bounded, 200_000),
    "queue-paced": (queue_paced, 50),
}


def measure(name):
    work, size = ROWS[name]
    with work(size) as sample:
        for _ in range(WARMUPS):
            sample()
        return {"name": name, "unit": "ns", "size": size, "samples": [sample() for _ in range(SAMPLES)]}


def serve():
    """One line of answer for each line of order, until the orders end."""
    orders = (line.split() for line in sys.stdin)
    print(VERSION, flush=True)
    order = next(orders, None)
    while order:
        work, size = ROWS[order[0]]
        size = int(order[1]) if len(order) > 1 else size
        with work(size) as sample:
            print(size, flush=True)
            while (order := next(orders, None)) == []:
                print(sample(), flush=True)


def main(arguments):
    if arguments == ["--serve"]:
        serve()
    elif arguments[:1] == ["--cold"]:
        size = int(arguments[1])
        print(timed(1, size, lambda: start_and_join("spawn", size)))
    else:
        import json
        rows = [measure(name) for name in arguments or ROWS]
        print(json.dumps({"python": VERSION, "rows": rows}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
