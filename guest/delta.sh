#!/bin/bash
# delta.sh: the price of the port to a hypervisor: which lines of Finch its two ports do not share.
# Lines that are blank or only comment do not count.
set -eu
CDPATH= cd "$(dirname "$0")/finch"

count() # FILES: print the lines that count, of all files together
{
	cat "$@" | awk '
	{ line = $0; out = "" }
	{
		while (line != "") {
			if (inside) {
				i = index(line, "*/")
				if (!i) break
				line = substr(line, i + 2); inside = 0
			} else {
				i = index(line, "/*")
				if (!i) { out = out line; break }
				out = out substr(line, 1, i - 1); line = substr(line, i + 2); inside = 1
			}
		}
		sub(/\/\/.*/, "", out)
		if (out ~ /[^ \t]/) n++
	}
	END { print n + 0 }'
}

files() # DIR...: C, headers, assembly and linker scripts below
{
	find "$@" -name '*.[chS]' -o -name '*.ld' | LC_ALL=C sort
}

mapfile -t common_files < <(files . | grep -v '^\./arch/')
common=$(count "${common_files[@]}" ../abi.h)
printf '%-26s %6s\n' "common to both ports" "$common"
for port in native pv; do
	echo
	mapfile -t port_files < <(files "arch/$port")
	for f in "${port_files[@]}"; do
		printf '%-26s %6s\n' "$f" "$(count "$f")"
	done
	lines=$(count "${port_files[@]}")
	total=$((common + lines))
	share=$((lines * 10000 / total))
	printf '%-26s %6s  %2d.%02d %% of the %s lines of the %s kernel\n' \
		"arch/$port" "$lines" $((share / 100)) $((share % 100)) "$total" "$port"
done
echo
echo "For comparison: Linux's port to Xen changed 1.36 % of its x86 code base (SOSP 2003, table 1)."
