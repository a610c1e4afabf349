# balloon.mk: small kernels that give pages away and take them back, at random (race.h, meet.c).
$(B)/tests/balloon/%.o: tests/boot/balloon/%.c tests/boot/balloon/race.h tests/boot/balloon/pv.h tests/boot/domains/pc.h tests/kit/hypercall.h tests/boot/balloon/balloon.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/balloon/native.elf: $(addprefix $(B)/tests/balloon/,native.o race.o) $(addprefix $(FUZZ)/kit/,print.c.o pc.c.o) tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $(filter %.o,$^)
$(B)/tests/balloon/pv.elf: $(addprefix $(B)/tests/balloon/,pv.o race.o) $(FUZZ)/kit/print.c.o tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(filter %.o,$^)
$(B)/tests/balloon/meet.elf: $(B)/tests/balloon/meet.o $(FUZZ)/kit/print.c.o tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(filter %.o,$^)
TEST_PROGRAMS += $(B)/tests/balloon/meet.elf $(B)/tests/balloon/native.elf $(B)/tests/balloon/pv.elf
