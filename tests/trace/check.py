"""Checks a trace: check.py FILE [--killed] PHASE...

Every call must have each PHASE, its phases must lie inside the call's own event and follow one another without
overlapping. With --killed the closing bracket may be missing, as may a call's own event.
"""
import json
import sys

ORDER = ["capture", "hash", "upload", "schedule", "pull", "start", "fetch", "load", "run", "return", "decode"]


def fail(text):
    sys.exit(f"check.py: {text}")


def main():
    path, wanted = sys.argv[1], [a for a in sys.argv[2:] if not a.startswith("--")]
    killed = "--killed" in sys.argv
    text = open(path).read()
    if killed and not text.rstrip().endswith("]"):
        text += "]"
    events = json.loads(text)
    tracks = {}
    for event in events:
        if event["ph"] == "X":
            tracks.setdefault((event["pid"], event["tid"]), []).append(event)
    if not tracks:
        fail("no calls")
    for track, spans in tracks.items():
        calls = [e for e in spans if e["cat"] == "call"]
        phases = [e for e in spans if e["cat"] != "call"]
        if len(calls) != 1 and not killed:
            fail(f"track {track} has {len(calls)} calls")
        names = [e["name"] for e in phases]
        for name in names:
            if name not in ORDER:
                fail(f"unknown phase {name}")
        for name in wanted:
            if name not in names:
                fail(f"track {track}: no phase {name}, only {names}")
        phases.sort(key=lambda e: (e["ts"], e["ts"] + e["dur"]))
        for one, other in zip(phases, phases[1:]):
            if one["ts"] + one["dur"] > other["ts"] + 0.01:
                fail(f"{one['name']} overlaps {other['name']}: {one} {other}")
        for call in calls:
            for e in phases:
                if e["ts"] < call["ts"] - 0.01 or e["ts"] + e["dur"] > call["ts"] + call["dur"] + 0.01:
                    fail(f"{e['name']} lies outside its call: {e} {call}")
            for key in ("function", "id", "status", "files", "cached files", "bytes staged", "traceparent"):
                if key not in call["args"]:
                    fail(f"a call without {key}")
    print(f"check.py: {path}: {len(tracks)} calls")


main()
