# compare.awk: the instruction matrix, of the consoles of its runs.
#
#   awk -f compare.awk what=manual manual what=limits limits what=bare FILE what=patch FILE ...
#
# A way whose run ends with "N cells of MORE" has looked at these only: then N must be there.
# Prints the cells that differ, then the matrix as a table: of each instruction how many cells there
# are, and how many are equal to the bare machine: on bare QEMU itself (where it is not what the
# manual says, that counts), and in a domain, in each way of catching instructions. Then, for the
# test, lines
#   result INSTRUCTION WAY equal|differs
function key(line,	field) {
	split(line, field, " [|] ")
	return substr(field[1], 1, 2) == "| " ? substr(field[1], 3) " | " field[2] : ""
}
function rest(line, k) {
	return substr(line, length("| " k " | ") + 1)
}
# Is it what is wanted, in which a word may end with *?
function same(want, is,	w, i, n, k, len) {
	n = split(want, w, " ")
	if (n != split(is, i, " "))
		return 0
	for (k = 1; k <= n; k++) {
		len = length(w[k])
		if (w[k] != i[k] && !(substr(w[k], len) == "*" && substr(w[k], 1, len - 1) == substr(i[k], 1, len - 1)))
			return 0
	}
	return 1
}
function complain(way, group, text) {
	print way ": " text
	bad[group, way]++
}
{ sub(/ +$/, "") }
/^#/ || /^$/ { next }
what == "limits" {
	limit[$0]
	next
}
/^matrix: [0-9]+ cells of/ {
	run[what] = $2
	part[what] = $2 < $5
}
!/^[|] / { next }
{
	lines[what]++
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
		if (!(g in is_group))
			groups[nr_groups++] = g
		is_group[g]
	}
}
function ratio(count, of) {
	return of ? sprintf("%12s", count + 0 "/" of) : sprintf("%12s", "")
}
function row(name, g,	ring, w, line) {
	line = sprintf("%-16s", name)
	for (ring = 1; ring <= 3; ring += 2) {
		line = line ratio(equal[g, "bare", ring], cells[g, ring])
		for (w = 0; w < nr_ways; w++)
			line = line ratio(equal[g, ways[w], ring], looked[g, ways[w], ring])
	}
	sub(/ +$/, "", line)
	print "matrix " line
}
function judge(k, g, ring, way,	from) {
	from = ("manual", k) in got ? "manual" : "bare"
	if (part[way] && !((way, k) in got))
		return
	looked[g, way, ring]++
	looked["all", way, ring]++
	if (!((way, k) in got) || !((from, k) in got))
		complain(way, g, k " is missing")
	else if (!same(got[from, k], got[way, k]) && !(k in limit))
		complain(way, g, k "\n    " from ": " got[from, k] "\n    " way ": " got[way, k])
	else if (!same(got[from, k], got[way, k]))
		return
	else if (k in limit)
		complain(way, g, k " is a limit no more")
	else {
		equal[g, way, ring]++
		equal["all", way, ring]++
	}
}
function say(start, ring, text, end,	w) {
	start = start cells["all", ring] " cells"
	for (w = 0; w < nr_ways; w++)
		start = start ", " equal["all", ways[w], ring] + 0 (part[ways[w]] ? " of " looked["all", ways[w], ring] : "") text " (" ways[w] ")"
	print "matrix " start end
}
END {
	for (i = 0; i < nr; i++) {
		k = order[i]
		g = substr(k, 1, index(k, " | ") - 1)
		ring = k ~ /[(]ring 3[)]/ ? 3 : 1
		cells[g, ring]++
		cells["all", ring]++
		if (!(("manual", k) in got)) {
			equal[g, "bare", ring]++
			equal["all", "bare", ring]++
		}
		for (w = 0; w < nr_ways; w++)
			judge(k, g, ring, ways[w])
	}
	for (k in limit)
		if (!(k in known) || k !~ /[(]ring 3[)]/)
			complain("limits", "names", k " is no cell of ring 3")
	for (pair in got) {
		split(pair, part, SUBSEP)
		if (part[1] == "manual" && !(part[2] in known))
			complain("manual", "names", part[2] " is no cell")
	}
	for (i = 0; i < nr_groups; i++)
		for (w = 0; w < nr_ways; w++)
			print "result", groups[i], ways[w], bad[groups[i], ways[w]] ? "differs" : "equal"
	print "result names manual", bad["names", "manual"] ? "differs" : "equal"
	print "result names limits", bad["names", "limits"] ? "differs" : "equal"
	for (w = 0; w < nr_ways; w++)
		print "result unique", ways[w], bad["unique", ways[w]] ? "differs" : "equal"
	for (w = 0; w < nr_ways; w++)
		print "result all", ways[w], equal["all", ways[w], 1] == looked["all", ways[w], 1] && lines[ways[w]] - 1 == run[ways[w]] ? "equal" : "differs"

	printf "matrix %-16s%12s%" 12 * nr_ways "s%12s\n", "", "ring 1:", "", "ring 3:"
	printf "matrix %-16s", "cells equal"
	for (ring = 1; ring <= 3; ring += 2) {
		printf "%12s", "bare"
		for (w = 0; w < nr_ways; w++)
			printf "%12s", ways[w]
	}
	print ""
	for (i = 0; i < nr_groups; i++)
		row(groups[i], groups[i])
	row("all", "all")
	say("instruction matrix: ", 1, " equal to the bare machine", "")
	say("in ring 3: ", 3, " equal", "; tests/matrix/limits says which cannot be")
}
