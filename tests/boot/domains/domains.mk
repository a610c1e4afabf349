# domains.mk: two small kernels, whose domains come and go by the thousand (hv/boot/selftest.c).
$(B)/tests/domains/%.o: tests/boot/domains/%.c tests/boot/domains/small.h tests/boot/domains/pc.h tests/kit/hypercall.h tests/boot/domains/domains.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/domains/native.elf: $(B)/tests/domains/native.o tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $<
$(B)/tests/domains/pv.elf: $(B)/tests/domains/pv.o tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $<
TEST_PROGRAMS += $(B)/tests/domains/native.elf $(B)/tests/domains/pv.elf
# And two that share the processor (hv/boot/share.c).
$(B)/tests/domains/share%.o: tests/boot/domains/share.h
$(B)/tests/domains/share-native.elf: $(B)/tests/domains/share-native.o $(B)/tests/domains/share.o tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $(filter %.o,$^)
$(B)/tests/domains/share-pv.elf: $(B)/tests/domains/share-pv.o $(B)/tests/domains/share.o tests/rogue/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/rogue/pv.ld -o $@ $(filter %.o,$^)
TEST_PROGRAMS += $(B)/tests/domains/share-native.elf $(B)/tests/domains/share-pv.elf
