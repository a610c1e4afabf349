#!/usr/bin/env bash
# diverge.sh: where a trace leaves what is expected of it, the report has the picture of the place:
# what was expected in grey, what came instead in red.
. "$(dirname "$0")/lib.sh"
lab=02-pagefault
book=$tmp/book.db
ok there_is_a_kit make -s kit LAB=$lab
grader/mutate $lab tests/mutants/$lab/error-write.patch "$tmp/class/error-write"
build/bin/tlgrade batch $lab "$tmp/class" --book "$book" --seed 1 >"$tmp/batch" 2>&1
build/bin/tlgrade show $lab error-write --book "$book" >"$tmp/show" 2>&1
build/bin/tlgrade report $lab --html --book "$book" >"$tmp/html" 2>&1
picture=$(sed -n 's/^ *picture: \(.*\.diverged\.svg\)$/\1/p' "$tmp/show" | head -n 1)
ok it_was_drawn_in_confinement_without_a_word bash -c '! grep -i fontconfig "$1"' - "$tmp/show"
ok show_names_the_picture test -s "$picture"
in_page() { # FILE: that picture, to the letter
	python3 - "$tmp/html" "$1" <<-'END'
		import base64, gzip, json, re, sys
		page = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', open(sys.argv[1]).read(), re.S)[1])
		sys.exit(open(sys.argv[2], "rb").read() not in [gzip.decompress(base64.b64decode(p)) for p in page["pictures"]])
	END
}
ok the_html_report_has_it in_page "$picture"
# A page that steps through what led there lies beside it, and is in the report, in three parts.
page=$(sed -n 's/^ *step by step: \(.*\.diverged\.html\)$/\1/p' "$tmp/show" | head -n 1)
ok show_names_the_page test -s "$page"
in_parts() {
	python3 - "$tmp/html" "$page" <<-'END'
		import base64, gzip, json, re, sys
		data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', open(sys.argv[1]).read(), re.S)[1])
		part = lambda n: gzip.decompress(base64.b64decode(data["pictures"][n]))
		pages = [b"".join(map(part, p)) for s in data["students"] for p in s["play"].values()]
		sys.exit(open(sys.argv[2], "rb").read() not in pages)
	END
}
ok the_html_report_has_it_too in_parts
ok it_says_what_is_wrong grep -qE '"note": ?"[^"]{10}' "$page"
# text_of CLASS: what the elements of a class say, a line each
text_of() {
	awk -v class="$1" '/^<g / { on = index($0, "class=\"" class "\"") } on && /<text/' "$picture" |
		sed 's/<[^>]*>//g; s/&#60;/</g; s/&#62;/>/g; s/&#34;/"/g; s/&#38;/\&/g'
}
# The title names the line that does not hold: "fault.expect:8".
IFS=: read -r expect number < <(sed -n 's/.*>\([a-z-]*\.expect:[0-9]*\) does not hold<.*/\1/p' "$picture")
line=$(sed -n "${number:-0}p" labs/$lab/tests/"$expect")
event=${line#any } event=${event%% *}
ok the_expected_event_is_in_it_in_grey bash -c 'cat <<<"$1"; grep -xF "expected: $2" <<<"$1" && grep -F "$3" <<<"$1"' - \
	"$(text_of 'label expected')" "$event" "$line"
ok and_what_came_in_red bash -c 'cat <<<"$1"; grep "^got: " <<<"$1" && grep -E "^event [0-9]+: $2 vec=14 err=0x00000000" <<<"$1"' - \
	"$(text_of 'label got')" "$event"
ok red_and_grey_are_the_colours_of_arrows bash -c \
	'grep "class=\"arrow .* got\"" "$1" | grep -q "stroke=\"#E60000\"" && grep "class=\"arrow .* expected\"" "$1" | grep -q "stroke=\"#808080\".*dasharray"' - "$picture"
done_testing
