# regions.awk: the marked regions of one source file, which a student writes:
#
#   /* LAB 02.3 BEGIN */
#   the reference
#   /* LAB 02.3 END */
#
# What a student finds there instead, a hint and code that stands there meanwhile, is a file of the lab:
# labs/02-pagefault/stages/02.3.c.
#
#   awk -v mode=starter ...   the file with each region replaced by that
#                             -v stubs=DIR: where those files are
#                             -v written="02.1": but those stages are left as they are
#   awk -v mode=body ...      only the lines of the regions
#   awk -v mode=given ...     only the lines outside
#   awk -v mode=lines ...     the numbers of the lines of the regions, each with its region
#   awk -v mode=slots ...     only those, and a line "@" for each region
#   awk -v mode=ids ...       which regions there are
#
# Any mode refuses (with status 1) marks that are nested, unterminated, not begun, longer than a line, or
# not of one of the stages named by -v stages="02.1 02.2 ...", and a region that occurs twice.
function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	failed = 1
	exit 1
}
function emit(s) { if (mode == "starter") print s }
# The region's hint and stub, as far to the right as its mark.
function emit_stub(    path, line, status, indent) {
	path = stubs "/" id ".c"
	indent = $0
	sub(/\/\*.*/, "", indent)
	while ((status = (getline line < path)) > 0)
		emit(line == "" ? "" : indent line)
	if (status < 0)
		fail("region " id ": there is no " path)
	close(path)
}
BEGIN {
	n = split(stages, list, " ")
	for (i = 1; i <= n; i++)
		known[list[i]] = 1
	n = split(written, list, " ")
	for (i = 1; i <= n; i++)
		done[list[i]] = 1
}
/LAB [0-9.a-z]+ (BEGIN|END)/ {
	match($0, /LAB [0-9.a-z]+ (BEGIN|END)/)
	split(substr($0, RSTART, RLENGTH), word, " ")
	if (!/^[ \t]*\/\* LAB [0-9.a-z]+ (BEGIN|END) \*\/$/)
		fail("a mark is a line of its own, /* LAB " word[2] " " word[3] " */; hint and stub are in the lab's stages/" word[2] ".c")
	if (word[3] == "BEGIN") {
		if (id != "")
			fail("region " word[2] " begins within region " id)
		if (word[2] in seen)
			fail("region " word[2] " occurs twice")
		stage = word[2]
		if (!(stage in known)) # "02.3a" is a part of stage "02.3"; "02.1a" may be one itself
			sub(/[a-z]$/, "", stage)
		if (!(stage in known))
			fail("region " word[2] ": no lab that lists this file has a stage " stage)
		seen[id = word[2]] = 1
		if (mode == "ids")
			print id
		if (mode == "slots")
			print "@"
		if (mode == "starter" && !(stage in done))
			emit_stub()
	} else {
		if (id != word[2])
			fail("region " word[2] " ends, but " (id == "" ? "none" : id) " had begun")
		id = ""
	}
	next
}
id != "" { if (mode == "body") print; else if (mode == "lines") print FNR, id; else if (stage in done) emit($0); next }
/^#include/ && !included++ { emit("#include \"lib/lab.h\"") }
{ emit($0); if (mode == "given" || mode == "slots") print }
END {
	if (!failed && id != "")
		fail("region " id " does not end")
}
