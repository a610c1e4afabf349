# hv/mmu/direct/tests.mk: host tests of the direct MMU, and of the other parts of direct mode.
DIRECT_TESTS := direct_refusals direct_owner direct_model direct_unhook direct_descriptors elf_hostile evtchn_semantics grant_model exchange_model
UNIT_TESTS += $(DIRECT_TESTS:%=$(B)/tests/%)

DIRECT_MMU := $(addprefix hv/mmu/direct/,validate.c update.c pin.c) hv/mem/frame.c hv/mem/record.c hv/dom/account.c \
	tests/unit/direct_machine.c
$(B)/tests/direct_refusals $(B)/tests/direct_owner $(B)/tests/direct_model: $(DIRECT_MMU)
$(B)/tests/direct_unhook: $(DIRECT_MMU) hv/mmu/direct/writable.c
$(B)/tests/direct_descriptors: hv/hcall/desc_check.c
$(B)/tests/elf_hostile: hv/dom/elf.c hv/build/xen_image.c
$(B)/tests/evtchn_semantics: hv/comm/evtchn.c hv/comm/pirq.c hv/hw/passthrough.c
$(B)/tests/exchange_model: hv/hcall/exchange.c hv/mem/contiguous.c hv/mem/frame.c hv/mem/record.c hv/dom/account.c
$(B)/tests/grant_model: tests/unit/grant_machine.c $(addprefix hv/,mmu/direct/validate.c mmu/direct/update.c \
	mmu/direct/pin.c mmu/direct/foreign.c mmu/direct/ops.c mem/frame.c mem/record.c dom/account.c comm/evtchn.c comm/pirq.c hw/passthrough.c comm/grant.c \
	hcall/grant.c hcall/hand_over.c)

$(DIRECT_TESTS:%=$(B)/tests/%): $(B)/tests/%: tests/unit/%.c hv/mmu/direct/tests.mk
	@mkdir -p $(@D)
	@$(call say,CC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -DTRAPLINE_HOST_TEST -Ihv -Itests/unit $(filter %.c,$^) -o $@ -lcmocka
