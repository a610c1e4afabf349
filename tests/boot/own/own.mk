# own.mk: two kernels that look whether what they have of the processor is their own (tests/boot/own.sh).
$(B)/tests/own/%.o: tests/boot/own/%.c tests/boot/own/own.h tests/boot/domains/pc.h tests/kit/hypercall.h tests/boot/own/own.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/own-pc.elf: $(B)/tests/own/pc.o tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $<
$(B)/tests/own-pv.elf: $(B)/tests/own/pv.o tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $<
TEST_PROGRAMS += $(B)/tests/own-pc.elf $(B)/tests/own-pv.elf
