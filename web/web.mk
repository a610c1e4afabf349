# web.mk: build/web/, a static site with the machine in it: the emulator v86, the ISO that it boots, a terminal, and tltrace in
# WebAssembly, which reads the trace out of the machine's memory and writes the page that steps through it.
WEB := $(B)/web
WEB_NPM := $(B)/web-npm
WEB_SRC := $(B)/web-src
WASM := $(B)/wasm
WASMCC := clang --target=wasm32-wasi -O2

$(WEB_NPM)/.stamp: web/package.json web/package-lock.json
	@$(call say,NPM,$(WEB_NPM))
	$(Q)rm -rf $(WEB_NPM) && mkdir -p $(WEB_NPM) && cp $^ $(WEB_NPM)
	$(Q)cd $(WEB_NPM) && timeout 300 npm ci --silent --no-audit --no-fund || { echo "web: npm could not fetch what package-lock.json names" >&2; exit 1; }
	$(Q)touch $@
$(WEB_SRC)/.stamp: web/sources
	@$(call say,SOURCE,$(WEB_SRC))
	$(Q)rm -rf $(WEB_SRC) && web/sources $(WEB_SRC) && touch $@

# tltrace: the commands that the page needs, and what those call. What paints by librsvg, no page needs; for libdw, web/tltrace has something simpler.
WASM_TL := $(addprefix trace/cmd/,main.c cmd_extract.c cmd_info.c cmd_play.c cmd_stats.c) $(wildcard trace/read/*.c) \
	$(filter-out trace/play/source.c trace/draw/draw_file.c trace/draw/draw_render.c,$(wildcard trace/play/*.c trace/draw/*.c)) \
	$(addprefix web/tltrace/,commands.c source_table.c posix.c)
WASM_TL_OBJ := $(WASM_TL:%.c=$(WASM)/%.o)
$(WASM_TL_OBJ): $(WASM)/%.o: %.c | $(WASM)/jansson.o
	@mkdir -p $(@D)
	@$(call say,WASMCC,$<)
	$(Q)$(WASMCC) -std=gnu11 -D_GNU_SOURCE -w -Werror=implicit-function-declaration -MMD -MP -include web/tltrace/posix.h -Iinclude -Itrace -I$(dir $(LABELS)) -I$(WASM)/jansson \
		-I$(WEB_SRC)/jansson/src -I$(WEB_SRC)/capstone/include -c -o $@ $<
$(WASM)/trace/draw/draw_labels.o: $(LABELS)
$(WASM)/trace/play/play_file.o: $(wildcard trace/play/*.html trace/play/*.css trace/play/*.js)

# Its two libraries, each in one go.
$(WASM)/jansson.o: $(WEB_SRC)/.stamp
	@$(call say,WASMCC,$@)
	$(Q)rm -rf $(WASM)/jansson && mkdir -p $(WASM)/jansson
	$(Q)sed 's/@json_inline@/inline/; s/@json_have_long_long@/1/; s/@[a-z_]*@/0/' $(WEB_SRC)/jansson/src/jansson_config.h.in >$(WASM)/jansson/jansson_config.h
	$(Q): >$(WASM)/jansson/jansson_private_config.h
	$(Q)from=$$PWD/$(WEB_SRC)/jansson/src && cd $(WASM)/jansson && $(WASMCC) -w -DHAVE_CONFIG_H $(addprefix -DHAVE_,STDINT_H SYS_TYPES_H SYS_TIME_H UNISTD_H STRTOLL) \
		-I. "-I$$from" -c "$$from"/*.c
	$(Q)wasm-ld -r -o $@ $(WASM)/jansson/*.o
$(WASM)/capstone.o: $(WEB_SRC)/.stamp
	@$(call say,WASMCC,$@)
	$(Q)rm -rf $(WASM)/capstone && mkdir -p $(WASM)/capstone
	$(Q)from=$$PWD/$(WEB_SRC)/capstone && cd $(WASM)/capstone && $(WASMCC) -w -DCAPSTONE_HAS_X86 -DCAPSTONE_USE_SYS_DYN_MEM \
		"-I$$from/include" -c "$$from"/*.c "$$from"/arch/X86/*.c
	$(Q)wasm-ld -r -o $@ $(WASM)/capstone/*.o
$(WEB)/tltrace.wasm: $(WASM_TL_OBJ) $(WASM)/jansson.o $(WASM)/capstone.o
	@mkdir -p $(@D)
	@$(call say,WASMLD,$@)
	$(Q)$(WASMCC) -s -Wl,-z,stack-size=1048576 -o $@ $^

# What DWARF says of hypervisor and kernels, as far as the page needs it.
$(B)/bin/lines: web/tltrace/lines.c $(TLTRACE_LIB)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -Itrace -o $@ $^ $(HOSTLDFLAGS) $(TLTRACE_LIBS)
$(WEB)/hv.lines: $(HV_ELF) $(B)/bin/lines
	$(Q)mkdir -p $(@D) && $(B)/bin/lines hv $< >$@
$(WEB)/native.lines: $(FINCH_NATIVE) $(B)/bin/lines
	$(Q)mkdir -p $(@D) && $(B)/bin/lines guest $< >$@
$(WEB)/pv.lines: $(FINCH_PV) $(B)/bin/lines
	$(Q)mkdir -p $(@D) && $(B)/bin/lines guest $< >$@

# One ISO for both designs, which any PC boots; without debugging information, which no machine needs.
$(WEB)/trapline.iso: $(HV_ELF) $(FINCH_NATIVE) $(FINCH_PV) $(GB)/initrd.cpio web/grub.cfg tools/iso
	@mkdir -p $(@D) $(WASM)/iso
	@$(call say,ISO,$@)
	$(Q)for elf in $(HV_ELF) $(FINCH_NATIVE) $(FINCH_PV); do tools/i386 objcopy --strip-debug $$elf $(WASM)/iso/$$(basename $$elf); done
	$(Q)tools/iso $@ web/grub.cfg $(foreach f,hv.elf finch-native.elf finch-pv.elf,$(f)=$(WASM)/iso/$(f)) initrd=$(GB)/initrd.cpio

# Others' parts, each beside its licence.
V86 := $(WEB_NPM)/node_modules/v86
XTERM := $(WEB_NPM)/node_modules/@xterm/xterm
SHIM := $(WEB_NPM)/node_modules/@bjorn3/browser_wasi_shim
$(WEB)/.parts: $(WEB_NPM)/.stamp $(WEB_SRC)/.stamp web/LICENCES
	@$(call say,COPY,$(WEB))
	$(Q)mkdir -p $(WEB)/v86 $(WEB)/xterm $(WEB)/wasi $(WEB)/seabios $(WEB)/licences
	$(Q)cp $(V86)/build/libv86.js $(V86)/build/v86.wasm $(V86)/build/v86-fallback.wasm $(V86)/LICENSE $(WEB)/v86/
	$(Q)cp $(XTERM)/lib/xterm.js $(XTERM)/css/xterm.css $(XTERM)/LICENSE $(WEB)/xterm/
	$(Q)sed -i '/^\/\/# sourceMappingURL/d' $(WEB)/xterm/xterm.js
	$(Q)for f in wasi wasi_defs fs_mem fd debug; do cp $(SHIM)/dist/$$f.js $(WEB)/wasi/; done && cp $(SHIM)/LICENSE-MIT $(WEB)/wasi/
	$(Q)cp /usr/share/seabios/bios.bin /usr/share/seabios/vgabios-stdvga.bin $(WEB)/seabios/ && cp /usr/share/doc/seabios/copyright $(WEB)/seabios/COPYRIGHT
	$(Q)cp web/LICENCES LICENSE $(WEB)/licences/ && cp /usr/share/doc/wasi-libc/copyright $(WEB)/licences/wasi-libc && cp /usr/share/doc/grub-common/copyright $(WEB)/licences/grub&& cp $(WEB_SRC)/jansson/LICENSE $(WEB)/licences/jansson && cp $(WEB_SRC)/capstone/LICENSE.TXT $(WEB)/licences/capstone
	$(Q)touch $@
WEB_OWN := index.html page.css page.js machine.js tltrace.js
$(WEB_OWN:%=$(WEB)/%): $(WEB)/%: web/%
	@mkdir -p $(@D) && cp $< $@
# What the guest's init can run, with the words that it has for each.
$(WEB)/scenarios.js: guest/apps/init.c
	@mkdir -p $(@D)
	$(Q)sed -n 's|^ *{"\([a-z]*\)", "[a-z]*"},.*/\* \(.*\) \*/|["\1", "\2"],|p' $< | sed '1s|^|const SCENARIOS = [\n|; $$s|$$|\n];|' >$@

# The machine as it waits for the hypervisor's command line: no visitor waits for its firmware.
$(WEB)/start.zst: $(WEB)/trapline.iso $(WEB)/.parts web/save.js web/machine.js
	@$(call say,SAVE,$@)
	$(Q)timeout 120 node web/save.js $(WEB) $(WASM)/start.bin && zstd -q -19 -f $(WASM)/start.bin -o $@

web: $(B)/.doctor-demo+bochs+web ## a site with the machine in it, for any browser: build/web/
	@$(build) -j$$(nproc) all
	@$(build) -j$$(nproc) web-site

.PHONY: web web-site web-fetched
web-fetched: $(WEB_NPM)/.stamp $(WEB_SRC)/.stamp
	@:
web-site: $(WEB)/tltrace.wasm $(addprefix $(WEB)/,hv.lines native.lines pv.lines) $(WEB)/.parts $(WEB_OWN:%=$(WEB)/%) $(WEB)/scenarios.js $(WEB)/start.zst
	@echo "$(WEB): $$(du -sm --apparent-size $(WEB) | cut -f1) MB; to look at it: python3 -m http.server -b 127.0.0.1 -d $(WEB)"
-include $(WASM_TL_OBJ:.o=.d)
