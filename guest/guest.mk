# guest.mk: Finch's two kernels from one source, its applications, and the initrd that holds them.

GB := $(B)/guest
# Debug information without the name of this directory: the same binaries wherever they are built.
GUEST_CFLAGS := $(KCFLAGS) -Iguest "-ffile-prefix-map=$(CURDIR)=."

$(GB)/string.c.o: guest/string.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

# The kernel: everything but arch/ is common.
FINCH_COMMON := $(sort $(foreach d,boot dev fs lib mm net proc sys trap,$(wildcard guest/finch/$(d)/*.[cS])))
finch_objs = $(patsubst guest/finch/%,$(GB)/$(1)/%.o,$(FINCH_COMMON) $(sort $(wildcard guest/finch/arch/$(1)/*.[cS])))

# $(call finch_port,PORT): how to build one of the two.
define finch_port
$(GB)/$(1)/%.c.o: guest/finch/%.c
	@mkdir -p $$(@D)
	@$$(call say,CC,'$$< ($(1))')
	$$(Q)$$(CC) $$(GUEST_CFLAGS) -Iguest/finch -Iguest/finch/arch/$(1) -c -o $$@ $$<
$(GB)/$(1)/%.S.o: guest/finch/%.S
	@mkdir -p $$(@D)
	@$$(call say,AS,'$$< ($(1))')
	$$(Q)$$(CC) $$(GUEST_CFLAGS) -Iguest/finch -Iguest/finch/arch/$(1) -c -o $$@ $$<
$(GB)/finch-$(1).elf: $(call finch_objs,$(1)) $(GB)/string.c.o guest/finch/arch/$(1)/finch.ld
	@$$(call say,LD,$$@)
	$$(Q)ld $$(KLDFLAGS) -T guest/finch/arch/$(1)/finch.ld -o $$@ $$(filter %.o,$$^)
endef
# Both ends of the rings of virtual devices, in kernel and applications.
RINGS := $(sort $(wildcard guest/rings/*.c))
$(GB)/rings/%.c.o: guest/rings/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(eval $(call finch_port,native))
$(eval $(call finch_port,pv))
$(GB)/finch-pv.elf: $(RINGS:guest/%=$(GB)/%.o)

# Applications: one file each, and the library.
APP_LIB := $(GB)/string.c.o $(patsubst guest/apps/%,$(GB)/apps/%.o,$(sort $(wildcard guest/apps/lib/*.[cS])))
APPS := $(sort $(patsubst guest/apps/%.c,%,$(wildcard guest/apps/*.c)))

$(GB)/apps/%.c.o: guest/apps/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(GUEST_CFLAGS) -Iguest/apps -c -o $@ $<
$(GB)/apps/%.S.o: guest/apps/%.S
	@mkdir -p $(@D)
	@$(call say,AS,$<)
	$(Q)$(CC) $(GUEST_CFLAGS) -Iguest/apps -c -o $@ $<
$(GB)/apps/%.elf: $(GB)/apps/%.c.o $(APP_LIB) guest/apps/app.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T guest/apps/app.ld -o $@ $(filter %.o,$^)
# The tool of Domain 0 is more than one file, and knows the trace's events as tltrace does.
$(GB)/apps/tl.elf: $(patsubst guest/apps/%,$(GB)/apps/%.o,$(wildcard guest/apps/tl/*.c)) $(GB)/schema.c.o
$(GB)/apps/tl.elf $(GB)/apps/tl/%.c.o: GUEST_CFLAGS += -Itrace
$(GB)/schema.c.o: trace/read/schema.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(GUEST_CFLAGS) -Itrace -c -o $@ $<
$(GB)/apps/tl.elf $(GB)/apps/xs.elf $(GB)/apps/vbd.elf $(GB)/apps/vif.elf $(GB)/apps/blkback.elf $(GB)/apps/netback.elf: \
	$(GB)/apps/xs/client.c.o
$(GB)/apps/vif.elf $(GB)/apps/blkback.elf $(GB)/apps/netback.elf: $(GB)/apps/xs/paths.c.o
$(GB)/apps/blkback.elf: $(GB)/apps/tl/hyper.c.o $(GB)/apps/tl/record.c.o \
	$(patsubst guest/apps/%,$(GB)/apps/%.o,$(wildcard guest/apps/blkback/*.c)) $(RINGS:guest/%=$(GB)/%.o)
$(GB)/apps/netback.elf: $(GB)/apps/tl/hyper.c.o $(GB)/apps/tl/record.c.o $(RINGS:guest/%=$(GB)/%.o) \
	$(patsubst guest/apps/%,$(GB)/apps/%.o,$(wildcard guest/apps/netback/*.c guest/apps/router/*.c))
# The store: its core is tested on the host, too.
STORE := $(sort $(wildcard guest/store/*.c))
$(GB)/apps/xenstored.elf: $(STORE:guest/%=$(GB)/%.o) $(GB)/apps/tl/hyper.c.o
.SECONDARY: $(APPS:%=$(GB)/apps/%.c.o) $(APP_LIB)

# The initrd: the applications without their symbols, and the text files; the same bytes always.
INITRD_TEXTS := $(sort $(wildcard guest/apps/etc/*))
$(GB)/initrd.cpio: $(APPS:%=$(GB)/apps/%.elf) $(INITRD_TEXTS)
	@$(call say,CPIO,$@)
	$(Q)rm -rf $(GB)/initrd && mkdir -p $(GB)/initrd
	$(Q)for a in $(APPS); do objcopy --strip-all $(GB)/apps/$$a.elf $(GB)/initrd/$$a; done
	$(Q)for t in $(INITRD_TEXTS); do cp $$t $(GB)/initrd/; done
	$(Q)cd $(GB)/initrd && chmod 0755 * && touch -h -d @0 * && \
		LC_ALL=C printf '%s\n' * | LC_ALL=C sort | \
		cpio --quiet --reproducible -o -H newc -R 0:0 > ../initrd.cpio.tmp
	$(Q)mv $(GB)/initrd.cpio.tmp $@

# What Domain 0 has beside its programs, to make other domains of: kernels, their programs, a script.
$(GB)/room.cpio: $(GB)/initrd.cpio $(GB)/finch-native.elf $(GB)/finch-pv.elf $(wildcard guest/room/*)
	@$(call say,CPIO,$@)
	$(Q)rm -rf $(GB)/room && cp -r $(GB)/initrd $(GB)/room
	$(Q)cp $(GB)/finch-native.elf $(GB)/finch-pv.elf guest/room/* $(GB)/room/
	$(Q)cp $(GB)/initrd.cpio $(GB)/room/programs.cpio
	$(Q)cd $(GB)/room && chmod 0755 * && touch -h -d @0 * && \
		LC_ALL=C printf '%s\n' * | LC_ALL=C sort | \
		cpio --quiet --reproducible -o -H newc -R 0:0 > ../room.cpio.tmp
	$(Q)mv $(GB)/room.cpio.tmp $@

$(GB)/store/%.c.o: guest/store/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

.PHONY: guest guest-delta
guest: $(GB)/finch-native.elf $(GB)/finch-pv.elf $(GB)/initrd.cpio $(GB)/room.cpio ## build Finch, both ports, and its applications

guest-delta: ## how many lines of Finch differ between its two ports
	$(Q)guest/delta.sh
