# tables.awk: prints the tables of make bench, and writes them to OUT/bench.json.
# The input is read by read.awk.

function value(table, mmu, isolation, trace, key) {
	return cost[table, mmu, isolation, trace, key]
}

# A figure with how far it is from a limit: "+12%" if above, blank if not.
function judged(v, limit,    over) {
	if (v == "")
		return "not yet       "
	if (limit == "" || limit == "-")
		return sprintf("%7s       ", v)
	goals++
	over = v / limit - 1
	if (over <= 0.0005) {
		met++
		return sprintf("%7s       ", v)
	}
	return sprintf("%7s %-6s", v, over < 9.995 ? sprintf("+%d%%", over * 100 + 0.5) : sprintf("x%d", over + 1.5))
}

function ratio(v, to) {
	return v == "" || to == "" ? "not yet" : sprintf("%.2f", v / to)
}

function json_number(v) {
	return v == "" || v == "-" ? "null" : v
}

function json(table, key, label, numbers) {
	gsub(/"/, "\\\"", label)
	lines[table] = lines[table] sprintf("%s\n    {\"key\": \"%s\", \"label\": \"%s\"%s}", \
		lines[table] == "" ? "" : ",", key, label, numbers)
}

function pv_table(    i, k, x, iso, n) {
	print "The interface of a direct-mode guest, in instructions (medians); goals: at or under Xen 3.0.0"
	print "with tracing off, at most twice that with every event traced; a miss shows by how much.\n"
	printf "%-40s %7s %7s | %-28s | %-28s\n", "", "Xen", "Xen", "tracing off", "TRACE=all"
	printf "%-40s %7s %7s | %7s %13s %6s | %7s %13s\n", "", "3.0.0", "4.17", "paging", "segments", "", "paging", "segments"
	for (i = 1; i <= rows["pv"]; i++) {
		k = key["pv", i]
		x = ref1[k]
		printf "%-40s %7s %7s | %s%s| %s%s\n", label[k], x, ref2[k],
			judged(value("pv", "direct", "paging", "off", k), x),
			judged(value("pv", "direct", "segments", "off", k), x),
			judged(value("pv", "direct", "paging", "all", k), x == "-" ? x : 2 * x),
			judged(value("pv", "direct", "segments", "all", k), x == "-" ? x : 2 * x)
		n = sprintf(", \"xen300\": %s, \"xen417\": %s", json_number(x), json_number(ref2[k]))
		for (iso in isolations)
			for (t in traces)
				n = n sprintf(", \"%s_%s\": %s", iso, t, json_number(value("pv", "direct", iso, t, k)))
		json("interface", k, label[k], n)
	}
}

function lat_table(    i, k, bare, shadow, direct, r1, r2) {
	print "\nFinch's services, in instructions and as ratios to the bare machine (SOSP 2003: VMware, Xen);"
	print "goals: the paper's ratios where marked *.\n"
	printf "%-36s %9s | %9s %14s %8s | %9s %14s %8s\n", "", "bare", "shadow", "ratio", "(VMware)", "direct", "ratio", "(Xen)"
	for (i = 1; i <= rows["lat"]; i++) {
		k = key["lat", i]
		bare = value("lat", "none", "auto", "off", k)
		shadow = value("lat", "shadow", "auto", "off", k)
		direct = value("lat", "direct", "auto", "off", k)
		r1 = ratio(shadow, bare)
		r2 = ratio(direct, bare)
		printf "%-36s %9s | %9s %s %7s%s | %9s %s %7s%s\n", label[k], bare == "" ? "not yet" : bare,
			shadow, judged(r1, goal[k] ? ref1[k] : "-"), ref1[k], goal[k] ? "*" : " ",
			direct, judged(r2, goal[k] ? ref2[k] : "-"), ref2[k], goal[k] ? "*" : " "
		json("services", k, label[k], sprintf(", \"bare\": %s, \"shadow\": %s, \"direct\": %s, \"vmware_ratio\": %s, \"xen_ratio\": %s, \"goal\": %s",
			json_number(bare), json_number(shadow), json_number(direct), ref1[k], ref2[k], goal[k] ? "true" : "false"))
	}
}

function pair_table(    i, k) {
	print "\nBetween two domains, in instructions; goals: with tracing off.\n"
	printf "%-52s %6s | %-28s | %s\n", "", "", "tracing off", "TRACE=all"
	printf "%-52s %6s | %7s %13s %6s | %7s %9s\n", "", "goal", "paging", "segments", "", "paging", "segments"
	for (i = 1; i <= rows["pair"]; i++) {
		k = key["pair", i]
		printf "%-52s %6s | %s%s| %7s %9s\n", label[k], ref1[k],
			judged(value("pair", "direct", "paging", "off", k), ref1[k]),
			judged(value("pair", "direct", "segments", "off", k), ref1[k]),
			value("pair", "direct", "paging", "all", k), value("pair", "direct", "segments", "all", k)
		json("domains", k, label[k], sprintf(", \"goal\": %s, \"paging_off\": %s, \"segments_off\": %s, \"paging_all\": %s, \"segments_all\": %s",
			json_number(ref1[k]), json_number(value("pair", "direct", "paging", "off", k)),
			json_number(value("pair", "direct", "segments", "off", k)),
			json_number(value("pair", "direct", "paging", "all", k)),
			json_number(value("pair", "direct", "segments", "all", k))))
	}
}

