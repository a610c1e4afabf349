# bench.mk: what make bench measures with: a kernel for the Xen interface, and an application.

TEST_PROGRAMS += $(B)/tests/bench-pv.elf
BENCH_PV_O := $(patsubst %,$(B)/tests/bench/%.o,bench-pv.S bench-pv.c bench-pv-enter.c bench-pv-env.c)

$(BENCH_PV_O): $(B)/tests/bench/%.o: tests/bench/%
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) -Iguest -c -o $@ $<
BENCH_PV_O += $(GB)/pv/arch/pv/version.c.o
$(B)/tests/bench-pv.elf: $(BENCH_PV_O) tests/bench/bench-pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/bench/bench-pv.ld -o $@ $(BENCH_PV_O)

# lat is the first process of an initrd of its own, which holds what it runs besides.
TEST_PROGRAMS += $(B)/tests/bench-initrd.cpio
$(B)/tests/bench/lat.c.o: tests/bench/lat.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(GUEST_CFLAGS) -Iguest/apps -c -o $@ $<
$(B)/tests/bench/lat.elf: $(B)/tests/bench/lat.c.o $(APP_LIB) guest/apps/app.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T guest/apps/app.ld -o $@ $< $(APP_LIB)
$(B)/tests/bench-initrd.cpio: $(B)/tests/bench/lat.elf $(GB)/apps/sh.elf
	@$(call say,CPIO,$@)
	$(Q)rm -rf $(B)/tests/bench/initrd && mkdir -p $(B)/tests/bench/initrd
	$(Q)$(KOBJCOPY) --strip-all $(B)/tests/bench/lat.elf $(B)/tests/bench/initrd/init
	$(Q)cp $(B)/tests/bench/initrd/init $(B)/tests/bench/initrd/lat
	$(Q)$(KOBJCOPY) --strip-all $(GB)/apps/sh.elf $(B)/tests/bench/initrd/sh
	$(Q)cd $(B)/tests/bench/initrd && chmod 0755 * && touch -h -d @0 * && printf '%s\n' init lat sh | \
		cpio --quiet --reproducible -o -H newc -R 0:0 > ../../bench-initrd.cpio
