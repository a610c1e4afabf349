# chart.awk: the bars of bench.svg: each row of the tables, on a logarithmic scale.
# The input is read by read.awk.

function text(x, y, s, class, anchor) {
	gsub(/&/, "\\&amp;", s)
	printf "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">%s</text>\n", x, y, class, anchor, s
}

function log10(v) {
	return log(v) / log(10)
}

function bar(y, v, low, high, class, format,    w) {
	if (v == "" || v == "-")
		return
	w = PLOT * (log10(v < low ? low : v) - log10(low)) / (log10(high) - log10(low))
	if (w < 1)
		w = 1
	printf "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" class=\"%s\"/>\n", LEFT, y, w, BAR - 1, class
	text(LEFT + w + 4, y + BAR - 2.5, sprintf(format, v), "value", "start")
}

function grid(top, bottom, low, high,    v, x) {
	for (v = low; v <= high * 1.001; v *= 10) {
		x = LEFT + PLOT * (log10(v) - log10(low)) / (log10(high) - log10(low))
		printf "<path d=\"M%.1f %d V%d\" class=\"grid\"/>\n", x, top, bottom
		text(x, bottom + 12, v, "value", "middle")
	}
}

function legend(y, n, names, classes,    i, x) {
	x = LEFT
	for (i = 1; i <= n; i++) {
		printf "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" class=\"%s\"/>\n", x, y - 9, classes[i]
		text(x + 14, y, names[i], "label", "start")
		x += 32 + 7 * length(names[i])
	}
}

BEGIN {
	LEFT = 290; PLOT = 520; BAR = 10; WIDTH = 900
}
END {
	step1 = 4 * BAR + 8
	step2 = 4 * BAR + 8
	top1 = 60
	bottom1 = top1 + rows["pv"] * step1
	top2 = bottom1 + 90
	bottom2 = top2 + rows["lat"] * step2
	height = bottom2 + 30
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n", WIDTH, height, WIDTH, height
	print "<style>"
	print "text { font-family: 'DejaVu Sans', sans-serif } .title { font-size: 15px; font-weight: bold }"
	print ".label { font-size: 11px } .value { font-size: 9px; fill: #444 } .grid { stroke: #ddd }"
	print ".xen3 { fill: #9aa5b1 } .xen4 { fill: #d3d9df } .off { fill: #2a6f97 } .all { fill: #89c2d9 }"
	print ".shadow { fill: #c1666b } .direct { fill: #2a6f97 }"
	print "</style>"
	printf "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n", WIDTH, height
	text(20, 24, "The interface of a direct-mode guest: instructions, logarithmic", "title", "start")
	split("Xen 3.0.0|Xen 4.17|Trapline, tracing off|Trapline, TRACE=all", names, "|")
	split("xen3|xen4|off|all", classes, "|")
	legend(46, 4, names, classes)
	grid(top1, bottom1, 1, 100000)
	for (i = 1; i <= rows["pv"]; i++) {
		k = key["pv", i]
		y = top1 + (i - 1) * step1 + 4
		text(LEFT - 8, y + 2 * BAR + 4, label[k], "label", "end")
		bar(y, ref1[k], 1, 100000, "xen3", "%d")
		bar(y + BAR, ref2[k], 1, 100000, "xen4", "%d")
		bar(y + 2 * BAR, cost["pv", "direct", "paging", "off", k], 1, 100000, "off", "%d")
		bar(y + 3 * BAR, cost["pv", "direct", "paging", "all", k], 1, 100000, "all", "%d")
	}
	text(20, top2 - 36, "Finch's services: ratio to the bare machine, logarithmic", "title", "start")
	split("VMware, SOSP 2003|Trapline, shadow|Xen, SOSP 2003|Trapline, direct", names, "|")
	split("xen4|shadow|xen3|direct", classes, "|")
	legend(top2 - 14, 4, names, classes)
	grid(top2, bottom2, 0.1, 100)
	for (i = 1; i <= rows["lat"]; i++) {
		k = key["lat", i]
		bare = cost["lat", "none", "auto", "off", k]
		y = top2 + (i - 1) * step2 + 4
		text(LEFT - 8, y + 2 * BAR + 4, label[k], "label", "end")
		if (bare == "")
			continue
		bar(y, ref1[k], 0.1, 100, "xen4", "%.2f")
		bar(y + BAR, cost["lat", "shadow", "auto", "off", k] / bare, 0.1, 100, "shadow", "%.2f")
		bar(y + 2 * BAR, ref2[k], 0.1, 100, "xen3", "%.2f")
		bar(y + 3 * BAR, cost["lat", "direct", "auto", "off", k] / bare, 0.1, 100, "direct", "%.2f")
	}
	print "</svg>"
}
