# ends.mk: kernels that do not end as agreed.
ENDS := $(patsubst tests/boot/ends/%.S,$(B)/tests/ends/%.elf,$(wildcard tests/boot/ends/*.S))
$(B)/tests/ends/%.elf: tests/boot/ends/%.S tests/boot/ends/ends.ld tests/boot/ends/ends.mk
	@mkdir -p $(@D)
	@$(call say,LD,$@)
	$(Q)$(KCC) -m32 -c -o $(@:.elf=.o) $<
	$(Q)$(KLD) $(KLDFLAGS) -T tests/boot/ends/ends.ld -o $@ $(@:.elf=.o)
TEST_PROGRAMS += $(ENDS)
