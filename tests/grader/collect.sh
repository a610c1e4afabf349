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
echo x >"$tmp/links/entry.c"
taken "$tmp/links"
ok many_refusals_do_not_hide_it says "walk.c: is missing; the starter's counts"
ok and_are_counted says '10 more: refused'

mkdir "$tmp/answered" && touch "$tmp/answered/"{answers.md,walk.c}
taken "$tmp/answered"
ok answers_are_asked_for bash -c 'grep "walk.c\|entry.c" "$1" && ! grep answers.md "$1"' - "$tmp/said"

# What cannot be taken is said, with what to ask for; and of who has sent nothing no list of what is missing.
mkdir "$tmp/wrong"
printf 'Rar!\x1a\x07\x01\0' >"$tmp/rar.rar" && printf '7z\xbc\xaf\x27\x1c' >"$tmp/seven.7z" && : >"$tmp/void.zip"
for name in 'rar.rar: is a rar archive, which is not read; ask for a zip' 'seven.7z: is a 7z archive, which is not read; ask for a zip' 'void.zip: is empty'; do
	taken "$tmp/${name%%:*}"
	ok "it_says_what_${name%%.*}_is" says "$name"
	fails "and_no_more_${name%%.*}" grep missing "$tmp/said"
done
mkdir "$tmp/wide" && echo 'int a;' | iconv -t UTF-16 >"$tmp/wide/walk.c" && : >"$tmp/wide/entry.c" && echo 'int b;' >"$tmp/wide/inject.c.txt"
taken "$tmp/wide"
ok utf_16_is_said says 'walk.c: is UTF-16, which no compiler reads; refused; ask for UTF-8'
ok what_is_empty_is_said says 'entry.c: has nothing in it'
ok an_editors_txt_is_taken says 'inject.c.txt: taken for inject.c'
ok and_is_it is inject.c 'int b;'
mkdir "$tmp/marked" && printf '\xef\xbb\xbfint a;\n' >"$tmp/marked/walk.c"
taken "$tmp/marked"
ok the_mark_before_utf_8_is_left_out is walk.c 'int a;'
# Two archives, and no reason why it should be the one: that is on the batch's line.
mkdir -p "$tmp/two/al" "$tmp/old/deep" "$tmp/new/deep" && echo none | tee "$tmp/old/deep/walk.c" >"$tmp/new/deep/walk.c" && echo old >"$tmp/old/walk.c" && echo new >"$tmp/new/walk.c" && echo same | tee "$tmp/old/entry.c" >"$tmp/new/entry.c"
(cd "$tmp/old" && zip -qr ../two/al/lab02.zip walk.c entry.c deep) && (cd "$tmp/new" && zip -qr ../two/al/lab02_new.zip walk.c entry.c deep)
ok a_class_with_two_archives bash -c 'cd "$1/tree" && "$2" batch "$3" "$1/two" --kit "$1/tree" --book "$1/two.db" >"$1/two.log"' - "$tmp" "$tl" $lab
ok what_the_alphabet_alone_decides_is_on_the_line grep -q '^      [0-9]* of [0-9]* files taken: walk.c: is there 4 times; lab02.zip/walk.c counts, by the alphabet alone, and they differ; ' "$tmp/two.log"
ok what_is_the_same_in_both_is_no_question grep -q 'entry.c: is there 2 times; lab02.zip/entry.c counts; ' "$tmp/two.log"

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
# In little time of the processor's: others may have most of it.
soon() {
	local user system TIMEFORMAT='%0U %0S'
	{ time taken "$1"; } 2>"$tmp/cpu"
	read -r user system <"$tmp/cpu"
	[ $((user + system)) -lt 15 ] && says "$2"
}
ok headers_count_as_well soon "$tmp/headers.tar.bz2" 'expands to more than 64 MB'
ok a_name_of_400000_components_is_refused soon "$tmp/components.tar.gz" 'has a name too long, or lies too deep; refused'
ok so_is_what_lies_deep soon "$tmp/deep.tar.gz" 'has a name too long, or lies too deep; refused'
ok so_many_files_are_not_looked_at soon "$tmp/many.tar.gz" '20000 files: are the most that are looked at'
mkdir -p "$tmp/hollow-deep/$(printf 'a/%.0s' $(seq 40))" && touch "$tmp/hollow-deep/$(printf 'a/%.0s' $(seq 40))walk.c"
ok a_folder_may_not_be_so_deep_either soon "$tmp/hollow-deep" 'has a name too long, or lies too deep; refused'

