# compare.awk: the instruction matrix, of the consoles of its runs.
#
#   awk -f compare.awk what=manual manual what=limits limits what=bare FILE what=patch FILE ...
#
# Prints the cells that differ, then for each instruction and each way of catching it one line:
#   result INSTRUCTION WAY equal|differs CELLS LIMITS
function key(line,	field) {
	split(line, field, " [|] ")
	return substr(field[1], 1, 2) == "| " ? substr(field[1], 3) " | " field[2] : ""
}
function rest(line, k) {
	return substr(line, length("| " k " | ") + 1)
}
function complain(way, group, text) {
	print way ": " text
	bad[group, way]++
}
{ sub(/ +$/, "") }
/^#/ || /^$/ { next }
what == "limits" {
	at = index($0, " | ")
	limit[substr($0, at + 3)] = substr($0, 1, at - 1)
	next
}
!/^[|] / { next }
{
	k = key($0)
	if ((what, k) in got)
		complain(what, "unique", k " is there twice")
	got[what, k] = rest($0, k)
	if (what == "manual")
		next
	if (what != "bare" && !(what in seen)) {
		seen[what] = 1
		ways[nr_ways++] = what
	}
	if (!(k in known)) {
		known[k] = 1
		order[nr++] = k
		g = substr(k, 1, index(k, " | ") - 1)
		if (!(g in cells))
			groups[nr_groups++] = g
		cells[g]++
	}
}
END {
	for (i = 0; i < nr; i++) {
		k = order[i]
		g = substr(k, 1, index(k, " | ") - 1)
		from = ("manual", k) in got ? "manual" : "bare"
		for (w = 0; w < nr_ways; w++) {
			way = ways[w]
			is_limit = k in limit && (limit[k] == "any" || limit[k] == way)
			if (!((way, k) in got) || !((from, k) in got))
				complain(way, g, k " is missing")
			else if (is_limit && got[way, k] == got[from, k])
				complain(way, g, k " is a limit no more")
			else if (is_limit)
				limited[g, way]++
			else if (got[way, k] != got[from, k])
				complain(way, g, k "\n    " from ": " got[from, k] "\n    " way ": " got[way, k])
		}
	}
	for (k in limit)
		if (!(k in known))
			complain("limits", "names", k " is no cell")
	for (pair in got) {
		split(pair, part, SUBSEP)
		if (part[1] == "manual" && !(part[2] in known))
			complain("manual", "names", part[2] " is no cell")
	}
	for (i = 0; i < nr_groups; i++)
		for (w = 0; w < nr_ways; w++)
			print "result", groups[i], ways[w], bad[groups[i], ways[w]] ? "differs" : "equal", \
				cells[groups[i]], limited[groups[i], ways[w]] + 0
	print "result names manual", bad["names", "manual"] ? "differs" : "equal", 0, 0
	print "result names limits", bad["names", "limits"] ? "differs" : "equal", 0, 0
	for (w = 0; w < nr_ways; w++)
		print "result unique", ways[w], bad["unique", ways[w]] ? "differs" : "equal", 0, 0
}
