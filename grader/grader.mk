# grader.mk: tlgrade, the labs' probes, handouts and kits.
include labs/probe/probe.mk
# Kernels that tests may run besides: what they print is right, or is the same on the bare machine.
ORACLES := $(addprefix $(B)/tests/,matrix.elf fuzz-native.elf fuzz-pv.elf rogue-native.elf rogue-pv.elf)
# A handout makes those that its lab speaks of, all others only when they are asked for.
TRIED := $(filter $(addprefix %/,$(LAB_TRIES)),$(PROBES) $(ORACLES))
TRIED := $(if $(LAB_TRIES),$(TRIED),$(PROBES) $(ORACLES))

TLGRADE_SRC := $(wildcard grader/*.c)
TLGRADE_OBJ := $(TLGRADE_SRC:%.c=$(B)/host/%.o)
TLGRADE_LIBS := -ljansson -lsqlite3 -larchive
$(B)/bin/tlgrade: $(TLGRADE_OBJ)
	@mkdir -p $(@D)
	@$(call say,LINK,$@)
	$(Q)$(CC) $(HOSTLDFLAGS) -o $@ $^ $(TLGRADE_LIBS)
$(B)/host/grader/%.o: grader/%.c
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$<)
	$(Q)$(CC) $(HOSTCFLAGS) -Igrader -c -o $@ $<

# The page is linked in, so that tlgrade finds it from anywhere.
$(B)/host/grader/report_html.o: grader/report.html

# QEMU counts a graded run's instructions with this.
ICOUNT := $(B)/bin/icount.so
$(ICOUNT): tools/icount.c
	@mkdir -p $(@D)
	@$(call say,LINK,$@)
	$(Q)$(CC) -std=gnu11 -O2 -g $(WARN) -fPIC -fvisibility=hidden -shared -pthread -o $@ $<

# What a graded run needs besides the hypervisor, which tlgrade has made for itself.
.PHONY: lab-parts grade handout
ifdef BUILDING
lab-parts: $(HV_S:%.S=$(B)/%.S.o) $(patsubst %.c,$(B)/%.o,$(HV_C)) $(TRIED) \
	$(FINCH_NATIVE) $(FINCH_PV) $(B)/guest/initrd.cpio $(ROOM) $(B)/bin/tltrace $(ICOUNT)
else
lab-parts:
	+@$(build) lab-parts
endif

STAGE ?=
need_lab = $(if $(LAB),,$(error LAB=NN-name: there are $(ALL_LABS)))
grade: $(B)/.doctor-demo+grade+plot ## grade the working tree: LAB=NN-name (SEED=N STAGE=02.3 EMU=bochs)
	$(need_lab)
	@$(build) -j$$(nproc) lab-parts $(B)/bin/tlgrade
	@status=0; $(B)/bin/tlgrade grade $(LAB) $(if $(filter command line environment,$(origin SEED)),--seed $(SEED)) \
		$(if $(STAGE),--stage $(STAGE)) $(if $(filter command line environment,$(origin EMU)),--emu $(EMU)) || status=$$?; \
		$(if $(STAGE),,grader/scenario $(LAB) || true;) exit $$status

.PHONY: pictures
pictures: $(B)/.doctor-demo+plot ## draw the pictures of README and handouts anew: docs/compare.svg, labs/*/pictures
	@$(build) -j$$(nproc) all
	@labs/pictures

.PHONY: measure
measure: $(B)/.doctor-demo+grade+plot ## what lab 03 (or LAB=04, LAB=05) is about, in numbers, and the plot of it
	@$(build) -j$$(nproc) all lab-parts
	@labs/$(or $(LAB),03-shadow-vs-direct)/measure

# What labs are about is in the others' handouts as objects.
.PHONY: handout-objects
handout-objects: $(patsubst %.c,$(B)/%.o,$(HV_C)) $(patsubst guest/%,$(B)/guest/%.o,$(RINGS) $(BALLOON) $(ROUTER))

HANDOUT ?= $(B)/handout
handout: $(B)/.doctor-demo+grade ## write the students' archive: LAB=NN-name
	$(need_lab)
	@$(build) -j$$(nproc) LAB= handout-objects
	@grader/handout $(LAB) $(HANDOUT)

# A kit is an unpacked handout, built: what submissions are graded in. One is not made anew while
# nothing has changed, since a class may be being graded in it.
.PHONY: kit
kit: $(B)/.doctor-demo+grade ## prepare for grading a class: LAB=NN-name
	$(need_lab)
	@mkdir -p $(B)/kit
	@flock $(B)/kit/.lock flock $(B)/.lock $(MAKE) -j$$(nproc) KIT=$(LAB) LAB= $(B)/kit/$(LAB)/build/.kit $(B)/bin/tlgrade
ifneq ($(KIT),)
$(B)/kit/$(KIT)/build/.kit: $(patsubst %.c,$(B)/%.o,$(HV_C)) $(patsubst guest/%,$(B)/guest/%.o,$(RINGS) $(BALLOON) $(ROUTER)) $(B)/bin/tltrace \
	$(shell find Makefile hv guest include trace grader labs tools tests/matrix tests/fuzz tests/rogue -type f ! -name '*.pyc')
	@SCENARIO_ELFS=0 grader/handout $(KIT) $(B)/kit
	@mkdir -p $(@D)/bin && cp $(B)/bin/tltrace $(@D)/bin/
	@$(MAKE) -s -C $(B)/kit/$(KIT) KIT= LAB=$(KIT) kit-parts
	@touch $@
endif
.PHONY: kit-parts
kit-parts: $(HV_S:%.S=$(B)/%.S.o) $(patsubst %.c,$(B)/%.o,$(HV_C)) $(PROBES) $(ORACLES) \
	$(FINCH_NATIVE) $(FINCH_PV) $(B)/guest/initrd.cpio $(ROOM) $(ICOUNT)

# Does the grader see mistakes? Mutants of the reference, each built and graded in the kit.
.PHONY: mutation
mutation: ## how many mechanical mistakes the tests see: LAB=NN (SAMPLE=N SEED=N KEEP=1)
	$(need_lab)
	@$(MAKE) kit mutation-tools
	@tools/mutation $(LAB) --seed $(SEED) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(KEEP),--keep)

