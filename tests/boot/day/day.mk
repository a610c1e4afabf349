# day.mk: a kernel that tells what a direct-mode domain finds at its start.
$(B)/tests/day.elf: tests/boot/day/day.S tests/boot/day/day.ld tests/boot/day/day.mk
	@mkdir -p $(@D)
	@$(call say,LD,$@)
	$(Q)$(KCC) -m32 -c -o $(@:.elf=.o) $<
	$(Q)$(KLD) $(KLDFLAGS) -T tests/boot/day/day.ld -o $@ $(@:.elf=.o)
TEST_PROGRAMS += $(B)/tests/day.elf
