# The hypervisor: freestanding, one ELF image for every mode.
HV_C := $(wildcard hv/boot/*.c hv/cpu/*.c hv/lib/*.c hv/mem/*.c hv/trace/*.c hv/trap/*.c hv/insn/*.c \
	hv/dev/*.c hv/mmu/*.c hv/mmu/shadow/*.c hv/mmu/direct/*.c hv/dom/*.c hv/comm/*.c hv/hcall/*.c)
HV_S := hv/boot/entry.S hv/cpu/gate.S
HV_O := $(HV_C:%.c=$(B)/%.o) $(HV_S:%.S=$(B)/%.S.o)

$(B)/hv/%.o: hv/%.c Makefile hv/hv.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(KCFLAGS) -Ihv -c $< -o $@

$(B)/hv/%.S.o: hv/%.S Makefile hv/hv.mk
	@mkdir -p $(@D)
	@$(call say,AS,$<)
	$(Q)$(CC) $(KCFLAGS) -Ihv -c $< -o $@

$(B)/hv.elf: $(HV_O) hv/hv.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T hv/hv.ld -o $@ $(HV_O)

-include hv/insn/tests.mk hv/mmu/direct/tests.mk
