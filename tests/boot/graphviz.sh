#!/usr/bin/env bash
# graphviz.sh: what draw writes as .dot, Graphviz makes the same picture of: the same lines of text at the same heights.
. "$(dirname "$0")/../lib.sh"
seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"
cat >"$tmp/same.py" <<'END'
import sys, xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"

def lines(path):
    """(text, height of its baseline) of each line. Graphviz moves all by the transform of its outermost group."""
    root, dy = tree.parse(path).getroot(), 0.0
    for g in root.findall(SVG + "g"):
        if "translate(" in g.get("transform", ""):
            dy = float(g.get("transform").split("translate(")[1].split(")")[0].split()[1])
    return sorted(("".join("".join(t.itertext()).split()), float(t.get("y")) + dy) for t in root.iter(SVG + "text"))

ours, theirs = lines(sys.argv[1]), lines(sys.argv[2])
assert [t for t, _ in ours] == [t for t, _ in theirs], set(ours) ^ set(theirs)
off = max(abs(a[1] - b[1]) for a, b in zip(ours, theirs))
print(len(ours), "lines of text,", round(off, 1), "points apart at most")
assert len(ours) > 10 and off < 4
END
for mmu in shadow direct; do ok "a_run_$mmu" tools/run MMU=$mmu SCENARIO=procs SEED="$seed" OUT="$tmp/$mmu"; done
same() { # ARGUMENTS...
	build/bin/tltrace draw "$@" -o "$tmp/p.dot" && build/bin/tltrace draw "$@" -o "$tmp/p.svg" &&
		neato -n2 -Tsvg "$tmp/p.dot" -o "$tmp/g.svg" 2>/dev/null && python3 "$tmp/same.py" "$tmp/p.svg" "$tmp/g.svg"
}
ok both_designs_side_by_side same "$tmp/shadow.ctf" "$tmp/direct.ctf" --align phase
ok a_page_of_a_run same "$tmp/shadow.ctf" --from 200 --to 230
ok a_page_of_the_other same "$tmp/direct.ctf" --from 200 --to 290
done_testing
