# probe.mk: the probes: kernels that do one thing, by which the labs are judged.
PROBE := $(B)/labs/probe
PROBE_CFLAGS := $(KCFLAGS) -Ilabs/probe "-ffile-prefix-map=$(CURDIR)=." -fno-tree-loop-distribute-patterns
LAB03_C := $(notdir $(filter-out %_native.c,$(sort $(wildcard labs/probe/lab03*.c))))
probe_objs = $(patsubst %,$(PROBE)/%.o,common.c try.S $(1).S $(1).c $(2))

$(PROBE)/%.o: labs/probe/% Makefile labs/probe/probe.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(PROBE_CFLAGS) -c $< -o $@
LAB02 := lab02_touch.c lab02_random.c lab02_watched.c lab02_exceptions.c lab02_iret.c lab02_snippets.S
native_objs := $(call probe_objs,native,lab01.c lab01_insns.S lab01_native.c lab02.c $(LAB02) lab03_native.c)
$(PROBE)/native.elf: $(native_objs) labs/probe/native.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T labs/probe/native.ld -o $@ $(filter %.o,$^)
PROBES := $(PROBE)/native.elf
pv_objs := $(call probe_objs,pv,lab01.c lab01_insns.S lab01_pv.c lab01_handlers.c lab02_frames.c \
	lab02_frames.S $(LAB03_C))
$(PROBE)/pv.elf: $(pv_objs) labs/probe/pv.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T labs/probe/pv.ld -o $@ $(filter %.o,$^)
PROBES += $(PROBE)/pv.elf
$(PROBE)/random.elf: $(patsubst %,$(PROBE)/%.o,common.c random.S random.c random_gates.c random_flags.c random_flags.S random_insns.c random_insns.S \
	random_code.c random_code.S) labs/probe/random.ld
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T labs/probe/random.ld -o $@ $(filter %.o,$^)
PROBES += $(PROBE)/random.elf

# Lab 04's: its units, in ring 3.
RINGS_UNITS := $(call unit_obj,$(RINGS) guest/apps/router/rules.c)
RINGS_ELF := $(if $(LAB_GUEST),$(LAB_OUT),$(PROBE))/rings.elf
$(PROBE)/rings%.o: PROBE_CFLAGS += -Iguest -Iguest/apps -I$(B)/gen
$(PROBE)/rings.c.o: $(B)/gen/lab_stages.h
rings_objs := $(patsubst %,$(PROBE)/%.o,common.c rings.S rings.c rings_user.c rings_front.c rings_back.c rings_grants.c rings_turns.c rings_rules.c \
	rings_play.c)
$(RINGS_ELF): $(rings_objs) $(RINGS_UNITS) $(GB)/string.c.o labs/probe/rings.ld
	@mkdir -p $(@D)
	@$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T labs/probe/rings.ld -o $@ $(filter %.o,$^)
PROBES += $(RINGS_ELF)

# A student's own scenario, in the probe of the lab's design (grader/scenario); in lab 04's, with the units that it is tried on.
OWN := $(B)/lab/$(LAB)/scenario
OWN_PORT = $(if $(shell grep '^scenario.*MMU=direct' labs/$(LAB)/lab.conf),pv,native)
$(OWN)/scenario.o: labs/$(LAB)/scenario.c labs/probe/probe.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -Iguest -Iguest/apps -Wno-error -c $< -o $@
$(OWN)/scenario.elf: $(OWN)/scenario.o $(PROBES)
	$(Q)ld $(KLDFLAGS) -T labs/probe/$(OWN_PORT).ld -o $@ $($(OWN_PORT)_objs) $<
$(OWN)/%.elf: $(OWN)/scenario.o ref/scenario/%.o $(rings_objs) $(GB)/string.c.o labs/probe/rings.ld
	$(Q)ld $(KLDFLAGS) -T labs/probe/rings.ld -o $@ $(filter %.o,$^)
