# rogue.mk: the two hostile kernels: rogue-pv.elf for direct mode, rogue-native.elf for shadow mode.
ROGUE := $(B)/tests/rogue
ROGUE_COMMON := $(wildcard tests/rogue/*.[cS])
rogue_objs = $(patsubst tests/rogue/%,$(ROGUE)/%.o,$(ROGUE_COMMON) $(sort $(wildcard tests/rogue/$(1)/*.[cS])))
ROGUE_CFLAGS := $(KCFLAGS) -Ihv -Itests/rogue -fno-tree-loop-distribute-patterns

$(ROGUE)/%.o: tests/rogue/% Makefile tests/rogue/rogue.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(ROGUE_CFLAGS) -c $< -o $@

$(B)/tests/rogue-pv.elf: $(call rogue_objs,pv) tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(call rogue_objs,pv)

$(B)/tests/rogue-native.elf: $(call rogue_objs,native) tests/rogue/native.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T tests/rogue/native.ld -o $@ $(call rogue_objs,native)

TEST_PROGRAMS += $(B)/tests/rogue-pv.elf $(B)/tests/rogue-native.elf
