# mp.mk: a kernel for a PC with several processors (tests/boot/mp.sh).
MP_O := $(patsubst tests/boot/mp/%,$(B)/tests/mp/%.o,$(wildcard tests/boot/mp/*.[cS])) $(B)/tests/mp/print.o $(B)/tests/mp/pc.o
$(B)/tests/mp/%.o: tests/boot/mp/% tests/boot/mp/mp.h tests/kit/kit.h tests/boot/mp/mp.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -Ihv -Itests/kit -c -o $@ $<
$(B)/tests/mp/%.o: tests/kit/%.c tests/kit/kit.h
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -Ihv -Itests/kit -c -o $@ $<
$(B)/tests/mp.elf: $(MP_O) tests/fuzz/native/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/fuzz/native/native.ld -o $@ $(MP_O)
TEST_PROGRAMS += $(B)/tests/mp.elf
