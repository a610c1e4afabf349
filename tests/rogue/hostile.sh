# hostile.sh: running the hostile kernels' cases, each as a test. Source it after tests/lib.sh.
# shellcheck shell=bash disable=SC2154 # tmp is of lib.sh
EMU=${EMU:-qemu}

# hostile MODE ISOLATION SCENARIO [WITHOUT [ALONE]]: the cases of SCENARIO in one run, then those
# that end the domain, each in its own. WITHOUT and ALONE are regular expressions for attributes:
# which cases are left out, and which of those that must run alone are run.
hostile() {
	local mode=$1 isolation=$2 scenario=$3 without=${4:-never} alone=${5:-fatal|may-end}
	local kernel=build/tests/rogue-pv.elf
	local out=$tmp/hostile name xsa attributes
	[ "$mode" = direct ] || kernel=build/tests/rogue-native.elf
	rogue() {
		tools/run MMU="$mode" GUEST_ELF=$kernel SCENARIO="$1" ISOLATION="$isolation" \
			TRACE=off EMU="$EMU" LIMIT="${LIMIT:-300}" OUT="$out" >"$tmp/said" 2>&1
	}
	rogue list
	sed -n 's/^list=//p' "$out.console" >"$tmp/cases"
	ok "rogue_lists_its_cases_${mode}_$isolation" test -s "$tmp/cases"

	rogue "$scenario"
	ok "rogue_ends_by_itself_${mode}_$isolation" grep -q '^rogue: cases=.* accepted=0' "$out.console"
	ok "the_hypervisor_does_not_panic_${mode}_$isolation" said_no PANIC "$out.console"
	cp "$out.console" "$tmp/together"
	while read -r name xsa attributes; do
		[[ " $attributes " =~ \ ($without)\  ]] && continue
		if [[ " $attributes " =~ \ (fatal|may-end)\  ]]; then
			[[ " $attributes " =~ \ ($alone)\  ]] || continue
			rogue "$name"
			ok "$(test_name)" ended_or_refused "$out.console" "$attributes"
		else
			ok "$(test_name)" grep -q "^case=$name $xsa result=refused " "$tmp/together"
		fi
	done <"$tmp/cases"
}

test_name() {
	printf '%s_%s_%s%s' "${name//-/_}" "$mode" "$isolation" "$([ "$xsa" = xsa=0 ] || echo "_${xsa/=/_}")"
}

said_no() { # TEXT FILE
	! grep -n "$1" "$2"
}

# The hypervisor said why, and where the guest was; or, where that is allowed, the case came back.
ended_or_refused() { # CONSOLE ATTRIBUTES
	tail -n 20 "$1"
	said_no PANIC "$1" && said_no ACCEPTED "$1" || return 1
	if [[ " $2 " == *" may-end "* ]] && grep -q ' result=refused ' "$1"; then
		return 0
	fi
	grep -q '^case=.* begins' "$1" && grep -q '^trapline: domain 0 ended: ' "$1" &&
		said_no 'ended: the guest shut itself down' "$1" && grep -q '^  eip ' "$1"
}
