#!/usr/bin/env python3
"""The work that the rows and series of the benchmarks compare, as Python's standard library does it, and no other.

    python3 rows.py              does all rows, and prints JSON with every sample
    python3 rows.py submit map   some rows
    python3 rows.py --serve      takes orders from the runner: "submit" opens a row ("submit 10": with another size;
                                 "workers 10 64": and with a parameter) and answers its size; an empty line does its work
                                 once and answers the time of one operation, or several, with spaces between
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


def add_up(count, items):
    return sum(items.get() for _ in range(count))


def check_all(count, items):
    return sum(checksum(items.get()) for _ in range(count))


def echo(count, there, back):
    for _ in range(count):
        back.put(there.get())
    return count


def answer_questions(count, question, answer):
    for _ in range(count):
        question.wait()
        question.clear()
        answer.set()
    return count


def take_turns(count, changed, their_turn, mine):
    for _ in range(count):
        with changed:
            while their_turn.value != mine:
                changed.wait()
            their_turn.value = not mine
            changed.notify()
    return count


def meet(count, barrier):
    return sum(barrier.wait() for _ in range(count))


def spin(number, nanoseconds):
    """Keeps a processor busy."""
    end = perf_counter_ns() + nanoseconds
    while perf_counter_ns() < end:
        pass
    return number + 1


def spin_each(pair):
    return spin(*pair)


def idle(connection):
    connection.recv()


def live(rounds, answers, part, arguments):
    """Does its part in rounds, as often as it is told, and says what came of each."""
    while (count := rounds.get()) > 0:
        answers.put(part(count, *arguments))


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
def imap(size, workers=WORKERS):
    with get_context("forkserver").Pool(workers) as pool:
        yield lambda: timed(size, sum_of_increments(size), lambda: sum(pool.imap(increment, range(size))))


@contextmanager
def pool_by_length(size, micros):
    tasks = [(number, 1_000 * micros) for number in range(size)]
    with get_context("forkserver").Pool(WORKERS) as pool:
        yield lambda: timed(size, sum_of_increments(size), lambda: sum(pool.imap(spin_each, tasks)))


@contextmanager
def latency(size):
    def each():
        start = perf_counter_ns()
        result = workers.submit(one).result()
        elapsed = perf_counter_ns() - start
        if result != 1:
            raise AssertionError(f"the work gave {result} instead of 1")
        return elapsed

    with executor() as workers:
        yield lambda: [each() for _ in range(size)]


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


def take_and_free(size, mutex):
    """For a lock, or for a semaphore."""
    def work():
        count = 0
        for _ in range(size):
            mutex.acquire()
            count += 1
            mutex.release()
        return count

    return lambda: timed(size, size, work)


@contextmanager
def lock(size):
    yield take_and_free(size, get_context("forkserver").Lock())


@contextmanager
def rlock(size):
    yield take_and_free(size, get_context("forkserver").RLock())


@contextmanager
def semaphore(size):
    yield take_and_free(size, get_context("forkserver").Semaphore(1))


@contextmanager
def event(size):
    happened = get_context("forkserver").Event()

    def work():
        count = 0
        for _ in range(size):
            happened.set()
            happened.wait()
            count += happened.is_set()
            happened.clear()
        return count

    yield lambda: timed(size, size, work)


@contextmanager
def shared_long(size):
    number = get_context("forkserver").Value("q", 0)

    def work():
        before = number.value
        for _ in range(size):
            with number.get_lock():
                number.value += 1
        return number.value - before

    yield lambda: timed(size, size, work)


@contextmanager
def companion(part, *arguments):
    """A process that does its part in rounds: begin(count) starts one, finish() says what came of it."""
    context = get_context("forkserver")
    rounds, answers = context.Queue(), context.Queue()
    process = context.Process(target=live, args=(rounds, answers, part, arguments))
    process.start()
    yield rounds.put, answers.get
    rounds.put(0)
    process.join()


@contextmanager
def together(size, expected, mine, part, *arguments):
    """Work for two: mine() here, and part(count, *arguments) in another process; the results are added up."""
    def work():
        begin(size)
        return mine() + finish()

    with companion(part, *arguments) as (begin, finish):
        yield lambda: timed(size, expected, work)


def fill(items, all_items):
    for item in all_items:
        items.put(item)
    return 0


def queue(size, capacity=0):
    items = get_context("forkserver").Queue(capacity)
    return together(size, size * (size - 1) // 2, lambda: fill(items, range(size)), add_up, items)


def queue_bounded(size):
    return queue(size, capacity=1_000)


def simple_queue(size):
    items = get_context("forkserver").SimpleQueue()
    return together(size, size * (size - 1) // 2, lambda: fill(items, range(size)), add_up, items)


def queue_by_size(size, length):
    payload = bytes(number % 251 for number in range(length))
    items = get_context("forkserver").Queue()
    return together(size, size * checksum(payload), lambda: fill(items, (payload for _ in range(size))), check_all, items)


def event_ask(size):
    def ask():
        for _ in range(size):
            question.set()
            answer.wait()
            answer.clear()
        return 0

    context = get_context("forkserver")
    question, answer = context.Event(), context.Event()
    return together(size, size, ask, answer_questions, question, answer)


def condition(size):
    context = get_context("forkserver")
    changed, their_turn = context.Condition(), context.Value("b", False, lock=False)
    return together(
        size, 2 * size, lambda: take_turns(size, changed, their_turn, False), take_turns, changed, their_turn, True)


def barrier(size):
    place = get_context("forkserver").Barrier(2)
    return together(size, size, lambda: meet(size, place), meet, place)


@contextmanager
def queue_paced(size):
    from time import sleep

    def ask(number):
        sleep(PACE)
        return timed(1, number, lambda: there.put(number) or back.get())

    def work():
        begin(size)
        elapsed = sum(ask(number) for number in range(size)) / size
        if finish() != size:
            raise AssertionError("not all numbers came back")
        return elapsed

    context = get_context("forkserver")
    there, back = context.Queue(), context.Queue()
    with companion(echo, there, back) as (begin, finish):
        yield work


@contextmanager
def event_loop():
    """One in a thread of its own."""
    import asyncio
    from threading import Thread
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def increment_there(number):
    return number + 1


@contextmanager
def loop_to_loop(size):
    from asyncio import run_coroutine_threadsafe, wrap_future

    async def ask():
        return sum([await wrap_future(run_coroutine_threadsafe(increment_there(number), there))
                    for number in range(size)])

    with event_loop() as here, event_loop() as there:
        yield lambda: timed(size, sum_of_increments(size), lambda: run_coroutine_threadsafe(ask(), here).result())


@contextmanager
def loop_outside(size):
    from asyncio import run_coroutine_threadsafe

    def ask():
        return sum(run_coroutine_threadsafe(increment_there(number), there).result() for number in range(size))

    with event_loop() as there:
        yield lambda: timed(size, sum_of_increments(size), ask)


@contextmanager
def memory_per_worker(_, count):
    """The bytes of one idle process; pages that several share count in part."""
    from time import sleep

    def proportional(pid):
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

    context = get_context("forkserver")
    start_and_join("forkserver", 1)
    pipes = [context.Pipe() for _ in range(count)]
    processes = [context.Process(target=idle, args=(theirs,)) for _, theirs in pipes]
    for process in processes:
        process.start()

    def measure_memory():
        sleep(0.7)
        return sum(proportional(process.pid) for process in processes) / count

    yield measure_memory
    for ours, _ in pipes:
        ours.send(None)
    for process in processes:
        process.join()


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
    "lock": (lock, 100_000),
    "queue": (queue, 100_000),
    "queue-bounded": (queue_bounded, 100_000),
    "queue-paced": (queue_paced, 50),
    "map": (map_, 200_000),
    "imap": (imap, 5_000),
    "submit": (submit, 1_000),
    "submit-argument": (submit_argument, 1_000),
    "argument": (argument, 8),
    "start": (start, 1),
    "start-8": (start, 8),
    "cold-start-25": (cold_start, 1),
    "cold-start-17": (cold_start, 1),
    "loop": (loop_to_loop, 2_000),
    "loop-outside": (loop_outside, 2_000),
    "rlock": (rlock, 20_000),
    "semaphore": (semaphore, 20_000),
    "event": (event, 20_000),
    "event-ask": (event_ask, 1_000),
    "condition": (condition, 1_000),
    "barrier": (barrier, 1_000),
    "simple-queue": (simple_queue, 50_000),
    "shared-long": (shared_long, 20_000),
}

# name: work, which takes a size and a parameter. Only the runner asks for them.
SERIES = {
    "queue-by-size": queue_by_size,
    "pool-by-length": pool_by_length,
    "workers": imap,
    "memory-per-worker": memory_per_worker,
    "latency": lambda size, _: latency(size),
}


def opened(order):
    """The size and the work of what the order names."""
    if order[0] in SERIES:
        size, parameter = map(int, order[1:])
        return size, SERIES[order[0]](size, parameter)
    work, size = ROWS[order[0]]
    size = int(order[1]) if len(order) > 1 else size
    return size, work(size)


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
        size, work = opened(order)
        with work as sample:
            print(size, flush=True)
            while (order := next(orders, None)) == []:
                print(*figures(sample()), flush=True)


def figures(sample):
    return sample if isinstance(sample, list) else [sample]


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