# The same, one archive within another: all limits are of all of them together.
python3 - "$tmp" $(files_of $lab | xargs -n 1 basename) <<'END'
import io, sys, tarfile, zipfile
out = sys.argv[1]
def zipped(entries, level=zipfile.ZIP_DEFLATED):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", level) as z:
        for name, data in entries:
            z.writestr(name, data)
    return b.getvalue()
def put(name, data):
    open(f"{out}/{name}", "wb").write(data)
mine = [("walk.c", "mine\n")]
all = [(name, "mine\n") for name in sys.argv[2:]]
zeros = zipped([("zeros", bytes(48 << 20))])
put("bombs.zip", zipped([("1.zip", zeros), ("2.zip", zeros)] + [("z.zip", zipped(mine))]))
put("thick.zip", zipped([("thick.zip", zipped([("other", bytes(17 << 20))], zipfile.ZIP_STORED)), ("z.zip", zipped(mine))]))
many = zipped([(f"f{i}", b"") for i in range(300)])
put("crowd.zip", zipped([(f"{i}.zip", many) for i in range(100)]))
put("heads.zip", zipped([("h.tar.bz2", open(f"{out}/headers.tar.bz2", "rb").read())]))
put("heads-again.zip", zipped([(f"{i}.tar.bz2", open(f"{out}/headers.tar.bz2", "rb").read()[:150000]) for i in range(40)]))
b = io.BytesIO()
with tarfile.open(fileobj=b, mode="w") as t:
    for name, kind, link in ("../../../../tmp/pwned/walk.c", tarfile.REGTYPE, ""), ("entry.c", tarfile.SYMTYPE, "/etc/passwd"), ("inject.c", tarfile.LNKTYPE, "/etc/passwd"):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        t.addfile(info)
put("links.zip", zipped([("l.tar", b.getvalue())]))
deep = zipped(mine)
for i in range(40):
    deep = zipped([(f"{i}.zip", deep)])
put("matryoshka.zip", deep)
put("deep-inside.zip", zipped([("a/" * 20 + "x.zip", zipped([("b/" * 20 + "walk.c", "mine\n")]))]))
put("noise-inside.zip", zipped([("x.zip", b"PK\3\4 no"), ("y.tar.gz", b"\x1f\x8b\x08" + bytes(40)), ("z.zip", zipped(all))]))
put("noise-instead.zip", zipped([("x.zip", b"PK\3\4 no"), ("z.zip", zipped(all[1:]))]))
END
ok bombs_within_are_one_bomb soon "$tmp/bombs.zip" 'expands to more than 64 MB'
ok what_is_too_big_to_be_looked_into_is_said soon "$tmp/thick.zip" 'thick.zip: is bigger than 16 MB; refused'
ok and_the_next_is_looked_into is walk.c mine
ok many_in_many_are_too_many soon "$tmp/crowd.zip" '20000 files: are the most that are looked at'
ok headers_within_count_as_well soon "$tmp/heads.zip" 'expands to more than 64 MB'
ok headers_of_many_count_together soon "$tmp/heads-again.zip" 'expands to more than 64 MB'
ok within_nothing_leads_out soon "$tmp/links.zip" 'pwned/walk.c: leads out of its archive; refused'
ok nor_are_there_links soon "$tmp/links.zip" 'l.tar/entry.c: is no regular file; refused'
ok of_forty_in_each_other_two_are_opened soon "$tmp/matryoshka.zip" '39.zip/38.zip: is an archive in an archive in another; not looked into'
ok depths_add_up soon "$tmp/deep-inside.zip" 'has a name too long, or lies too deep; refused'
ok noise_within_does_not_hide_the_rest soon "$tmp/noise-inside.zip" 'x.zip: is a damaged archive'
ok which_is_taken is walk.c mine
none_is_taken() { [ ! -e "$tmp/graded.src" ] || [ -z "$(ls "$tmp/graded.src")" ]; }
ok if_one_is_missing_it_may_be_what_cannot_be_read soon "$tmp/noise-instead.zip" 'not all of it can be read, so nothing of it is taken'
ok and_none_is_taken none_is_taken

