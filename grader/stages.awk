# stages.awk: the labs' stages as a C table, from labs/*/lab.conf: what a stage that is not written
# says of itself. No text is written twice.
function quoted(s) { gsub(/[\\"]/, "\\\\&", s); return "\"" s "\"" }
function flush_stage() {
	if (id != "")
		printf "LAB_STAGE(%s, %s, %s, %s, %s) ", quoted(id), quoted(lab), quoted(key["title"]), \
			quoted(key["todo"]), quoted(key["read"])
	id = ""
	delete key
}
BEGIN { printf "#define LAB_STAGES " }
FNR == 1 { flush_stage(); n = split(FILENAME, dir, "/"); lab = dir[n - 1] }
/^\[/ { flush_stage() }
/^\[stage / { id = $2; sub(/\]/, "", id) }
/^[a-z]+ *=/ { k = v = $0; sub(/ *=.*/, "", k); sub(/^[a-z]+ *= */, "", v); key[k] = v }
END { flush_stage(); print "" }
