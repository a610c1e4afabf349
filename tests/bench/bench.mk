# bench.mk: what make bench measures with: a kernel for the Xen interface, and an application.

TEST_PROGRAMS += $(B)/tests/bench-pv.elf
BENCH_PV_O := $(patsubst %,$(B)/tests/bench/%.o,bench-pv.S bench-pv.c bench-pv-env.c)

$(B)/tests/bench/%.o: tests/bench/%
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(KCFLAGS) -c -o $@ $<
$(B)/tests/bench-pv.elf: $(BENCH_PV_O) tests/bench/bench-pv.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T tests/bench/bench-pv.ld -o $@ $(BENCH_PV_O)
