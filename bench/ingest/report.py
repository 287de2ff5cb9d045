"""The result for a person: each figure beside its goal, and what the machine was doing."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from bench.ingest.resources import per_million, shares

GOAL_OF_SUB = 0.7  # of mosquitto_sub's drain, one worker
GOAL_OF_ONE = 1.6  # two workers, of one
GOAL_OF_COPY = 0.6  # of plain COPY, batches of an hour
GOAL_P99_S = 1.0
GOAL_MB, GOAL_MB_PER_MILLION = 150.0, 60.0  # peak memory: base, and for each million devices

_DEVICES_A_GATEWAY = 4


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The whole result, part by part; ratios are of medians."""
    estate = result["estate"]
    yield (
        f"{estate['gateways']:,} gateways of {_DEVICES_A_GATEWAY} devices, registered in "
        f"{estate['took_s']:.0f} s; one resend in twenty messages; TimescaleDB with fsync, "
        "Mosquitto, loopback"
    )
    for part, said in _PARTS.items():
        if part in result:
            yield ""
            yield from said(result)


def _copy(result: dict[str, Any]) -> Iterator[str]:
    copy = result["copy"]
    yield "COPY into the hypertables, rows/s (min, median, max)"
    for samples in ("single", "batch"):
        rows = copy["batch_rows"][samples]
        for way in ("plain", "staged"):
            rates = [one[way] for one in copy[samples]]
            yield f"  {way:6s} batches of {rows:6,d}  {_spread(rates)}"


def _drain(result: dict[str, Any]) -> Iterator[str]:
    drain = result["drain"]
    ours, theirs = drain["ingest"], drain["mosquitto_sub"]
    up = drain["start_up"]
    yield (
        f"start of a worker: connected after {up['connected_after_s']:.1f} s, at rest after "
        f"{up['quiet_after_s']:.1f} s, {up['cpu_s']:.1f} CPU s until then"
    )
    yield "drain of single samples, messages/s (min, median, max)"
    yield f"  mosquitto_sub   {_spread(_rates(theirs))}"
    yield from _costs(theirs)
    yield f"  one worker      {_spread(_rates(ours))}"
    yield from _costs(ours)
    yield _ratio("one worker to mosquitto_sub", ours, theirs, GOAL_OF_SUB)
    yield _bytes(ours)
    yield _memory(max(one["peak_mb"] for one in ours), result)
    yield from _missing(ours)


def _two(result: dict[str, Any]) -> Iterator[str]:
    one, two = result["two"]["one"], result["two"]["two"]
    yield "drain of single samples in a shared group, messages/s (min, median, max)"
    yield f"  one worker      {_spread(_rates(one))}"
    yield from _costs(one)
    yield f"  two workers     {_spread(_rates(two))}"
    yield from _costs(two)
    yield _ratio("two workers to one", two, one, GOAL_OF_ONE)
    yield from _missing([*one, *two])


def _batches(result: dict[str, Any]) -> Iterator[str]:
    ours = result["batches"]["ingest"]
    yield "drain of hours (60 samples a message), rows/s (min, median, max)"
    yield f"  one worker      {_spread([one['rows_per_s'] for one in ours])}"
    yield from _costs(ours)
    if "copy" in result:
        plain = [one["plain"] for one in result["copy"]["batch"]]
        ratio = median(one["rows_per_s"] for one in ours) / median(plain)
        yield f"  to plain COPY: {ratio:.2f} (goal {GOAL_OF_COPY} or more)"
    yield _bytes(ours)
    yield from _missing(ours)


def _live(result: dict[str, Any]) -> Iterator[str]:
    live = result["live"]
    yield (
        f"live: {live['sent_per_s']:,.0f} messages/s for {live['seconds']:.0f} s "
        f"({live['messages_per_s']:,.0f} wanted: 500,000 homes)"
    )
    yield (
        f"  publish to receipt   {_lag(live['lag_s']['all'])} (goal: p99 {GOAL_P99_S:.0f} s "
        "or less)"
    )
    for name, told in live["worker_lag_s"].items():
        yield f"  by the worker, {name:8s} p50 <= {told['p50']:.2f} s, p99 <= {told['p99']:.2f} s"
    for minute in ("first_minute", "last_minute"):
        standing = live[minute]
        yield (
            f"  {minute.replace('_', ' '):12s} backlog {standing['backlog_messages']:,.0f} "
            f"messages, memory {standing['memory_mb']:.0f} MB, {_lag(live['lag_s'][minute])}"
        )
    yield f"  CPU s per million messages: {_by_name(live['cpu_s_per_million'], '.1f')}"
    yield f"  cores in use: {_by_name(live['cores'], '.2f')}"
    yield _memory(live["peak_mb"], result)
    yield _bytes([live])
    yield f"  without a receipt: {live['without_receipt']:,} of {live['fresh']:,}"
    beside = live["beside_replay"]
    if beside:
        yield (
            f"  beside a gateway that replays a year: {beside['replayed']:,} of "
            f"{beside['samples']:,} samples in {beside['took_s']:.0f} s; live "
            f"{_lag(beside['lag_s'])}"
        )


