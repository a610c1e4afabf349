# trace/trace.mk: tltrace, the host tool that reads, checks and draws traces, and its tests.
# By their files' names: where only the headers of librsvg were fetched (tools/doctor), the linker knows no others.
TLTRACE_LIBS := -l:librsvg-2.so.2 -l:libcairo.so.2 -l:libgobject-2.0.so.0 -l:libglib-2.0.so.0 -ljansson -lcapstone -ldw -lelf -lm
TLTRACE_SRC := $(wildcard trace/*/*.c)
TLTRACE_OBJ := $(TLTRACE_SRC:%.c=$(B)/host/%.o)
# Everything but main(), for the unit tests.
TLTRACE_LIB := $(B)/host/trace/libtltrace.a

$(B)/bin/tltrace: $(B)/host/trace/cmd/main.o $(TLTRACE_LIB)
	@mkdir -p $(@D)
	@$(call say,LINK,$@)
	$(Q)$(CC) $(HOSTLDFLAGS) -o $@ $^ $(TLTRACE_LIBS)

$(TLTRACE_LIB): $(filter-out $(B)/host/trace/cmd/main.o,$(TLTRACE_OBJ))
	@$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/host/trace/%.o: trace/%.c
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$<)
	$(Q)$(CC) $(HOSTCFLAGS) -Itrace -c -o $@ $<

# librsvg's headers: installed, or fetched.
$(B)/host/trace/draw/draw_render.o: HOSTCFLAGS += $(foreach d,"" "$${XDG_CACHE_HOME:-$$HOME/.cache}"/trapline/headers,$(addprefix \
	-isystem $(d)/usr/,$(addprefix include/,librsvg-2.0 gdk-pixbuf-2.0 cairo glib-2.0) lib/$(shell $(CC) -print-multiarch)/glib-2.0/include))

# The words of the pictures, gathered from the source: see draw_labels.h.
LABELS := $(B)/host/trace/draw/labels.inc
$(LABELS): $(filter-out trace/draw/draw_labels.c,$(wildcard trace/draw/*.c)) trace/cmd/draw_request.c
	@mkdir -p $(@D)
	@$(call say,GEN,$@)
	$(Q)cat $^ | tr '\n\t' '  ' | sed 's/" *"//g' | \
		grep -oP '\b(draw_text|draw_detail|page_line|word|WORD)\((?:[^";]*?)"\K(?:[^"\\]|\\.)*(?=")' | \
		LC_ALL=C sort -u | sed 's/.*/"&",/' >$@.tmp && mv $@.tmp $@
$(B)/host/trace/draw/draw_labels.o: $(LABELS)
$(B)/host/trace/draw/draw_labels.o: HOSTCFLAGS += -I$(dir $(LABELS))

# The player's page is linked in.
$(B)/host/trace/play/play_file.o: $(wildcard trace/play/*.html trace/play/*.css trace/play/*.js)

# Generated, and committed so that it can be read without building anything.
docs/events.md: include/trapline/event.def $(B)/bin/tltrace
	@$(call say,GEN,$@)
	$(Q)$(B)/bin/tltrace events-doc > $@.tmp && mv $@.tmp $@
.PHONY: events-doc
events-doc: docs/events.md ## regenerate docs/events.md from event.def

# Unit tests: tests/unit/trace_*.c, each against the library; trace_synth invents traces for them.
TRACE_TESTS := trace_reader trace_expect trace_witness trace_draw trace_domains trace_babeltrace trace_loop trace_timeline trace_memory trace_cli
UNIT_TESTS += $(TRACE_TESTS:%=$(B)/tests/%)
TRACE_SYNTH := $(B)/host/tests/unit/trace_synth.o

$(TRACE_TESTS:%=$(B)/host/tests/unit/%.o) $(TRACE_SYNTH) $(B)/host/tests/unit/trace_synth_write.o: \
		$(B)/host/tests/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$<)
	$(Q)$(CC) $(HOSTCFLAGS) -Itrace -c -o $@ $<

$(TRACE_TESTS:%=$(B)/tests/%) $(B)/tests/trace_synth_write: $(B)/tests/%: \
		$(B)/host/tests/unit/%.o $(TRACE_SYNTH) $(TLTRACE_LIB)
	@mkdir -p $(@D)
	@$(call say,LINK,$@)
	$(Q)$(CC) $(HOSTLDFLAGS) -o $@ $^ $(TLTRACE_LIBS) -lcmocka
$(B)/tests/trace_cli: | $(B)/bin/tltrace
TEST_PROGRAMS += $(B)/tests/trace_synth_write
