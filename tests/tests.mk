# TEST_PROGRAMS: what else the boot tests need (set by rogue.mk).
# Tests: unit tests are listed in UNIT_TESTS by the parts; boot tests are scripts that speak TAP.
-include tests/rogue/rogue.mk tests/bench/bench.mk tests/fuzz/fuzz.mk tests/matrix/matrix.mk tests/boot/ends/ends.mk tests/boot/day/day.mk tests/boot/domains/domains.mk tests/boot/pair/pair.mk tests/boot/own/own.mk tests/boot/store/store.mk tests/boot/smp/smp.mk tests/boot/mp/mp.mk tests/boot/balloon/balloon.mk

BOOT_CHECK := tests/boot/rooms.sh tests/boot/walk.sh tests/boot/fuzz.sh
BOOT_TESTS := $(wildcard tests/boot/*.sh tests/bochs/*.sh)

# The hypervisor's own units, on a machine of the test's own.
UNIT_TESTS += $(B)/tests/trace_ring $(B)/tests/shadow_mmu $(B)/tests/shadow_reclaim
$(B)/tests/trace_ring: tests/unit/trace_ring.c hv/trace/trace.c
$(B)/tests/shadow_mmu: tests/unit/shadow_mmu.c
$(B)/tests/shadow_reclaim: tests/unit/shadow_reclaim.c
$(B)/tests/shadow_mmu $(B)/tests/shadow_reclaim: tests/unit/shadow_machine.h hv/mem/frame.c hv/mem/record.c hv/dom/account.c $(filter-out %/vcpu.c,$(wildcard hv/mmu/shadow/*.c))
$(B)/tests/trace_ring $(B)/tests/shadow_mmu $(B)/tests/shadow_reclaim: $(wildcard hv/*/*.h hv/*/*/*.h) include/trapline/event.def
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -DTRAPLINE_HOST_TEST -Ihv $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

UNIT_TESTS += $(B)/tests/pv_version
$(B)/tests/pv_version: tests/unit/pv_version.c guest/finch/arch/pv/version.c guest/finch/arch/pv/version.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -Iguest $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# Finch's units on the host: newer C libraries have a strlcpy() of another type.
ON_HOST := -include tests/unit/strlcpy.h -iquote guest