def _peers(result: dict[str, Any]) -> Iterator[str]:
    yield "others on the same messages, single samples; no gate, no receipts, no check of values"
    for name, goal, words in _PEERS:
        peer = result["peers"][name]
        if peer is None:
            yield f"  {name}: not installed ({words})"
            continue
        rate = peer["messages_per_s"]
        told = f"  {name} ({words}): {rate:,.0f} messages/s"
        if peer["rows"] < peer["rows_due"]:
            told += f", {peer['rows_due'] - peer['rows']:,} of {peer['rows_due']:,} rows missing"
        if "drain" in result:
            ratio = median(_rates(result["drain"]["ingest"])) / rate
            told += f"; one worker of ours to it: {ratio:.2f} (goal {goal} or more)"
        yield told


_PEERS = (
    ("pathway", 1.2, "licence BSL 1.1; keeps every duplicate; BENCH_PATHWAY_PYTHON"),
    ("node_red", 2.5, "licence Apache-2.0; acknowledges before it writes; BENCH_NODE_RED"),
)
_PARTS = {
    "copy": _copy,
    "drain": _drain,
    "two": _two,
    "batches": _batches,
    "live": _live,
    "peers": _peers,
}


def _rates(results: Sequence[dict[str, Any]]) -> list[float]:
    return [one["messages_per_s"] for one in results]


def _ratio(
    name: str, ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]], goal: float
) -> str:
    ratio = median(_rates(ours)) / median(_rates(theirs))
    return f"  {name}: {ratio:.2f} (goal {goal} or more)"


def _spread(rates: Sequence[float]) -> str:
    return f"{min(rates):10,.0f} {median(rates):10,.0f} {max(rates):10,.0f}"


def _lag(lag_s: dict[str, float]) -> str:
    return f"p50 {lag_s['p50']:.3f} s, p99 {lag_s['p99']:.3f} s, most {lag_s['max']:.2f} s"


def _costs(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    cpu_s = {name: sum(one["cpu_s"][name] for one in results) for name in results[0]["cpu_s"]}
    took_s = sum(one["took_s"] for one in results)
    messages = sum(one["messages"] for one in results)
    yield f"    cores in use: {_by_name(shares(cpu_s, took_s), '.2f')}"
    yield f"    CPU s per million messages: {_by_name(per_million(cpu_s, messages), '.1f')}"


def _bytes(results: Sequence[dict[str, Any]]) -> str:
    rows = sum(one["rows"] for one in results) or 1
    table = sum(one["table_bytes"] for one in results) / rows
    wal = sum(one["wal_bytes"] for one in results) / rows
    return f"  bytes a stored sample: {table:.0f} in table and index, {wal:.0f} of WAL"


def _missing(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    sent = sum(one["fresh"] for one in results)
    receipts = sum(one["without_receipt"] for one in results)
    rows = sum(one["rows_missing"] for one in results)
    yield f"  without a receipt: {receipts:,} of {sent:,}; rows missing: {rows:,}"
    disturbed = sum(one["reconnects"] > 0 for one in results)
    if disturbed:
        yield (
            f"  in {disturbed} of {len(results)} drains the queue filled too slowly for the "
            "keepalive of the worker held still: it connected anew within the time measured"
        )


def _memory(peak_mb: float, result: dict[str, Any]) -> str:
    devices = result["estate"]["gateways"] * _DEVICES_A_GATEWAY
    goal = GOAL_MB + GOAL_MB_PER_MILLION * devices / 1e6
    return f"  peak memory of a worker: {peak_mb:.0f} MB (goal {goal:.0f} or less)"


def _by_name(values: dict[str, float], form: str) -> str:
    return ", ".join(f"{name} {value:{form}}" for name, value in values.items())
