# hv/sched/tests.mk: host tests of the scheduling policies.
UNIT_TESTS += $(B)/tests/sched_random $(B)/tests/sched_bounds
$(B)/tests/sched_random $(B)/tests/sched_bounds: $(B)/tests/%: tests/unit/%.c $(wildcard hv/sched/*.c) $(HV_HEADERS) \
		tests/unit/sched_model.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(INSN_HOST) -Itests/unit $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka
