#!/usr/bin/env bash
# doctor.sh: what is said on a machine that lacks something, or is another one. Programs of our own stand for it.
. "$(dirname "$0")/../lib.sh"
unset CROSS # make exports its own
bin=$tmp/bin
mkdir "$bin"
stub() { # NAME SCRIPT
	printf '#!/bin/bash\n%s\n' "$2" >"$bin/$1" && chmod +x "$bin/$1"
}
# A list of packages, none of which is there, in a tree of its own.
tree=$tmp/tree
mkdir -p "$tree/tools"
cp tools/doctor tools/i386 "$tree/tools/"
cat >"$tree/tools/packages" <<'END'
# what
[demo] builds
one-there   bash               is always there
two-gone    no-such-command    does something
[cross] elsewhere
three-gone  no-such-compiler   compiles
[bochs] more
four-gone   /no/such/file      x86 is for x86 alone
five-gone   /no/such/*.h       headers of something
[slurm] only if asked for
six-gone    no-such-command    works in batches
END
doctor() { PATH=$bin:$PATH XDG_CACHE_HOME=$tmp/cache timeout 120 "$tree/tools/doctor" "$@" >"$tmp/said" 2>&1; }
says() { # STATUS TEXT DOCTOR-ARGUMENTS...
	local status=0
	doctor "${@:3}" || status=$?
	cat "$tmp/said"
	[ $status = "$1" ] && grep -qE -- "$2" "$tmp/said"
}
not_said() { ! grep -E -- "$1" "$tmp/said"; }
stub gcc 'echo 12'
stub id 'echo 1000'
stub sudo 'exit 1'
stub apt-get 'echo "$@" >>'"$tmp/apt"
export NO_INSTALL=1
ok what_is_missing_is_said_with_its_use says 1 'missing two-gone: does something' demo
ok what_is_there_is_not not_said one-there
ok what_another_kind_needs_is_not not_said 'three|four|five|six'
ok how_to_install_it_is_said says 1 'sudo apt-get install --no-install-recommends two-gone$' demo
ok without_a_word_it_is_all_but_slurm says 1 'install .* two-gone four-gone five-gone$'
unset NO_INSTALL
ok without_sudo_the_administrator_is_asked says 1 'Ask the administrator for' demo
ok with_what_apt_needs_first says 1 'apt-get update && apt-get install --no-install-recommends two-gone$' demo
ok and_nothing_was_installed test ! -e "$tmp/apt"
stub sudo '[ "$1" != -n ] || shift; exec "$@"'
ok with_sudo_it_is_installed says 0 'missing two-gone' demo
ok by_apt grep -qx -- '-o DPkg::Lock::Timeout=600 install --no-install-recommends two-gone -y -qq' "$tmp/apt"
# Somebody else's apt is waited for, and our own other one, too.
stub apt-get 'case $1 in update) [ -e '"$tmp/went"' ] || { touch '"$tmp/went"'; echo "E: Could not get lock /var/lib/apt/lists/lock. It is held" >&2; exit 100; } ;; esac; echo "$*" >>'"$tmp/apt2"
ok another_apt_is_waited_for says 0 'waiting for another apt to end' demo
ok and_then_it_is_installed grep -q two-gone "$tmp/apt2"
stub apt-get 'echo "E: nobody answers" >&2; exit 100'
ok what_apt_says_is_said says 1 '^E: nobody answers' demo
two() { # at once: the second begins when the first has installed
	stub apt-get 'case $* in *print-uris*) ;; *install*) sleep 1; echo "$*" >>'"$tmp/apt3"'; printf "#!/bin/sh\n" >'"$bin/no-such-command"'; chmod +x '"$bin/no-such-command"' ;; esac'
	doctor demo & local first=$!
	doctor demo && wait $first && [ "$(wc -l <"$tmp/apt3")" = 1 ]
}
ok two_at_once_install_once two
rm "$bin/no-such-command"
stub apt-get 'echo "$@" >>'"$tmp/apt"
ok headers_alone_are_fetched says 1 'headers of five-gone did not come. To install all of it: apt-get install five-gone' bochs
ok and_not_installed bash -c '! grep -E "install .*five-gone" "$1"' - "$tmp/apt"
stub uname 'echo aarch64'
export NO_INSTALL=1
ok another_processor_needs_a_compiler_for_ours says 1 'missing three-gone: compiles' demo
ok what_is_not_made_for_it_is_optional says 1 'four-gone: not packaged for this processor, and not needed' bochs demo
ok its_compiler_has_a_prefix test "$(PATH=$bin:$PATH tools/i386 --prefix)" = i686-linux-gnu-
ok one_can_say_another test "$(CROSS=i586-elf- PATH=$bin:$PATH tools/i386 --prefix)" = i586-elf-
rm "$bin/uname"
printf '[demo] builds\none-there bash is there\n' >"$tree/tools/packages"
stub gcc 'echo 10'
ok a_gcc_that_is_too_old_is_refused says 1 'gcc 10 is too old: 11 or newer' demo
stub gcc 'echo 14'
ok a_newer_one_is_said says 0 'gcc 14: all works; but what is counted in instructions was measured with gcc 12' demo
doctor demo
ok and_not_again not_said 'gcc 14: all works'
# A build of another system, as where a container has the same folder.
mkdir -p "$tree/build/bin" "$tree/build/guest" && : >"$tree/build/bin/tool" && : >"$tree/build/book.db"
doctor demo
ok what_was_built_here_stays test -e "$tree/build/bin/tool"
echo 'Debian GNU/Linux 99 on pdp11' >"$tree/build/.system"
ok a_build_of_another_system_is_said says 0 '^doctor: build/ is of Debian GNU/Linux 99 on pdp11, this is .*: its programs are made anew$' demo
ok and_made_anew test ! -e "$tree/build/bin" -a -e "$tree/build/guest" -a -e "$tree/build/book.db"
doctor demo
ok but_once not_said 'made anew'
printf '[demo] builds\none-there bash is there\n[cross] elsewhere\nthree-gone no-such-compiler compiles\n' >"$tree/tools/packages"
ok who_names_another_compiler_gets_none env CROSS="$bin/" bash -c '"$1/tools/doctor" demo 2>&1 | grep "doctor: all is here"' - "$tree"
ok a_compiler_that_is_not_there_is_said env CROSS=no-such- bash -c '"$1/tools/doctor" demo 2>&1 | grep -x "doctor: there is no no-such-gcc: .*"' - "$tree"
ok a_kind_that_there_is_not_is_refused says 2 "^doctor: what is 'demos'[?] The kinds: all demo " demos
stub gcc 'echo "gcc: libmpc.so.3 is missing" >&2; exit 127'
ok a_compiler_that_does_not_run_is_said says 1 '^doctor: .*/gcc does not run: gcc: libmpc.so.3 is missing$' demo
stub gcc 'echo 12'
stub qemu-system-i386 'echo "libpixman is missing" >&2; exit 127'
ok an_emulator_that_does_not_run_is_said says 1 '^doctor: .*/qemu-system-i386 does not run: libpixman is missing$' demo
rm "$bin/qemu-system-i386" "$tree/build/.system" && mkdir "$tree/build/.system"
ok where_nothing_can_be_written_is_said says 1 '^doctor: nothing can be written in .*/build: clone to where you may write$' demo
rmdir "$tree/build/.system"
# With CDPATH exported: what is run is what lies beside.
mkdir -p "$tmp/elsewhere/tools"
ok a_cdpath_leads_nowhere_else bash -c 'cd "$1" && CDPATH=$2 NO_INSTALL=1 bash tools/doctor demo && [ ! -e "$2/build" ]' - "$tree" "$tmp/elsewhere"
rm "$bin/apt-get"
# The two that the project's Dockerfile and the list itself share.
kinds=$(sed -n 's/^\[\([a-z]*\)\].*/\1/p' tools/packages)
ok the_dockerfile_names_kinds_of_packages bash -c 'for k in $(sed -n "s/^RUN .*doctor //p" Dockerfile); do grep -qx "$k" <<<"$1" || exit; done' - "$kinds"
ok so_do_the_targets bash -c 'for k in $(grep -ohE "doctor-[a-z+]+( |$)" Makefile */*.mk grader/gradescope/setup.sh | sed "s/doctor-//; s/+/ /g"); do
	grep -qx "$k" <<<"all
$1" || { echo "$k"; exit 1; }; done' - "$kinds"
ok each_line_has_a_package_what_shows_it_and_its_use awk 'NF && !/^[#[]/ && NF < 3 { print; bad = 1 } END { exit bad }' tools/packages
# The compiler for our processor by its long name makes the same code.
if command -v i686-linux-gnu-gcc >/dev/null; then
	ok by_its_long_name_the_compiler_makes_the_same_code bash -c 'make -s CROSS=i686-linux-gnu- B="$1/cross" "$1/cross/hv/lib/string.o" &&
		tools/i386 objcopy -O binary -j .text "$1/cross/hv/lib/string.o" "$1/a" && tools/i386 objcopy -O binary -j .text build/hv/lib/string.o "$1/b" && cmp "$1/a" "$1/b"' - "$tmp"
else
	echo "# | SKIP: the same code by CROSS=i686-linux-gnu-: there is no gcc-i686-linux-gnu here"
fi
done_testing
