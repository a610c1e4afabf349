# rogue.mk: the two hostile kernels: rogue-pv.elf for direct mode, rogue-native.elf for shadow mode.
ROGUE := $(B)/tests/rogue
ROGUE_COMMON := $(wildcard tests/rogue/*.[cS])
# $(call rogue_objs,pv or native,of tests/kit)
rogue_objs = $(patsubst tests/rogue/%,$(ROGUE)/%.o,$(ROGUE_COMMON) $(sort $(wildcard tests/rogue/$(1)/*.[cS]))) \
	$(patsubst %,$(ROGUE)/kit/%.o,$(2))
ROGUE_CFLAGS := $(KCFLAGS) -Ihv -Itests/kit -Itests/rogue -fno-tree-loop-distribute-patterns

$(ROGUE)/%.o: tests/rogue/% Makefile tests/rogue/rogue.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(ROGUE_CFLAGS) -c $< -o $@

$(ROGUE)/kit/%.o: tests/kit/% Makefile tests/rogue/rogue.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(ROGUE_CFLAGS) -c $< -o $@

ROGUE_PV_O := $(call rogue_objs,pv,print.c)
$(B)/tests/rogue-pv.elf: $(ROGUE_PV_O) tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(ROGUE_PV_O)

ROGUE_NATIVE_O := $(call rogue_objs,native,print.c pc.c)
$(B)/tests/rogue-native.elf: $(ROGUE_NATIVE_O) tests/rogue/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/native.ld -o $@ $(ROGUE_NATIVE_O)

TEST_PROGRAMS += $(B)/tests/rogue-pv.elf $(B)/tests/rogue-native.elf
