#!/usr/bin/env bash
# collect.sh: which files of a submission count does not depend on how it was sent, and what does not
# count is said.
. "$(dirname "$0")/lib.sh"
lab=02-pagefault
tl=$PWD/build/bin/tlgrade
hollow $lab "$tmp/tree"
mkdir -p "$tmp/tree/guest/apps" && touch "$tmp/tree/guest/apps/walk.c"

# taken SUBMISSION: what is said of it, into $tmp/said; its files are then in $tmp/graded.src
taken() {
	rm -rf "$tmp/graded.src"
	(cd "$tmp/tree" && $tl grade $lab --submission "$1" --seed 1 --unconfined --out "$tmp/graded") 2>&1 |
		sed '/does not build/,$d' >"$tmp/said"
}
says() { grep -F -- "$1" "$tmp/said" || { cat "$tmp/said"; false; }; }
is() { diff "$tmp/graded.src/$1" <(echo "$2"); }
# archive NAME.zip|tar FILE...: of what is in $tmp/folder, in this order
archive() {
	(cd "$tmp/folder" && case $1 in
		*.zip) zip -q "$tmp/$1" -- "${@:2}" ;;
		*) tar --no-recursion -cf "$tmp/$1" -- "${@:2}" ;;
		esac)
}

# The whole folder, in which other files have the same name.
for file in labs/$lab/walk.c guest/apps/walk.c old/labs/$lab/walk.c walk.c entry.c a/entry.c b/inject.c a/inject.c; do
	mkdir -p "$tmp/folder/$(dirname "$file")"
	echo "$file" >"$tmp/folder/$file"
done
for i in $(seq 25); do echo >"$tmp/folder/other-$i"; done
mapfile -t files < <(cd "$tmp/folder" && find . -type f -printf '%P\n' | LC_ALL=C sort)
mapfile -t backwards < <(printf '%s\n' "${files[@]}" | tac)
archive there.tar "${files[@]}"
archive back.tar "${backwards[@]}"
archive there.zip "${files[@]}"
archive back.zip "${backwards[@]}"
for way in folder there.tar back.tar there.zip back.zip; do
	taken "$tmp/$way"
	[ -f "$tmp/notes" ] || cp "$tmp/said" "$tmp/notes"
	ok "what_lies_in_the_labs_own_folder_counts_$way" is walk.c labs/$lab/walk.c
	ok "else_what_is_nearest_to_the_top_$way" is entry.c entry.c
	ok "else_the_first_by_the_alphabet_$way" is inject.c a/inject.c
	ok "the_same_is_said_$way" diff "$tmp/notes" "$tmp/said"
done
ok what_is_not_asked_for_is_one_line says 'guest/apps/walk.c and 25 more: not asked for; passed over'
ok a_name_that_is_there_again_is_noted says "walk.c: is there 3 times; labs/$lab/walk.c counts"
ok so_is_what_is_missing says "bounce.c: is missing; the starter's counts"
rm -r "$tmp/folder/labs" "$tmp/folder/old" "$tmp/folder/walk.c"
taken "$tmp/folder"
ok a_file_of_the_handout_is_not_taken_for_it says "walk.c: is missing; the starter's counts"
mkdir "$tmp/links"
for i in $(seq 30); do mkdir "$tmp/links/$i" && ln -s /etc/passwd "$tmp/links/$i/walk.c"; done
taken "$tmp/links"
ok many_refusals_do_not_hide_it says "walk.c: is missing; the starter's counts"
ok and_are_counted says '10 more: refused'

mkdir "$tmp/answered" && touch "$tmp/answered/"{answers.md,walk.c}
taken "$tmp/answered"
ok answers_are_asked_for bash -c 'grep "walk.c\|entry.c" "$1" && ! grep answers.md "$1"' - "$tmp/said"

# Names that are not ASCII.
python3 - "$tmp" <<'END'
import sys, zipfile
for name in "good", "bad":
    with zipfile.ZipFile(f"{sys.argv[1]}/{name}.zip", "w") as z:
        z.writestr("Übung 2/walk.c", "mine\n")
        z.writestr("Übung 2/Ähnliches\x1b[2J.txt", "")
with open(f"{sys.argv[1]}/bad.zip", "r+b") as f:
    data = f.read().replace("Ü".encode(), b"\xff\xfe")
    f.seek(0)
    f.write(data)
END
taken "$tmp/good.zip"
ok a_folder_may_have_any_letters is walk.c mine
ok a_name_is_noted_with_its_letters_and_nothing_else says 'Übung 2/Ähnliches?[2J.txt: not asked for; passed over'
taken "$tmp/bad.zip"
ok a_name_that_cannot_be_read_is_noted says 'a file: its name cannot be read; refused'