function life_table(    i, k, direct, shadow) {
	print "\nThe life of a domain of Finch, made by Domain 0, in instructions (means).\n"
	printf "%-58s %10s %10s\n", "", "direct", "shadow"
	printf "%-58s %10s %10s\n", "", "4 MB", "8 MB"
	for (i = 1; i <= rows["life"]; i++) {
		k = key["life", i]
		direct = value("life", "direct", "auto", "off", k)
		shadow = value("life", "shadow", "auto", "off", k)
		printf "%-58s %10s %10s\n", label[k], direct, shadow
		json("life", k, label[k], sprintf(", \"direct\": %s, \"shadow\": %s", json_number(direct), json_number(shadow)))
	}
}

function io(k, what) {
	return value("io", "direct", "paging", "trap", k "_" what)
}

function io_table(    i, k) {
	print "\nA block of 4 KB from a virtual disk of Domain 0's, and from the bare machine's; a datagram of 1000 bytes through the router"
	print "(front: of both its ends): instructions, the crossings of rings being traced, and VMM"
	print "entries: hypercalls for the request (send, map, unmap; of the ATA disk: asked for, answered), the guest's own ports,"
	print "who runs next, and the real disk's ports and interrupts. Goals: at most so many hypercalls for a request.\n"
	printf "%-42s %8s %8s %8s | %4s %-13s %6s %6s %6s\n", "", "front", "back", "VMM", "goal", "calls", "ports", "others", "disk"
	for (i = 1; i <= rows["io"]; i++) {
		k = key["io", i]
		printf "%-42s %8s %8s %8s | %4s %s%6s %6s %6s\n", label[k], io(k, "front"), io(k, "back"), io(k, "hv"), ref1[k],
			judged(io(k, "calls"), ref1[k]), io(k, "ports"), io(k, "others"), io(k, "disk")
		json("disk", k, label[k], sprintf(", \"front\": %s, \"back\": %s, \"vmm\": %s, \"goal\": %s, \"calls\": %s, \"ports\": %s, \"others\": %s, \"disk\": %s",
			json_number(io(k, "front")), json_number(io(k, "back")), json_number(io(k, "hv")), json_number(ref1[k]),
			json_number(io(k, "calls")), json_number(io(k, "ports")), json_number(io(k, "others")), json_number(io(k, "disk"))))
	}
}

function trace_line(table, mmu, isolation, k,    off) {
	off = value(table, mmu, isolation, "off", k)
	return sprintf("%7s %7s", ratio(value(table, mmu, isolation, "trap", k), off),
		ratio(value(table, mmu, isolation, "all", k), off))
}

function trace_json(table, mmu, isolation, k,    t, n) {
	for (t in traces)
		n = n sprintf(", \"%s_%s\": %s", mmu, t, json_number(value(table, mmu, isolation, t, k)))
	return n
}

function trace_table(    i, k) {
	print "\nWhat tracing costs: TRACE=trap and TRACE=all as ratios to TRACE=off.\n"
	printf "%-36s | %15s | %15s\n%-36s | %7s %7s | %7s %7s\n", "", "shadow", "direct", "", "trap", "all", "trap", "all"
	for (i = 1; i <= rows["lat"]; i++) {
		k = key["lat", i]
		printf "%-36s | %s | %s\n", label[k], trace_line("lat", "shadow", "auto", k), trace_line("lat", "direct", "auto", k)
		json("tracing", k, label[k], trace_json("lat", "shadow", "auto", k) trace_json("lat", "direct", "auto", k))
	}
	for (i = 1; i <= rows["pv"]; i++) {
		k = key["pv", i]
		printf "%-36s | %15s | %s\n", label[k], "", trace_line("pv", "direct", "paging", k)
		json("tracing", k, label[k], trace_json("pv", "direct", "paging", k))
	}
}

BEGIN {
	isolations["paging"]; isolations["segments"]
	traces["off"]; traces["trap"]; traces["all"]
}
END {
	pv_table()
	pair_table()
	life_table()
	io_table()
	lat_table()
	trace_table()
	printf "\n%d of %d goals met\n", met, goals
	printf "{\n  \"interface\": [%s\n  ],\n  \"domains\": [%s\n  ],\n  \"life\": [%s\n  ],\n  \"disk\": [%s\n  ],\n  \"services\": [%s\n  ],\n  \"tracing\": [%s\n  ],\n  \"goals\": %d, \"met\": %d\n}\n",
		lines["interface"], lines["domains"], lines["life"], lines["disk"], lines["services"], lines["tracing"], goals, met > (out "/bench.json")
}
