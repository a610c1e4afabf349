# pair.mk: a kernel of which two domains run, and share pages (tests/boot/pair.sh).
PAIR_O := $(patsubst %,$(B)/tests/pair/%.o,pair pair-bench pair-env)
$(B)/tests/pair/%.o: tests/boot/pair/%.c tests/boot/pair/pair.h tests/boot/pair/spin.h tests/kit/hypercall.h tests/boot/pair/pair.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/pair.elf: $(PAIR_O) tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(PAIR_O)
# And one that runs beside it in shadow mode, for make bench.
$(B)/tests/spin.elf: $(B)/tests/pair/spin.o tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $<
TEST_PROGRAMS += $(B)/tests/pair.elf $(B)/tests/spin.elf
