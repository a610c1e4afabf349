#!/usr/bin/env bash
# bench.sh: what things cost, in guest instructions, is at or under each goal. The same build has the
# same figures, so a goal that is missed is a change's doing.
. "$(dirname "$0")/../lib.sh"
version=$(tools/i386 gcc -dumpversion)
ok the_bench_runs_to_its_end make -s bench
sed -n '/goals met/s/^/# | /p' "$tmp/out"
met() { python3 -c 'import json, sys; b = json.load(open("build/bench/bench.json")); print(b["met"], "of", b["goals"]); sys.exit(b["met"] != b["goals"])'; }
# The goals are for the code of one compiler.
if [ "$version" = 12 ]; then ok every_goal_is_met met; else echo "# | SKIP: goals are for gcc 12, and this is $version"; fi
done_testing