# tlgrade and tltrace without sanitizers, for thousands of runs.
.PHONY: mutation-tools
mutation-tools:
	@$(MAKE) -s SAN= B=$(B)/plain $(B)/plain/bin/tlgrade $(B)/plain/bin/tltrace

# Gradescope takes a zip with these two scripts at its top; all submissions get the same seed.
GRADESCOPE = $(B)/gradescope/$(LAB)
.PHONY: gradescope
gradescope: $(B)/.doctor-demo+grade+test ## write Gradescope's autograder: LAB=NN-name (SEED=N)
	$(need_lab)
	@$(MAKE) handout
	@rm -rf $(GRADESCOPE) $(GRADESCOPE).zip && mkdir -p $(GRADESCOPE)
	@cp grader/gradescope/* $(HANDOUT)/$(LAB).tar.gz $(GRADESCOPE)/
	@echo $(LAB) >$(GRADESCOPE)/lab
	@echo $(if $(filter command line environment,$(origin SEED)),$(SEED),$$((RANDOM * 10 % 99991))) >$(GRADESCOPE)/seed
	@cd $(GRADESCOPE) && zip -q ../$(LAB).zip *
	@echo "gradescope: $(GRADESCOPE).zip (seed $$(cat $(GRADESCOPE)/seed))"

# The grader is graded: reference, starters, wrong and hostile solutions.
GRADER_TESTS := $(wildcard tests/grader/[a-z]*.sh)
GRADER_TESTS := $(filter-out tests/grader/lib.sh,$(GRADER_TESTS))
.PHONY: test-grader
test-grader: $(B)/.doctor-all ## the labs' references, starters, wrong and hostile solutions
	@$(build) -j$$(nproc) all $(B)/bin/tlgrade
	@SAMPLE= JOBS=1 TEST_LIMIT=7200 tests/run $(GRADER_TESTS)

UNIT_TESTS += $(B)/tests/grader_command
$(B)/tests/grader_command: tests/unit/grader_command.c grader/command.c grader/text.c $(wildcard grader/*.h)
	@mkdir -p $(@D)
	@$(call say,HOSTCC,$@)
	$(Q)$(CC) $(HOSTCFLAGS) -Igrader $(filter %.c,$^) -o $@ $(HOSTLDFLAGS) -lcmocka

# A class on a cluster; the test brings its own.
.PHONY: test-slurm
test-slurm: $(B)/.doctor-demo+grade ## a class through Slurm, on a cluster of this machine alone
	@$(build) -j$$(nproc) all $(B)/bin/tlgrade
	@NEED_SLURM=1 TEST_LIMIT=900 tests/run tests/slurm/slurm.sh
