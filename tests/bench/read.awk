# read.awk: reads tests/bench/rows, then the results, one number a line. Before each of the others.
BEGIN { FS = "|" }
/^#/ { next }
FILENAME ~ /rows$/ {
	key[$1, ++rows[$1]] = $2
	label[$2] = $3
	ref1[$2] = $4
	ref2[$2] = $5
	goal[$2] = $6
	next
}
{
	split($0, f, " ")
	cost[f[1], f[2], f[3], f[4], f[5]] = f[6]
}
