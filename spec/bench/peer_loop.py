"""A peer's answers to the lines that wick_side.lua describes."""
import glob
import sys
import time


def memory(field):
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    return 0


def forget_peak():
    """The most memory counts from now on."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def waited():
    """Seconds that this process's threads have waited for a core."""
    total = 0
    for name in glob.glob("/proc/self/task/*/schedstat"):
        with open(name) as file:
            total += int(file.read().split()[1])
    return total / 1e9


def sample(step, count):
    before, start = waited(), time.perf_counter()
    for _ in range(count):
        step()
    elapsed = time.perf_counter() - start
    return elapsed / count * 1000, (waited() - before) / elapsed


def serve(prepare):
    """Answers until the input ends; prepare(kind, name, mode, batch, shape) returns a step."""
    base, step = memory("VmRSS"), None
    for line in sys.stdin:
        word, *case = line.rstrip("\n").split("\t")
        if word == "case":
            step = None
            forget_peak()
            step = prepare(case[0], case[1], case[2], int(case[3]), case[4])
            for _ in range(2):
                step()
            answer = 0, 0
        elif word == "peak":
            answer = memory("VmHWM"), base
        else:
            answer = sample(step, int(word))
        print(f"{answer[0]:.6f} {answer[1]:.6f}", flush=True)
