# hv/sched/tests.mk: host tests of the scheduling policies.
UNIT_TESTS += $(B)/tests/sched_random $(B)/tests/sched_bounds
$(B)/tests/sched_random $(B)/tests/sched_bounds: $(B)/tests/%: tests/unit/%.c $(wildcard hv/sched/*.c) $(HV_HEADERS) \
		tests/unit/sched_model.h
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(INSN_HOST) -Itests/unit $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka
UNIT_TESTS += $(B)/tests/run_states
$(B)/tests/run_states: tests/unit/run_states.c hv/dom/run.c hv/hcall/sched_ctl.c $(wildcard hv/sched/*.c) $(wildcard hv/*/*.h)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -DTRAPLINE_HOST_TEST -Ihv -Itests/unit $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka
