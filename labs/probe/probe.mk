# probe.mk: the probes: kernels that do one thing, by which the labs are judged.
PROBE := $(B)/labs/probe
PROBE_CFLAGS := $(KCFLAGS) -Ilabs/probe "-ffile-prefix-map=$$PWD=." -fno-tree-loop-distribute-patterns
LAB03_C := $(notdir $(filter-out %_native.c,$(sort $(wildcard labs/probe/lab03*.c))))
probe_objs = $(patsubst %,$(PROBE)/%.o,common.c try.S $(1).S $(1).c $(2))

$(PROBE)/%.o: labs/probe/% Makefile labs/probe/probe.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(PROBE_CFLAGS) -c $< -o $@
LAB02 := lab02_touch.c lab02_random.c lab02_watched.c lab02_exceptions.c lab02_iret.c lab02_snippets.S
native_objs := $(call probe_objs,native,lab01.c lab01_insns.S lab01_native.c lab02.c $(LAB02) lab03_native.c)
$(PROBE)/native.elf: $(native_objs) labs/probe/native.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T labs/probe/native.ld -o $@ $(filter %.o,$^)
PROBES := $(PROBE)/native.elf
pv_objs := $(call probe_objs,pv,lab01.c lab01_insns.S lab01_pv.c lab01_handlers.c lab02_frames.c \
	lab02_frames.S $(LAB03_C))
$(PROBE)/pv.elf: $(pv_objs) labs/probe/pv.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T labs/probe/pv.ld -o $@ $(filter %.o,$^)
PROBES += $(PROBE)/pv.elf
$(PROBE)/random.elf: $(patsubst %,$(PROBE)/%.o,common.c random.S random.c random_gates.c random_flags.c random_flags.S random_insns.c random_insns.S \
	random_code.c random_code.S) labs/probe/random.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T labs/probe/random.ld -o $@ $(filter %.o,$^)
PROBES += $(PROBE)/random.elf

# Of the labs about a guest: their units in ring 3 (user.h).
$(PROBE)/user%.o $(PROBE)/todo%.o $(PROBE)/rings%.o $(PROBE)/balloon%.o: PROBE_CFLAGS += -Iguest -Iguest/apps -I$(B)/gen
$(PROBE)/user.c.o: $(B)/gen/lab_stages.h
user_objs := $(patsubst %,$(PROBE)/%.o,common.c user.S user.c todo_user.c) $(GB)/string.c.o
rings_objs := $(user_objs) $(patsubst %,$(PROBE)/%.o,rings.c rings_front.c rings_back.c rings_grants.c rings_turns.c rings_rules.c rings_play.c)
balloon_objs := $(user_objs) $(patsubst %,$(PROBE)/%.o,balloon.c balloon_user.c balloon_steps.c balloon_clock.c)
# $(call user_probe,NAME,UNITS): a probe of that name, with a student's units if he has some
define user_probe
$(1)_ELF := $(if $(LAB_GUEST),$(LAB_OUT),$(PROBE))/$(1).elf
$$($(1)_ELF): $$($(1)_objs) $(call unit_obj,$(2)) labs/probe/user.ld
	@mkdir -p $$(@D)
	@$$(call say,LD,$$@)
	$$(Q)$$(KLD) $$(KLDFLAGS) -T labs/probe/user.ld -o $$@ $$(filter %.o,$$^)
PROBES += $$($(1)_ELF)
endef
$(eval $(call user_probe,rings,$(RINGS) guest/apps/router/rules.c))
$(eval $(call user_probe,balloon,$(BALLOON)))

# A student's own scenario, in the probe of the lab's design (grader/scenario); in lab 04's, with the units that it is tried on.
OWN := $(B)/lab/$(LAB)/scenario
OWN_PORT = $(if $(shell grep '^scenario.*MMU=direct' labs/$(LAB)/lab.conf),pv,native)
$(OWN)/scenario.o: labs/$(LAB)/scenario.c labs/probe/probe.mk
	@mkdir -p $(@D)
	$(Q)$(KCC) $(PROBE_CFLAGS) -Iguest -Iguest/apps -Wno-error -c $< -o $@
$(OWN)/scenario.elf: $(OWN)/scenario.o $(PROBES)
	$(Q)$(KLD) $(KLDFLAGS) -T labs/probe/$(OWN_PORT).ld -o $@ $($(OWN_PORT)_objs) $<
own_objs := $(if $(filter 05%,$(LAB)),$(balloon_objs),$(rings_objs))
$(OWN)/%.elf: $(OWN)/scenario.o ref/scenario/%.o $(own_objs) labs/probe/user.ld
	$(Q)$(KLD) $(KLDFLAGS) -T labs/probe/user.ld -o $@ $(filter %.o,$^)
