#!/usr/bin/env bash
# style.sh: the source is laid out as one, and the handbook speaks of what is there.
. "$(dirname "$0")/../lib.sh"

ok the_source_is_laid_out_and_cppcheck_is_silent tools/lint
ok the_tour_has_each_file_once_and_names_what_is_there tools/tour --check
tour_refuses() { # NAME COMPLAINT EDIT: what is done to a copy
	rm -rf "$tmp/tree" && mkdir "$tmp/tree" && cp -r docs hv include tools "$tmp/tree"
	(cd "$tmp/tree" && eval "$3")
	ok "the_tour_refuses_$1" bash -c '! "$1/tools/tour" --check 2>"$1/said" && grep -q "$2" "$1/said" || ! cat "$1/said"' \
		- "$tmp/tree" "$2"
}
tour_refuses a_file_in_no_chapter 'hv/mem/new.c is in no chapter' 'touch hv/mem/new.c'
tour_refuses a_file_in_two_chapters 'hv/mem/heap.c is in .*03-memory.md and in .*04-gate.md' \
	'echo "- core: \`hv/mem/heap.c\`" >>docs/tour/04-gate.md'
tour_refuses a_file_that_has_moved 'there is no file hv/mem/heap.c' 'mv hv/mem/heap.c hv/mem/pile.c'
tour_refuses a_function_that_is_not_there 'nothing in the source is called frame_lose' 'echo "frame_lose()" >>docs/tour/03-memory.md'
tour_refuses a_struct_that_is_not_there 'nothing in the source is called lost_frame' 'echo "struct lost_frame" >>docs/tour/03-memory.md'
tour_refuses a_core_of_two_weeks "more than a week's" 'yes "int x;" | head -n 8000 >>hv/mem/frame.c'
ok the_tour_prints bash -c 'tools/tour >"$1" && [ "$(wc -l <"$1")" -gt 15000 ]' - "$tmp/tour"
ok the_tour_is_one_page tools/tour --html "$tmp/tour.html"
ok its_links_lead_into_it diff /dev/null <(comm -23 <(grep -o 'href="[^"]*"' "$tmp/tour.html" | sed 's/href="#\?//' | sort -u) \
	<(grep -o ' id="[^"]*"' "$tmp/tour.html" | sed 's/ id="//' | sort -u))
ok and_it_loads_nothing bash -c '! grep -nE "<(script|link|img|iframe)|@import|url\(" "$1"' - "$tmp/tour.html"
ok the_events_page_is_event_def diff docs/events.md <(build/bin/tltrace events-doc)

# What README.md and docs/ name, one a line with its page: links, files, and targets of make.
pages=(README.md docs/*.md docs/tour/*.md)
links() {
	grep -oP '\]\(\K[^)#]+' "${pages[@]}" | grep -v ':http' |
		while IFS=: read -r page link; do echo "$page $(dirname "$page")/$link"; done
}
files() { # what is built is under build/; a student's own files are not here
	grep -oP '(?<![\w/.-])(tools|hv|tests|guest|trace|grader|labs|docs|include)/[\w./*{},-]*\w' "${pages[@]}" |
		grep -vE 'NN-name|:labs/[0-9]+-[^/]*/[^/]*\.[ch]$' | tr : ' '
}
targets() {
	grep -ohP '(^    |`)make \K[a-z-]+(?![\w/-])' "${pages[@]}" | sort -u
}
missing() {
	local name
	while read -r page name; do
		name=$(eval "echo $name" | cut -d ' ' -f 1) # of a {choice} the first
		compgen -G "$name" >/dev/null || compgen -G "labs/*/$name" >/dev/null || echo "$page names $name"
	done
}
known_targets() {
	sed -nE 's/^([a-z-]+):.*## .*/\1/p' Makefile guest/guest.mk trace/trace.mk grader/grader.mk web/web.mk | sort -u
}
ok each_link_leads_somewhere diff /dev/null <(links | missing)
ok each_file_that_is_named_is_there diff /dev/null <(files | missing)
ok each_target_of_make_is_one diff /dev/null <(comm -23 <(targets) <(known_targets))
done_testing
