#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares two results of `groundshift bench --json`: medians, ratios, spread, and which changes exceed the noise.

compare_bench.py A.json B.json [--fail-above PERCENT]
    One line a job that both have (same scene size, bands, codec and job): median seconds of A and B, B over A, the
    spread of each (largest minus smallest run, in percent of the median), time over floor, peak memory, and a verdict:
      faster, slower   every run of one is faster than every run of the other, and the medians differ by more than
                       half of the larger spread: the change exceeds the noise
      as before        the runs overlap
      other pixels     the two gave different pixels: times of different work are not compared
    --fail-above: exit 1 when a job is slower beyond the noise by more than PERCENT, or gave other pixels.
compare_bench.py --self-test
    Made-up results: what must be told is told.

Exit 2: a file that is no bench result, or two without a job in common.
"""
import argparse
import copy
import json
import statistics
import sys


def key_of(scene, job):
    return (tuple(scene["size"]), scene["bands"], scene["type"], scene["codec"], job["name"], job["method"])


def jobs_of(result):
    """Every job of a result by what makes two of them the same work; and whether it ran on the same inputs is told by
    its pixels."""
    return {key_of(scene, job): job for scene in result["scenes"] for job in scene["jobs"]}


def read(path):
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    if result.get("format") != 1 or "scenes" not in result:
        raise ValueError(f"{path}: is no result of `groundshift bench --json` of format 1")
    return result


def seconds(job):
    return sorted(run["wall_s"] for run in job["runs"])


def spread(times):
    return (times[-1] - times[0]) / statistics.median(times)


def compare(job_a, job_b):
    """Verdict and ratio of medians."""
    a, b = seconds(job_a), seconds(job_b)
    ratio = statistics.median(b) / statistics.median(a)
    if job_a["pixel_hash"] != job_b["pixel_hash"]:
        return "other pixels", ratio
    apart = a[-1] < b[0] or b[-1] < a[0]
    if not apart or abs(ratio - 1) <= max(spread(a), spread(b)) / 2:
        return "as before", ratio
    return ("slower" if ratio > 1 else "faster"), ratio


def machine_of(result):
    machine = result["machine"]
    devices = ", ".join(device["name"] for device in machine["devices"]) or "no device"
    return f"{machine['cpu']}, {machine['threads']} threads, {devices}"


def report(result_a, result_b, fail_above=None, out=sys.stdout):
    """Prints the table; True when it is to fail."""
    jobs_a, jobs_b = jobs_of(result_a), jobs_of(result_b)
    common = [key for key in jobs_a if key in jobs_b]
    if not common:
        raise ValueError("the two results have no job in common")
    for name, result in (("A", result_a), ("B", result_b)):
        print(f"{name}: groundshift {result['groundshift']['version']}, commit {result['groundshift']['commit']}, "
              f"{machine_of(result)}", file=out)
    if machine_of(result_a) != machine_of(result_b):
        print("the machines differ: ratios say nothing about the program; compare time over floor", file=out)
    print(f"{'scene':<22}{'job':<10}{'A s':>9}{'B s':>9}{'B/A':>7}{'spread A':>10}{'spread B':>10}"
          f"{'x floor A':>11}{'B':>6}{'MiB A':>8}{'B':>7}  verdict", file=out)
    failed = False
    for key in common:
        a, b = jobs_a[key], jobs_b[key]
        verdict, ratio = compare(a, b)
        (width, height), bands = key[0], key[1]
        peaks = [job["median"]["peak_memory_bytes"] >> 20 for job in (a, b)]
        print(f"{f'{width}x{height}x{bands}':<22}{key[4]:<10}{statistics.median(seconds(a)):>9.3f}"
              f"{statistics.median(seconds(b)):>9.3f}{ratio:>7.2f}{100 * spread(seconds(a)):>8.1f} %"
              f"{100 * spread(seconds(b)):>8.1f} %{a['time_over_floor']:>11.2f}{b['time_over_floor']:>6.2f}"
              f"{peaks[0]:>8}{peaks[1]:>7}  {verdict}", file=out)
        if fail_above is not None:
            too_slow = verdict == "slower" and 100 * (ratio - 1) > fail_above
            failed = failed or too_slow or verdict == "other pixels"
    for name, jobs, others in (("A", jobs_a, jobs_b), ("B", jobs_b, jobs_a)):
        alone = [key[4] for key in jobs if key not in others]
        if alone:
            print(f"only in {name}: {', '.join(alone)}", file=out)
    return failed


def made_up(times, pixels="aa"):
    runs = [{"wall_s": t, "cpu_s": t, "peak_memory_bytes": 1 << 28} for t in times]
    job = {"name": "cva", "method": "regression, cva, smooth 1", "runs": runs, "pixel_hash": pixels,
           "median": {"wall_s": statistics.median(times), "peak_memory_bytes": 1 << 28}, "time_over_floor": 1.5}
    scene = {"size": [64, 64], "bands": 4, "type": "UInt16", "codec": "deflate", "jobs": [job]}
    machine = {"cpu": "made up", "threads": 2, "devices": []}
    return {"format": 1, "groundshift": {"version": "0", "commit": "0"}, "machine": machine, "scenes": [scene]}


def self_test():
    wrong = []
    base = [1.00, 1.01, 1.02, 1.03, 1.04]
    cases = [
        ("slower", [1.2, 1.21, 1.22, 1.23, 1.24], "aa", "slower", 10, True),
        ("slower, but allowed", [1.2, 1.21, 1.22, 1.23, 1.24], "aa", "slower", 30, False),
        ("faster", [0.5, 0.51, 0.52, 0.53, 0.54], "aa", "faster", 10, False),
        ("the same", base, "aa", "as before", 0, False),
        ("noise: one run is as fast", [1.03, 1.3, 1.31, 1.32, 1.33], "aa", "as before", 10, False),
        ("noise: apart by less than the spread", [1.05, 1.06, 1.07, 1.2, 1.3], "aa", "as before", 1, False),
        ("other pixels", base, "bb", "other pixels", 1000, True),
    ]
    class Nowhere:
        def write(self, _):
            pass
    for name, times, pixels, verdict, limit, fails in cases:
        a, b = made_up(base), made_up(times, pixels)
        got = compare(a["scenes"][0]["jobs"][0], b["scenes"][0]["jobs"][0])[0]
        if got != verdict:
            wrong.append(f"{name}: expected {verdict}, got {got}")
        if report(a, b, limit, Nowhere()) != fails:
            wrong.append(f"{name}: --fail-above {limit} should {'' if fails else 'not '}fail")
        if report(a, b, None, Nowhere()):
            wrong.append(f"{name}: fails without --fail-above")
    other = copy.deepcopy(made_up(base))
    other["scenes"][0]["jobs"][0]["name"] = "mad"
    try:
        report(made_up(base), other, None, Nowhere())
        wrong.append("two results without a job in common are compared")
    except ValueError:
        pass
    print("\n".join(wrong) or f"compare_bench: {len(cases)} made-up comparisons are told as they are")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", nargs="?")
    parser.add_argument("b", nargs="?")
    parser.add_argument("--fail-above", type=float, metavar="PERCENT")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.b is None:
        parser.error("two results are needed")
    try:
        return 1 if report(read(arguments.a), read(arguments.b), arguments.fail_above) else 0
    except (OSError, ValueError, KeyError) as error:
        print(f"compare_bench: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
