# guest.mk: Finch's two kernels from one source, its applications, and the initrd that holds them.

GB := $(B)/guest
# Debug information without the name of this directory: the same binaries wherever they are built.
GUEST_CFLAGS := $(KCFLAGS) -Iguest "-ffile-prefix-map=$$PWD=."

$(GB)/string.c.o: guest/string.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -c -o $@ $<

# The kernel: everything but arch/ is common.
FINCH_COMMON := $(sort $(foreach d,boot dev fs lib mm net proc sys trap,$(wildcard guest/finch/$(d)/*.[cS])))
finch_objs = $(patsubst guest/finch/%,$(GB)/$(1)/%.o,$(FINCH_COMMON) $(sort $(wildcard guest/finch/arch/$(1)/*.[cS])))

# Units that a lab is about: a student's own, in a handout an object (ref/), else ours. What is linked with a
# student's lies beside his hypervisor, and tools/run takes it from there.
unit_obj = $(foreach u,$(1),$(if $(filter $(u),$(LAB_UNITS)),$(LAB_OUT)/$(u:.c=.o),$(firstword \
	$(wildcard ref/$(u:.c=.o)) $(u:guest/%=$(GB)/%.o))))
LAB_GUEST := $(filter guest/%,$(LAB_UNITS))
GUEST_OUT := $(if $(LAB_GUEST),$(LAB_OUT),$(GB))
FINCH_PV := $(GUEST_OUT)/finch-pv.elf
ROOM := $(GUEST_OUT)/room.cpio

# Both ends of the rings of virtual devices, in kernel and applications.
RINGS := $(addprefix guest/rings/,ring.c front.c back.c grants.c turns.c)
RINGS_O := $(call unit_obj,$(RINGS))
# The balloon: both kernels have a student's; then the native one lies beside his hypervisor, too.
BALLOON := $(addprefix guest/balloon/,inflate.c target.c policy.c)
BALLOON_O := $(call unit_obj,$(BALLOON))
FINCH_NATIVE := $(if $(filter $(BALLOON),$(LAB_UNITS)),$(LAB_OUT),$(GB))/finch-native.elf
ROUTER := $(sort $(wildcard guest/apps/router/*.c) guest/apps/router/rules.c)
$(GB)/rings/%.c.o: guest/rings/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -c -o $@ $<
$(GB)/balloon/%.c.o: guest/balloon/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -c -o $@ $<

# $(call finch_port,PORT,FILE): how to build one of the two.
define finch_port
$(GB)/$(1)/%.c.o: guest/finch/%.c
	@mkdir -p $$(@D)
	@$$(call say,CC,'$$< ($(1))')
	$$(Q)$$(KCC) $$(GUEST_CFLAGS) -Iguest/finch -Iguest/finch/arch/$(1) -c -o $$@ $$<
$(GB)/$(1)/%.S.o: guest/finch/%.S
	@mkdir -p $$(@D)
	@$$(call say,AS,'$$< ($(1))')
	$$(Q)$$(KCC) $$(GUEST_CFLAGS) -Iguest/finch -Iguest/finch/arch/$(1) -c -o $$@ $$<
$(2): $(call finch_objs,$(1)) $(GB)/string.c.o guest/finch/arch/$(1)/finch.ld
	@mkdir -p $$(@D)
	@$$(call say,LD,$$@)
	$$(Q)$$(KLD) $$(KLDFLAGS) -T guest/finch/arch/$(1)/finch.ld -o $$@ $$(filter %.o,$$^)
endef
$(eval $(call finch_port,native,$(FINCH_NATIVE)))
$(eval $(call finch_port,pv,$(FINCH_PV)))
$(FINCH_PV): $(RINGS_O) $(BALLOON_O)
$(FINCH_NATIVE): $(BALLOON_O)
# A student's stage that is not written says so.
$(if $(LAB_GUEST),$(eval $(FINCH_PV): $(GB)/lib/lab_kernel.c.o))
$(if $(filter $(LAB_OUT)/%,$(FINCH_NATIVE)),$(eval $(FINCH_NATIVE): $(GB)/lib/lab_kernel.c.o))
$(GB)/lib/%.c.o: guest/lib/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -c -o $@ $<

# Applications: one file each, and the library.
APP_LIB := $(GB)/string.c.o $(patsubst guest/apps/%,$(GB)/apps/%.o,$(sort $(wildcard guest/apps/lib/*.[cS])))
APPS := $(sort $(patsubst guest/apps/%.c,%,$(wildcard guest/apps/*.c)))
# Those that a lab has units of.
UNIT_APPS := blkback netback
app_elf = $(foreach a,$(1),$(if $(filter $(a),$(UNIT_APPS)),$(GUEST_OUT),$(GB))/apps/$(a).elf)

$(GB)/apps/%.c.o: guest/apps/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -Iguest/apps -c -o $@ $<
$(GB)/apps/%.S.o: guest/apps/%.S
	@mkdir -p $(@D)
	@$(call say,AS,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -Iguest/apps -c -o $@ $<
define app
$(1)/%.elf: $(GB)/apps/%.c.o $(APP_LIB) guest/apps/app.ld
	@mkdir -p $$(@D)
	@$$(call say,LD,$$@)
	$$(Q)$$(KLD) $$(KLDFLAGS) -T guest/apps/app.ld -o $$@ $$(filter %.o,$$^)
endef
$(foreach d,$(sort $(GB)/apps $(GUEST_OUT)/apps),$(eval $(call app,$(d))))
# The tool of Domain 0 is more than one file, and knows the trace's events as tltrace does.
$(GB)/apps/tl.elf: $(patsubst guest/apps/%,$(GB)/apps/%.o,$(wildcard guest/apps/tl/*.c)) $(GB)/schema.c.o
# It judges the words for a device as that one's back end does.
$(GB)/apps/tl.elf: $(GB)/apps/blkback/params.c.o $(GB)/apps/netback/address.c.o
$(GB)/apps/tl.elf $(GB)/apps/tl/%.c.o: GUEST_CFLAGS += -Itrace
$(GB)/schema.c.o: trace/read/schema.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -Itrace -c -o $@ $<
$(call app_elf,tl xs vbd vif blkback netback): $(GB)/apps/xs/client.c.o
$(call app_elf,vbd vif blkback netback): $(GB)/apps/xs/paths.c.o
$(call app_elf,blkback): $(GB)/apps/tl/hyper.c.o $(GB)/apps/tl/record.c.o \
	$(patsubst guest/apps/%,$(GB)/apps/%.o,$(wildcard guest/apps/blkback/*.c)) $(RINGS_O)
$(call app_elf,netback): $(GB)/apps/tl/hyper.c.o $(GB)/apps/tl/record.c.o $(RINGS_O) $(call unit_obj,$(ROUTER)) \
	$(patsubst guest/apps/%,$(GB)/apps/%.o,$(wildcard guest/apps/netback/*.c))
$(if $(LAB_GUEST),$(eval $(call app_elf,blkback netback): $(GB)/lib/lab_app.c.o))
# The store: its core is tested on the host, too.
STORE := $(sort $(wildcard guest/store/*.c))
$(GB)/apps/xenstored.elf: $(STORE:guest/%=$(GB)/%.o) $(GB)/apps/tl/hyper.c.o
.SECONDARY: $(APPS:%=$(GB)/apps/%.c.o) $(APP_LIB)

# The initrd: the applications without their symbols, and the text files; the same bytes always.
INITRD_TEXTS := $(sort $(wildcard guest/apps/etc/*))
# $(call pack,FILE): the directory of that name as FILE
pack = cd $(1:.cpio=) && chmod 0755 * && touch -h -d @0 * && LC_ALL=C printf '%s\n' * | LC_ALL=C sort | \
	cpio --quiet --reproducible -o -H newc -R 0:0 > ../$(notdir $(1)).tmp && cd - >/dev/null && mv $(1).tmp $(1)
# $(call initrd,FILE,PROGRAMS)
define initrd
$(1): $(call app_elf,$(2)) $(INITRD_TEXTS)
	@$$(call say,CPIO,$$@)
	$$(Q)rm -rf $(1:.cpio=) && mkdir -p $(1:.cpio=)
	$$(Q)for a in $(call app_elf,$(2)); do $$(KOBJCOPY) --strip-all $$$$a $(1:.cpio=)/$$$$(basename $$$$a .elf); done
	$$(Q)for t in $(INITRD_TEXTS); do cp $$$$t $(1:.cpio=)/; done
	$$(Q)$$(call pack,$(1))
endef
$(eval $(call initrd,$(GUEST_OUT)/initrd.cpio,$(APPS)))
# The other kernel and its programs are in no hypervisor, but what is graded runs them.
$(if $(LAB_GUEST),$(eval $(HV_ELF): | $(FINCH_PV) $(FINCH_NATIVE) $(GUEST_OUT)/initrd.cpio $(ROOM) $(addprefix $(LAB_OUT)/,rings.elf balloon.elf)))
# The bare machine has nothing of a student's.
$(if $(LAB_GUEST),$(eval $(call initrd,$(GB)/initrd.cpio,$(filter-out $(UNIT_APPS),$(APPS)))))

# What Domain 0 has beside its programs, to make other domains of: kernels, their programs, a script.
$(ROOM): $(GUEST_OUT)/initrd.cpio $(FINCH_NATIVE) $(FINCH_PV) $(wildcard guest/room/*)
	@$(call say,CPIO,$@)
	$(Q)rm -rf $(@:.cpio=) && cp -r $(GUEST_OUT)/initrd $(@:.cpio=)
	$(Q)cp $(FINCH_NATIVE) $(FINCH_PV) $(wildcard guest/room/*) $(@:.cpio=)/
	$(Q)cp $< $(@:.cpio=)/programs.cpio
	$(Q)$(call pack,$@)

$(GB)/store/%.c.o: guest/store/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -c -o $@ $<

.PHONY: guest guest-delta
guest: $(FINCH_NATIVE) $(FINCH_PV) $(GB)/initrd.cpio $(ROOM) ## build Finch, both ports, and its applications

guest-delta: ## how many lines of Finch differ between its two ports
	$(Q)guest/delta.sh
