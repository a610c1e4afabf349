# gradescope.py: is results.json as Gradescope's autograder specification has it?
import json
import sys

r = json.load(open(sys.argv[1]))
visibilities = {"hidden", "after_due_date", "after_published", "visible"}
assert isinstance(r["score"], (int, float)) and isinstance(r["execution_time"], int)
assert isinstance(r["output"], str) and isinstance(r["leaderboard"], list)
assert r["visibility"] in visibilities and r["stdout_visibility"] in visibilities
assert r["tests"]
for t in r["tests"]:
    assert set(t) == {"score", "max_score", "status", "name", "number", "output", "tags", "visibility"}, t
    assert 0 <= t["score"] <= t["max_score"] and t["status"] in {"passed", "failed"}
    assert t["visibility"] in visibilities and all(isinstance(x, str) for x in t["tags"])
    assert isinstance(t["name"], str) and isinstance(t["number"], str) and isinstance(t["output"], str)
assert sum(t["score"] for t in r["tests"]) == r["score"]
