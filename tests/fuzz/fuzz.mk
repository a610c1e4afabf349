# fuzz.mk: the two random guests: fuzz-pv.elf for direct mode, fuzz-native.elf for shadow mode.
# What they stand on: tests/kit, and the hostile kernel's way into direct mode.
FUZZ := $(B)/tests/fuzz
FUZZ_CFLAGS := $(KCFLAGS) -Ihv -Itests/kit -Itests/rogue -Itests/fuzz -fno-tree-loop-distribute-patterns
fuzz_objs = $(patsubst tests/%,$(FUZZ)/%.o,tests/fuzz/fuzz.c tests/kit/print.c $(2) \
	$(sort $(wildcard tests/fuzz/$(1)/*.[cS])))

$(FUZZ)/%.o: tests/% Makefile tests/fuzz/fuzz.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(FUZZ_CFLAGS) -c $< -o $@

FUZZ_NATIVE_O := $(call fuzz_objs,native,tests/kit/pc.c)
$(B)/tests/fuzz-native.elf: $(FUZZ_NATIVE_O) tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $(FUZZ_NATIVE_O)

FUZZ_PV_O := $(call fuzz_objs,pv,$(addprefix tests/rogue/,try.S try.c pv/start.S pv/env.c))
$(B)/tests/fuzz-pv.elf: $(FUZZ_PV_O) tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(FUZZ_PV_O)

# Random instructions; the hypervisor's decoder tells how long each is.
FUZZ_INSNS_O := $(call fuzz_objs,insns,tests/kit/pc.c) $(addprefix $(FUZZ)/,decode.o opcodes.o classify.o)
$(FUZZ)/%.o: hv/insn/%.c Makefile tests/fuzz/fuzz.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(FUZZ_CFLAGS) -c $< -o $@
$(B)/tests/fuzz-insns.elf: $(FUZZ_INSNS_O) tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $(FUZZ_INSNS_O)

TEST_PROGRAMS += $(B)/tests/fuzz-insns.elf $(B)/tests/fuzz-native.elf $(B)/tests/fuzz-pv.elf

# The guest that prints what it sees (tests/same).
SAME_O := $(patsubst tests/%,$(FUZZ)/%.o,$(addprefix tests/kit/,print.c pc.c) $(sort $(wildcard tests/same/*.[cS])))
$(B)/tests/same.elf: $(SAME_O) tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $(SAME_O)
TEST_PROGRAMS += $(B)/tests/same.elf
