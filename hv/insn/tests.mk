# hv/insn/tests.mk: host unit tests of the decoder, the emulator and the virtual PC.
INSN_HOST := $(CC) $(HOSTCFLAGS) -DTRAPLINE_HOST_TEST -Ihv
HV_HEADERS := $(wildcard hv/*/*.h hv/*/*/*.h include/trapline/*.h include/trapline/*.def \
	tests/unit/hv_mock.h tests/unit/insn_*.h)
INSN_PURE := hv/insn/decode.c hv/insn/opcodes.c hv/insn/classify.c

UNIT_TESTS += $(B)/tests/insn_decode

$(B)/tests/insn_decode: tests/unit/insn_decode.c tests/unit/insn_oracle.c $(INSN_PURE) $(HV_HEADERS)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(INSN_HOST) $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka -lcapstone

# Real code to scan: some of ours; the hypervisor and the guest kernel too, once they are built.
SCAN_OBJECTS := $(INSN_PURE:%.c=$(B)/%.o)
SCAN_FILES := $(SCAN_OBJECTS) $(B)/hv.elf $(B)/guest/finch-native.elf
comma := ,
UNIT_TESTS += $(B)/tests/insn_scan
$(B)/tests/insn_scan: tests/unit/insn_scan.c tests/unit/insn_oracle.c hv/find/scan.c hv/find/patch.c \
		$(INSN_PURE) $(HV_HEADERS) | $(SCAN_OBJECTS)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(INSN_HOST) -DSCAN_FILES='$(patsubst %,"%"$(comma),$(SCAN_FILES))' $(filter %.c,$^) -o $@ \
		$(HOSTLDFLAGS) -lcmocka -lcapstone

# The emulator, on the machine of tests/unit/hv_mock.h.
INSN_EMULATOR := $(INSN_PURE) hv/insn/alu.c hv/dom/descriptor.c hv/dom/real.c hv/insn/operand.c hv/find/overlay.c \
	$(wildcard hv/insn/emulate*.c hv/insn/write_*.c) hv/dom/segments.c hv/hw/passthrough.c
UNIT_TESTS += $(B)/tests/insn_write $(B)/tests/insn_system
$(B)/tests/insn_write: tests/unit/insn_write.c
$(B)/tests/insn_system: tests/unit/insn_system.c
$(B)/tests/insn_write $(B)/tests/insn_system: $(INSN_EMULATOR) $(HV_HEADERS)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(INSN_HOST) $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

UNIT_TESTS += $(B)/tests/vdev_pc $(B)/tests/vdev_disk
$(B)/tests/vdev_pc $(B)/tests/vdev_disk: $(B)/tests/%: tests/unit/%.c $(filter-out hv/dev/apic.c,$(wildcard hv/dev/*.c)) $(HV_HEADERS)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(INSN_HOST) $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

UNIT_TESTS += $(B)/tests/range
$(B)/tests/range: tests/unit/range.c hv/lib/range.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(INSN_HOST) $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka
