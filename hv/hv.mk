# The hypervisor: freestanding, one ELF image for every mode.
HV_C := $(wildcard hv/boot/*.c hv/cpu/*.c hv/lib/*.c hv/mem/*.c hv/trace/*.c hv/trap/*.c hv/insn/*.c hv/find/*.c \
	hv/dev/*.c hv/mmu/*.c hv/mmu/shadow/*.c hv/mmu/direct/*.c hv/dom/*.c hv/comm/*.c hv/hcall/*.c hv/hw/*.c hv/build/*.c hv/sched/*.c)
HV_S := hv/boot/entry.S hv/cpu/gate.S hv/cpu/probe.S

# Labs. LAB=NN-name: what lab.conf lists as `file =` is taken from labs/NN-name/ where it is there,
# instead of from hv/ (or guest/: guest.mk has the rest of that); MINE=1: also the files of earlier labs. In a handout (grader/handout) the
# units of all labs are missing, and those of the other labs lie as objects in ref/.
LAB ?=
MINE ?= 0
LAB_OUT ?= $(B)/lab/$(LAB)
LAB_SRC ?= labs/$(LAB)
ALL_LABS := $(sort $(notdir $(patsubst %/lab.conf,%,$(wildcard labs/*/lab.conf))))
# LAB=NN says enough.
override LAB := $(or $(filter $(LAB)-%,$(ALL_LABS)),$(LAB))
lab_files = $(shell sed -n 's/^file *= *//p' labs/$(1)/lab.conf)
ifneq ($(LAB),)
ifeq ($(filter $(LAB),$(ALL_LABS)),)
$(error LAB=$(LAB): there are $(ALL_LABS))
endif
LABS_USED := $(LAB)
ifeq ($(MINE),1)
# In the order of their numbers, up to this one.
LABS_USED := $(shell printf '%s\n' $(ALL_LABS) | sed '/^$(LAB)$$/q')
endif
endif
lab_src = $(if $(filter $(LAB),$(1)),$(LAB_SRC),labs/$(1))
# $(call lab_units,LAB): the units of that lab which the student has a file for.
lab_units = $(foreach f,$(call lab_files,$(1)),$(if $(wildcard $(call lab_src,$(1))/$(notdir $(f))),$(f)))
LAB_UNITS := $(foreach l,$(LABS_USED),$(call lab_units,$(l)))
LAB_HEADERS := $(patsubst %,$(LAB_OUT)/include/%,$(patsubst hv/%,%,$(filter %.h,$(LAB_UNITS))))
LAB_O := $(patsubst %.c,$(LAB_OUT)/%.o,$(filter hv/%.c,$(LAB_UNITS)))

HV_REF_O := $(if $(wildcard ref/hv),$(shell find ref/hv -name '*.o' | sort))
HV_O := $(patsubst %.c,$(B)/%.o,$(filter-out $(LAB_UNITS),$(HV_C))) $(HV_S:%.S=$(B)/%.S.o) \
	$(filter-out $(LAB_UNITS:%.c=ref/%.o),$(HV_REF_O))
HV_ELF := $(if $(LAB),$(LAB_OUT),$(B))/hv.elf
export HV := $(HV_ELF)
# Arguments in registers, and no stack kept aligned, for SSE or for words of 64 bits: every entry is a few calls deep.
HV_CFLAGS := -mregparm=3 -mpreferred-stack-boundary=2 -mincoming-stack-boundary=3

$(B)/hv/%.o: hv/%.c Makefile hv/hv.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(KCFLAGS) $(HV_CFLAGS) -Ihv -c $< -o $@

$(B)/hv/%.S.o: hv/%.S Makefile hv/hv.mk
	@mkdir -p $(@D)
	@$(call say,AS,$<)
	$(Q)$(KCC) $(KCFLAGS) -Ihv -c $< -o $@

# What a lab's stages say when they are not written.
$(B)/hv/lib/lab.o: $(B)/gen/lab_stages.h
$(B)/hv/lib/lab.o: KCFLAGS += -I$(B)/gen
$(B)/gen/lab_stages.h: grader/stages.awk $(wildcard labs/*/lab.conf)
	@mkdir -p $(@D)
	$(Q)awk -f $^ > $@.tmp && mv $@.tmp $@

# A student's file: half-written is no error, so warnings are only warnings.
LAB_CFLAGS := -Wno-error -Wno-unused-function -Wno-unused-parameter -Wno-unused-variable \
	-Wno-unused-but-set-variable -Wno-unused-const-variable -I$(LAB_OUT)/include
define lab_unit
$(LAB_OUT)/$(2:.c=.o): $(1) $(LAB_HEADERS) Makefile hv/hv.mk
	@mkdir -p $$(@D)
	@$$(call say,CC,$$<)
	$$(Q)$$(KCC) $(if $(filter guest/%,$(2)),$$(GUEST_CFLAGS) -Iguest/apps,$$(KCFLAGS) $$(HV_CFLAGS) -Ihv) $$(LAB_CFLAGS) -c $$< -o $$@
endef
define lab_header
$(LAB_OUT)/include/$(2:hv/%=%): $(1)
	@mkdir -p $$(@D) && cp $$< $$@
endef
$(foreach l,$(LABS_USED),$(foreach f,$(call lab_units,$(l)),$(eval \
	$(call $(if $(filter %.h,$(f)),lab_header,lab_unit),$(call lab_src,$(l))/$(notdir $(f)),$(f)))))

$(HV_ELF): $(HV_O) $(LAB_O) hv/hv.ld
	@mkdir -p $(@D)
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T hv/hv.ld -o $@ $(HV_O) $(LAB_O)

-include hv/insn/tests.mk hv/mmu/direct/tests.mk hv/sched/tests.mk
