# store.mk: a kernel that is not nice to the store (tests/boot/store.sh).
$(B)/tests/store/hostile.o: tests/boot/store/hostile.c tests/kit/hypercall.h tests/boot/store/store.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/store/hostile.elf: $(B)/tests/store/hostile.o tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $<
TEST_PROGRAMS += $(B)/tests/store/hostile.elf
