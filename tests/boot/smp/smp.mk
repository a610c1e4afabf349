# smp.mk: a direct-mode kernel with several vcpus (tests/boot/smp.sh).
SMP_O := $(patsubst tests/boot/smp/%,$(B)/tests/smp/%.o,$(wildcard tests/boot/smp/*.[cS]))
$(B)/tests/smp/%.o: tests/boot/smp/% tests/boot/smp/smp.h tests/kit/hypercall.h tests/kit/kit.h tests/boot/smp/smp.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/smp/print.o: tests/kit/print.c tests/kit/kit.h
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/smp.elf: $(SMP_O) $(B)/tests/smp/print.o tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(SMP_O) $(B)/tests/smp/print.o
TEST_PROGRAMS += $(B)/tests/smp.elf