# A class's directory, or a submission's?
batch() { $tl batch $lab "$1" --kit "$tmp/tree" --book "$tmp/$2.db" -j 2; }
students() { (cd "$tmp/tree" && $tl report $lab --csv --book "$tmp/$1.db") | sed -n '2,$s/,.*//p' | tr -d '\n'; }
class=$tmp/class
mkdir -p "$class"/{alice,bob/labs/$lab} "$tmp/one/tests"
touch "$class/alice/walk.c" "$class/walk.c" "$tmp/one/walk.c" "$tmp/one/tests/test.c"
refused() { dies "class/$1, as a class does" batch "$class" none; }
ok a_loose_file_does_not_make_a_submission_of_a_class refused alice/walk.c
mv "$class/alice/walk.c" "$class/bob/labs/$lab/"
ok wherever_the_others_have_theirs refused "bob/labs/$lab/walk.c"
rm -r "$class/bob" && touch "$class/dora.zip"
ok so_it_is_with_archives refused dora.zip
rm "$class/walk.c"
ok without_it_all_are_graded batch "$class" class
ok each_by_his_name test "$(students class)" = '"alice""dora"'
ok a_submission_may_have_directories_of_its_own batch "$tmp/one" one
ok it_is_one test "$(students one)" = '"one"'

# Archives that are made to take long: each is read by a process of its own, within seconds.
python3 - "$tmp" <<'END'
import bz2, io, sys, tarfile
def header(name, size, kind):
    h = bytearray(512)
    h[0:len(name)] = name
    h[100:108] = b"0000644\0"
    h[108:124] = b"0000000\0" * 2
    h[124:136] = b"%011o\0" % size
    h[136:148] = b"00000000000\0"
    h[148:156] = b"        "
    h[156:157] = kind
    h[257:265] = b"ustar\x0000"
    h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h)
# Headers of nearly 1 MB, 20,000 of them, in 3 MB: none is of a file that would be counted.
n = 1024 * 1024 - 1024
body = b"%d comment=" % n
body += b"a" * (n - len(body) - 1) + b"\n"
one = bz2.compress(header(b"p", n, b"x") + body + b"\0" * (-n % 512) + header(b"f", 0, b"0"))
open(sys.argv[1] + "/headers.tar.bz2", "wb").write(one * 19900)
def tar(file, name, times=1):
    with tarfile.open(sys.argv[1] + "/" + file, "w:gz", format=tarfile.PAX_FORMAT) as t:
        for i in range(times):
            info = tarfile.TarInfo(name % i if "%" in name else name)
            info.size = 6
            t.addfile(info, io.BytesIO(b"int x;"))
tar("components.tar.gz", "a/" * 400000 + "walk.c")
tar("deep.tar.gz", "a/" * 40 + "walk.c")
tar("many.tar.gz", "d%d/other.c", 20500)
END
soon() { SECONDS=0; taken "$1"; [ "$SECONDS" -lt 30 ] && says "$2"; }
ok headers_count_as_well soon "$tmp/headers.tar.bz2" 'expands to more than 64 MB'
ok a_name_of_400000_components_is_refused soon "$tmp/components.tar.gz" 'has a name too long, or lies too deep; refused'
ok so_is_what_lies_deep soon "$tmp/deep.tar.gz" 'has a name too long, or lies too deep; refused'
ok so_many_files_are_not_looked_at soon "$tmp/many.tar.gz" '20000 files: are the most that are looked at'
mkdir -p "$tmp/hollow-deep/$(printf 'a/%.0s' $(seq 40))" && touch "$tmp/hollow-deep/$(printf 'a/%.0s' $(seq 40))walk.c"
ok a_folder_may_not_be_so_deep_either soon "$tmp/hollow-deep" 'has a name too long, or lies too deep; refused'

# What a person should look at. It costs nothing.
mkdir -p "$tmp/tree/ref/given" "$tmp/looked"
stages=$(sed -n 's/^\[stage \(.*\)\]/\1/p' labs/$lab/lab.conf | tr '\n' ' ')
for file in $(files_of $lab); do
	awk -f grader/regions.awk -v mode=slots -v stages="$stages" "$file" >"$tmp/tree/ref/given/$(basename "$file")"
done
reference $lab "$tmp/looked"
noted() { grep -F 'look at' "$tmp/said"; }
taken "$tmp/looked"
fails nothing_is_noted_of_the_reference bash -c 'grep "look at" "$1"' - "$tmp/said"
for file in $(files_of $lab); do
	awk -f grader/regions.awk -v mode=starter -v stubs=labs/$lab/stages -v stages="$stages" "$file" >"$tmp/looked/$(basename "$file")"
done
taken "$tmp/looked"
fails nor_of_the_starter bash -c 'grep "look at" "$1"' - "$tmp/said"
sed -i 's/^\tlab_todo("02.1c");/\tif (options.guest[9] == 0x61)\n\t\tprintk("alias=1");/' "$tmp/looked/fault.c"
sed -i '0,/^static [a-z_]* \*\?[a-z_0-9]*(/s/^static [a-z_]* \*\?[a-z_0-9]*(/static int helper(void)\n{\n\treturn 3;\n}\n&/' "$tmp/looked/fault.c"
taken "$tmp/looked"
ok who_asks_which_test_is_run_is_noted says 'look at fault.c: it asks what it was started with: if (options.guest[9]'
ok so_is_who_writes_elsewhere says 'look at fault.c: it differs from the handout outside its stages in 2 lines, the first: static int helper(void)'
done_testing