# Cut off, or with a password: nothing is graded that could not be read.
mkdir "$tmp/whole"
for file in $(files_of $lab); do head -c 3000 /dev/urandom | base64 >"$tmp/whole/$(basename "$file")"; done
(cd "$tmp/whole" && zip -q "$tmp/whole.zip" -- * && zip -q -P pw "$tmp/secret.zip" -- * && zip -q -P pw "$tmp/one.zip" walk.c && zip -q "$tmp/one.zip" -- [!w]*) >/dev/null 2>&1
head -c 9000 "$tmp/whole.zip" >"$tmp/cut.zip"
tar -C "$tmp/whole" -czf "$tmp/whole.tgz" . && head -c 9000 "$tmp/whole.tgz" >"$tmp/cut.tgz"
for form in secret.zip one.zip; do
	taken "$tmp/$form"
	ok "a_password_is_said_$form" says 'is encrypted; ask for an archive without a password'
	ok "and_nothing_is_taken_$form" none_is_taken
done
for form in cut.zip cut.tgz; do
	taken "$tmp/$form"
	ok "what_is_cut_off_is_said_$form" says 'not all of it can be read, so nothing of it is taken'
	ok "and_nothing_of_it_is_taken_$form" none_is_taken
	fails "nor_is_a_file_said_to_be_empty_$form" grep 'has nothing in it' "$tmp/said"
done

# Random names, of the pieces that platforms' names have: each file is a student's, is older than another, or is said to be nobody's.
python3 - "$tmp/fuzz" "${SEED:-5}" <<'END'
import os, random, sys
rng = random.Random(int(sys.argv[2]))
pieces = ["_", "_", "_", "-", " ", "123", "45", "0", "99999999999999999999999", "LATE", "late", "anon", "attempt", "assignsubmission", "file",
          "onlinetext", "2026-03-01-23-58-12", "9999-99-99-99-99-99", "jane", "Doe", "walk", ".c", ".zip", ".ZIP", ".tar.gz", ".txt", ".7z", "(1)", "'", '"',
          "=", "%s%n", "\t", "\n", "\x1b[2J", "é", "\udcff", "..", "a" * 60]
os.mkdir(sys.argv[1])
for i in range(120):
    name = "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 12))).lstrip(".")
    if rng.random() < 0.5:
        name = rng.choice(["jane_1_2_", "J_7_assignsubmission_file_", "Lab_j_attempt_2026-03-01-23-58-12_", "doe_LATE_3_4_"]) + name
    if not name or len(os.fsencode(name)) > 200 or name.endswith(".c"):
        continue
    path = f"{sys.argv[1]}/{name}"
    if rng.random() < 0.3:
        os.makedirs(path, exist_ok=True)
    elif not os.path.exists(path):
        open(path, "w").write("walk")
print(len(os.listdir(sys.argv[1])))
END
$tl batch $lab "$tmp/fuzz" --kit "$tmp/tree" --book "$tmp/fuzz.db" -j 2 >"$tmp/fuzz.log" 2>&1
ok random_names_end_in_no_disorder grep -qE '^[0-9]+ graded, 0 were already' "$tmp/fuzz.log"
ok and_in_no_control_character bash -c '! LC_ALL=C grep -aP "[\x01-\x08\x0b-\x1f]" "$1"' - "$tmp/fuzz.log"
(cd "$tmp/tree" && $tl report $lab --csv --book "$tmp/fuzz.db") >"$tmp/fuzz.csv" 2>"$tmp/fuzz.err"
ok each_student_of_them_is_reported test "$(python3 -c 'import csv, sys; print(sum(1 for _ in csv.DictReader(open(sys.argv[1], errors="surrogateescape"))))' "$tmp/fuzz.csv")" = "$(sed -n 's/^\([0-9]*\) graded.*/\1/p' "$tmp/fuzz.log")"

# What a person should look at. It costs nothing.
mkdir -p "$tmp/tree/ref/given" "$tmp/looked"
stages=$(stages_of $lab)
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
