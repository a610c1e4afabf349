# hv/insn/tests.mk: host unit tests of the decoder, the emulator and the virtual PC.
INSN_HOST := $(CC) $(HOSTCFLAGS) -DTRAPLINE_HOST_TEST -Ihv
INSN_PURE := hv/insn/decode.c hv/insn/opcodes.c hv/insn/classify.c

UNIT_TESTS += $(B)/tests/insn_decode

$(B)/tests/insn_decode: tests/unit/insn_decode.c tests/unit/insn_oracle.c $(INSN_PURE)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(INSN_HOST) $^ -o $@ $(HOSTLDFLAGS) -lcmocka -lcapstone