# The store on malloc(), so that the sanitizers see each node, and once on its own heap (store_arena).
STORE_TESTS := $(addprefix $(B)/tests/,store_requests store_random store_hostile store_arena)
UNIT_TESTS += $(STORE_TESTS) $(B)/tests/store_heap
$(B)/tests/store_heap: tests/unit/store_heap.c guest/store/heap.c
$(STORE_TESTS): tests/unit/store_kit.c $(filter-out %/heap.c,$(STORE))
$(B)/tests/store_requests: tests/unit/store_requests.c tests/unit/store_malloc.c
$(B)/tests/store_random: tests/unit/store_random.c tests/unit/store_model.c tests/unit/store_malloc.c
$(B)/tests/store_hostile: tests/unit/store_hostile.c tests/unit/store_malloc.c
$(B)/tests/store_arena: tests/unit/store_hostile.c guest/store/heap.c
$(STORE_TESTS) $(B)/tests/store_heap: $(wildcard guest/store/*.h tests/unit/store_*.h)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) $(ON_HOST) -iquote guest/store $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# Finch's file system, on a disk of the test's own.
UNIT_TESTS += $(B)/tests/nest_random
$(B)/tests/nest_random: tests/unit/nest_random.c $(wildcard guest/finch/fs/nest*.c) $(wildcard guest/finch/fs/*.h) guest/abi.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) $(ON_HOST) -iquote guest/finch $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# Finch's network, with a device of the test's own.
UNIT_TESTS += $(B)/tests/net_random
$(B)/tests/net_random: tests/unit/net_random.c tests/unit/net_judge.c $(addprefix guest/finch/net/,netdev.c arp.c ip.c socket.c) \
		tests/unit/net_judge.h $(wildcard guest/finch/*/*.h guest/finch/*.h) guest/abi.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast $(ON_HOST) -iquote guest/finch -iquote guest/finch/arch/native \
		$(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# The front end of virtual disks, against hostile back ends. Its memory lies where the kernel's does: the address
# sanitizer has its own there.
UNIT_TESTS += $(B)/tests/blkfront_random
$(B)/tests/blkfront_random: tests/unit/blkfront_random.c $(wildcard guest/rings/*.c) guest/finch/arch/pv/blkfront.c \
		$(wildcard guest/rings/*.h guest/finch/*/*.h guest/finch/*.h guest/finch/arch/pv/*.h) guest/abi.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -fno-sanitize=address -fno-pie -no-pie -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast $(ON_HOST) -iquote guest/finch \
		-iquote guest/finch/arch/pv $(filter tests/%.c guest/rings/%.c,$^) -o $@ $(HOSTLDFLAGS) -fno-sanitize=address -lcmocka

# The driver of the network card, on a model of one.
UNIT_TESTS += $(B)/tests/ne2k_random
$(B)/tests/ne2k_random: tests/unit/ne2k_random.c tests/unit/ne2k_model.c guest/finch/dev/ne2k.c \
		$(wildcard tests/unit/ne2k*.h tests/unit/ne2k/dev/*.h guest/finch/*/*.h guest/finch/*.h) guest/abi.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast -iquote tests/unit/ne2k $(ON_HOST) -iquote guest/finch \
		-iquote guest/finch/arch/native $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# The back end of virtual disks, on system calls of the test's own.
UNIT_TESTS += $(B)/tests/blkback_random
# Without PIE: addresses of what is static fit the 32 bits that they have in Finch.
$(B)/tests/blkback_random: tests/unit/blkback_random.c tests/unit/back_calls.c tests/unit/guest_calls.h $(wildcard guest/rings/*.c) guest/apps/blkback.c \
	$(wildcard guest/apps/blkback/*.c guest/apps/xs/paths.c guest/apps/*/*.h guest/rings/*.h include/trapline/xen/io/*.h) guest/abi.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -fno-pie -no-pie -fsanitize=bounds-strict -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast $(ON_HOST) -iquote guest/apps \
		$(filter tests/%.c guest/rings/%.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# The back end of network interfaces, likewise.
UNIT_TESTS += $(B)/tests/netback_random
$(B)/tests/netback_random: tests/unit/netback_random.c tests/unit/back_calls.c tests/unit/guest_calls.h tests/unit/router_naive.h guest/rings/ring.c \
	guest/apps/netback.c $(wildcard guest/apps/netback/*.c guest/apps/router/*.c guest/apps/*/*.h guest/rings/*.h include/trapline/xen/io/*.h) guest/abi.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast $(ON_HOST) -iquote guest/apps \
		$(filter tests/%.c guest/rings/%.c guest/apps/router/%.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# Their front end, against hostile back ends.
UNIT_TESTS += $(B)/tests/netfront_random
$(B)/tests/netfront_random: tests/unit/netfront_random.c $(wildcard guest/rings/*.c) guest/finch/arch/pv/netfront.c guest/finch/arch/pv/netbuf.c \
		$(wildcard guest/rings/*.h guest/finch/*/*.h guest/finch/*.h guest/finch/arch/pv/*.h) guest/abi.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -fno-pie -no-pie -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast $(ON_HOST) -iquote guest/finch \
		-iquote guest/finch/arch/pv $(filter tests/%.c guest/rings/%.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# The balloon, on a machine of the test's own.
UNIT_TESTS += $(B)/tests/balloon_random
$(B)/tests/balloon_random: tests/unit/balloon_random.c $(wildcard guest/balloon/*.[ch])
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) $(ON_HOST) $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# Finch's memory under pressure: its own files, on a memory that lies where the kernel's does.
UNIT_TESTS += $(B)/tests/reclaim_random
RECLAIM := $(addprefix guest/finch/mm/,frame.c region.c table.c space.c fault.c swap.c reclaim.c) guest/balloon/policy.c
$(B)/tests/reclaim_random: tests/unit/reclaim_random.c $(RECLAIM) $(wildcard tests/unit/finch/*.h guest/finch/*/*.h guest/finch/*.h) guest/abi.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -fno-sanitize=address -fno-pie -no-pie -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast -iquote tests/unit/finch \
		$(ON_HOST) -iquote guest/finch $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -fno-sanitize=address -lcmocka

# The router's rules.
UNIT_TESTS += $(B)/tests/rules_random
$(B)/tests/rules_random: tests/unit/rules_random.c tests/unit/router_naive.h $(wildcard guest/apps/router/*.[ch])
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -iquote guest/apps $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

$(B)/tests/forge: tests/forge.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(HOSTCFLAGS) $< -o $@

# These carry out a PC's instructions, or want addresses of 32 bits: on another processor they cannot be built. What runs in the
# emulator, runs there too.
X86_TESTS := $(addprefix $(B)/tests/,insn_write insn_system vdev_pc vdev_disk direct_refusals direct_owner direct_model direct_unhook \
	evtchn_semantics exchange_model grant_model sched_random sched_bounds run_states shadow_mmu shadow_reclaim blkback_random netback_random)
ifeq ($(filter x86_64 i%86,$(shell uname -m)),)
UNIT_TESTS := $(filter-out $(X86_TESTS),$(UNIT_TESTS))
skip_x86 = echo "left out, for this processor is no PC's: $(notdir $(X86_TESTS))"
endif

.PHONY: test-programs
ifdef BUILDING
test-programs: all $(UNIT_TESTS) $(B)/tests/forge $(TEST_PROGRAMS)
else
test-programs:
	+@$(build) test-programs
endif
