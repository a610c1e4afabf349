# lib.sh: what the grader's tests share. Source it.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# Can anything be confined on this machine? Asked without our own code.
if [ "$(id -u)" = 0 ]; then apart=(--unshare-pid --unshare-net); else apart=(--unshare-all); fi
if ! bwrap "${apart[@]}" --ro-bind / / true; then
	echo "ok 1 - $(basename "$0") # SKIP"
	echo "# | SKIP: nothing can be confined here (a container or chroot must be allowed to make namespaces)"
	exit 0
fi
labs=()
for conf in labs/*/lab.conf; do labs+=("$(basename "$(dirname "$conf")")"); done
files_of() { sed -n 's/^file *= *//p' labs/"$1"/lab.conf; }
stages_of() { sed -n 's/^\[stage \(.*\)\]/\1/p' labs/"$1"/lab.conf | xargs; }
# reference LAB DIR: the reference's files as a submission
reference() {
	mkdir -p "$2"
	for file in $(files_of "$1"); do cp "$file" "$2/"; done
}
# dies WHAT COMMAND...: it ends with status 2, and says that and nothing else
dies() {
	local what=$1 status
	shift
	"$@" >"$tmp/stdout" 2>"$tmp/stderr"
	status=$?
	cat "$tmp/stdout" "$tmp/stderr"
	[ $status = 2 ] && [ ! -s "$tmp/stdout" ] && grep -qF -- "$what" "$tmp/stderr"
}
# hollow LAB DIR: a tree, or kit, in which everything is graded in no time, since nothing can be built
hollow() {
	mkdir -p "$2/labs" "$2/build/labs/probe"
	cp -r "labs/$1" "$2/labs/"
	echo '%.elf: ; @echo hollow; false' >"$2/Makefile"
	touch "$2/build/labs/probe/native.elf"
}
# harmful LAB DIR: sixteen submissions that are broken or mean harm, whatever the lab; and one good
# zip, one good name. What each must get is in batch.sh.
harmful() {
	local lab=$1 dir=$2 path unit name i
	path=$(files_of "$lab" | head -1) unit=$(files_of "$lab" | head -1 | xargs basename)
	for name in passwd solution reference-source much-output macro-bomb include-itself makefile \
		symlink big $'it\'s "quoted"\nand broken'; do
		reference "$lab" "$dir/$name"
	done
	# At build time.
	echo '#include "/etc/passwd"' >>"$dir/passwd/$unit"
	echo "asm(\".incbin \\\"/kit/build/${path%.c}.o\\\"\");" >>"$dir/solution/$unit"
	echo "#include \"../../../../$path\"" >"$dir/reference-source/$unit"
	echo 'asm(".fill 4000000000, 1, 65");' >>"$dir/much-output/$unit"
	{
		echo '#define A0 x;'
		for i in $(seq 1 40); do echo "#define A$i A$((i - 1)) A$((i - 1))"; done
		echo 'int x; void f(void) { A40 }'
	} >>"$dir/macro-bomb/$unit"
	echo '#include __FILE__' >>"$dir/include-itself/$unit"
	# In what is sent.
	printf 'all:\n\t:(){ :|:& };:\n' >"$dir/makefile/Makefile"
	echo 'all: ; touch /tmp/pwned' >"$dir/makefile/hv.mk"
	rm "$dir/symlink/$unit" && ln -s /etc/passwd "$dir/symlink/$unit"
	truncate -s 1G "$dir/big/$unit"
	mkdir "$dir/empty"
	reference "$lab" "$tmp/ref"
	(cd "$tmp/ref" && tar -czf "$dir/dotdot.tgz" --transform 's|^|../../../tmp/|' -P -- *.[ch])
	(cd "$tmp/ref" && ln -s /etc/passwd link.c && mv "$unit" kept && ln -s /etc/passwd "$unit" &&
		tar -czf "$dir/linked.tar.gz" -- *.[ch] && rm "$unit" link.c && mv kept "$unit")
	truncate -s 300M "$tmp/zeros" && (cd "$tmp" && cp "ref/$unit" . && tar -czf "$dir/bomb.tgz" zeros "$unit")
	rm "$tmp/zeros"
	(cd "$tmp/ref" && zip -q "$dir/good.zip" -- *.[ch])
	echo 'not an archive' >"$dir/noise.tgz"
}

# What a class got, in the book $book of $lab; stopped/hostile count for the closing line.
row() { grep -F "\"$1" "$book.csv" | head -1; }
# (What nobody could grade has no points there.)
score() { row "$1" | sed 's/^"[^"]*",\([0-9]*\),.*/\1/; s/^$/0/'; }
stopped=0 hostile=0
# stopped NAME WHAT MAX: no more than MAX points, and WHAT in its report
stopped() {
	hostile=$((hostile + 1))
	build/bin/tlgrade show "$lab" "$1" --book "$book" >"$tmp/shown" 2>&1
	if [ "$(score "$1")" -le "$3" ] && grep -qiE -- "$2" "$tmp/shown"; then
		stopped=$((stopped + 1))
		ok "stopped_$1" true
	else
		ok "stopped_$1" bash -c 'row=$1; echo "$row"; head -50 "$2"; false' - "$(row "$1")" "$tmp/shown"
	fi
}
# played LAB DIR [LINES]: a kit in which no machine runs: what a student's file says is the console. 100 points, for
# `one=1` 60 and for `two=1` 40. LINES are [lab]'s besides. For tests of what comes after the verdicts.
played() {
	hollow "$1" "$2"
	mkdir -p "$2/tools" "$2/build/bin"
	# shellcheck disable=SC2016 # make's
	printf '%%.elf: ; @cp $(LAB_SRC)/walk.c $@\n' >"$2/Makefile"
	cat >"$2/tools/run" <<-'END'
		#!/bin/bash
		for word; do case $word in OUT=*) out=${word#*=} ;; HV=*) hv=${word#*=} ;; esac done
		: >"$out.int.log"
		cp "$hv" "$out.console"
	END
	printf '#!/bin/sh\n[ "$1" != spoken ] || cat "$3"\nexit 0\n' >"$2/build/bin/tltrace"
	chmod +x "$2/tools/run" "$2/build/bin/tltrace"
	{
		printf '[lab]\ntitle = Played\nfile = hv/mmu/shadow/walk.c\n%b\n' "${3:-}"
		printf '[stage 02.1]\ntitle = one\n[stage 02.2]\ntitle = two\n'
		printf '[test one]\nstage = 02.1\npoints = 60\nrun = TRACE=off SCENARIO=one\nconsole = ^one=1$\n'
		printf '[test two]\nstage = 02.2\npoints = 40\nrun = TRACE=off SCENARIO=two\nconsole = ^two=1$\n'
	} >"$2/labs/$1/lab.conf"
}
