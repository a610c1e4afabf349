# results.py FILE: is results.json as its schema has it, and do the points add up? Prints the score.
import json
import os
import sys

import jsonschema

schema = json.load(open(os.path.join(os.path.dirname(__file__), "results.schema.json")))
results = json.load(open(sys.argv[1]))
jsonschema.validate(results, schema)
assert sum(t["score"] for t in results["tests"]) == results["score"], "the points do not add up"
assert all(0 <= t["score"] <= t["max_score"] for t in results["tests"])
print(results["score"])
