# pair.mk: a kernel of which two domains run, and share pages (tests/boot/pair.sh).
PAIR_O := $(patsubst tests/boot/pair/%.c,$(B)/tests/pair/%.o,$(wildcard tests/boot/pair/*.c))
$(B)/tests/pair/%.o: tests/boot/pair/%.c tests/boot/pair/pair.h tests/kit/hypercall.h tests/boot/pair/pair.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/pair.elf: $(PAIR_O) tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(PAIR_O)
TEST_PROGRAMS += $(B)/tests/pair.elf
