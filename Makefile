# Trapline: every command a user types. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
# What would change how our scripts and programs read their words.
unexport CDPATH POSIXLY_CORRECT BASH_ENV GREP_OPTIONS
export HOME := $(or $(HOME),$(shell echo ~))

-include lab.mk # in a handout: which lab it is
B := build
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
# $(call say,WHAT,FILE) prints one build line, as "  CC      hv/mmu/shadow.c".
say = $(if $(filter 1,$(V)),:,printf '  %-7s %s\n' $(1) $(2))

# Two builds in one tree wait for each other: whoever comes second finds everything made.
build = mkdir -p $(B) && flock $(B)/.lock $(MAKE) BUILDING=1

# The host's tools; `make doctor` checks the compiler's version.
CC := gcc
# What runs in the machine is for an i386, whatever this computer is (CROSS=PREFIX: see tools/i386).
export CROSS
CROSS := $(shell tools/i386 --prefix)
KCC := $(CROSS)gcc
KLD := $(CROSS)ld
KOBJCOPY := $(CROSS)objcopy
WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wundef
# Freestanding i386, for hv/ and guest/.
KCFLAGS := -std=gnu11 -m32 -march=i686 -ffreestanding -mgeneral-regs-only -fno-pic -fno-pie \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing -fcf-protection=none \
	-O2 -g -gdwarf-4 -MMD -MP $(WARN) -Iinclude
KLDFLAGS := -m elf_i386 -nostdlib -z noexecstack -z max-page-size=4096 --build-id=none --no-warn-rwx-segments
# Hosted, for trace/, grader/ and tests/: always with sanitizers.
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
# At a fixed address: where the kernel spreads programs over 32 bits' worth of pages (vm.mmap_rnd_bits; Ubuntu does, under
# a container too), every fourth run of another one lands in what the sanitizers of gcc 12 keep for themselves.
SAN += -fno-pie -no-pie
HOSTCFLAGS := -std=gnu11 -O1 -g -MMD -MP $(WARN) $(SAN) -Iinclude -D_GNU_SOURCE
HOSTLDFLAGS := $(SAN)

UNIT_TESTS :=
include hv/hv.mk guest/guest.mk trace/trace.mk grader/grader.mk tests/tests.mk
-include web/web.mk # not in a handout

# ---------------------------------------------------------------------------------------------
MMU ?= shadow
SCENARIO ?= walk
SEED ?= 1
SEEDS ?= 1
COUNT ?=
TRACE ?= all
ISOLATION ?= auto
EMU ?= qemu
MEM ?= 32
GUEST_ELF ?=
EXTRA ?=
GUEST_ARGS ?=
DISK ?=
NET ?=
SENSITIVE ?= patch
TABLES ?= traced
SCHED ?= bvt
HOST_MEM ?=
RUN = tools/run $(foreach v,MMU SCENARIO SEED TRACE ISOLATION EMU MEM HOST_MEM GUEST_ELF SENSITIVE TABLES SCHED EXTRA GUEST_ARGS DISK NET,'$v=$($v)') \
	$(if $(filter command,$(firstword $(origin OUT))),'OUT=$(OUT)')

.PHONY: help all tour tour-html lint doctor demo run room gdb bochs test check bench bench-sched bench-domains bench-balloon balloon-campaign disk-campaign pictures-campaign class-campaign fuzz fuzz-insns mutation-ours clean
help: ## list the targets
	@awk -F ':.*## ' -v only="$(HELP)" '/^[a-z-]+:.*## / && (only == "" || index(" " only " ", " " $$1 " ")) { printf "  make %-13s %s\n", $$1, $$2 }' Makefile guest/guest.mk \
		trace/trace.mk grader/grader.mk $(wildcard web/web.mk)
	@echo
	@echo "  Options of run, bochs and gdb: MMU=shadow|direct|none SCENARIO=walk|hello|procs|... SEED=N"
	@echo "  TRACE=all|off|life,trap,hcall,insn,mmu,dom  ISOLATION=auto|segments|paging  EMU=qemu|bochs"
	@echo "  MEM=MB  HOST_MEM=MB  GUEST_ELF=file  SENSITIVE=patch|breakpoint  TABLES=traced|outofsync"
	@echo "  SCHED=bvt|rr  DISK=file  NET=user.  V=1 shows the commands; CROSS=i686-linux-gnu- another compiler for the machine."

ifdef BUILDING
all: $(HV_ELF) $(FINCH_NATIVE) $(FINCH_PV) $(B)/guest/initrd.cpio $(ROOM) $(B)/bin/tltrace $(TRIED)
	@:
else
all: $(B)/.doctor-demo ## build everything
	+@$(build) all
endif

# Everything else needs its packages first, KIND+KIND of tools/packages. That is looked at each time, and soon done.
$(B)/.doctor-%: always
	@QUIET=1 tools/doctor $(subst +, ,$*)
.PHONY: always
TRIES := demo+grade+check+plot
RUNS := demo$(if $(filter bochs,$(EMU)),+bochs)

tour: $(B)/.doctor-read ## the hypervisor's source as a book, chapter by chapter
	@tools/tour

tour-html: $(B)/.doctor-tour ## the same as one HTML file, build/tour/tour.html
	@tools/tour --html $(B)/tour/tour.html

lint: $(B)/.doctor-lint ## layout (clang-format), and what cppcheck finds
	@tools/lint

doctor: ## is everything installed? installs what is missing (NO_INSTALL=1: only tell)
	@tools/doctor

# Building starts only when the packages are there, so these targets call make again.
demo: $(B)/.doctor-demo ## walk one page fault in both modes, and draw it (SEED=N)
	@$(build) -j$$(nproc) all
	@tools/demo $(SEED)

run: $(B)/.doctor-$(RUNS) ## boot one scenario on the terminal; Ctrl-C ends it
	@$(build) -j$$(nproc) all
	@$(RUN) LIMIT=0

room: $(B)/.doctor-$(RUNS) ## Domain 0 makes three others, which work (INTERACTIVE=1: its shell, to do so by hand)
	@$(build) -j$$(nproc) all
	@tools/room EMU=$(EMU) $(if $(filter 1,$(INTERACTIVE)),INTERACTIVE=1)

bochs: $(B)/.doctor-demo+bochs ## the same in Bochs
	@$(build) -j$$(nproc) all
	@$(RUN) EMU=bochs LIMIT=0

gdb: $(B)/.doctor-demo+gdb ## boot it halted, and debug it with GDB
	@$(build) -j$$(nproc) all
	@tools/gdb $(MMU) $(SCENARIO) $(SEED)

# These first, so that all processors have work to the end.
LONGEST := $(addprefix tests/,grader/mutation.sh grader/mutants.sh grader/batch.sh grader/hostile.sh boot/matrix.sh slurm/slurm.sh \
	bochs/hostile.sh grader/student.sh)
test: $(B)/.doctor-all ## everything that must hold; closes with "N passed, N failed" (WHOLE=1: two of its tests whole)
	@$(build) -j$$(nproc) test-programs lab-parts $(B)/bin/tlgrade
	@$(skip_x86)
	@TRAPLINE_TEST_SCALE=10 TRAPLINE_TEST_SAMPLE=$(if $(WHOLE),0,1) TEST_LIMIT=3600 tests/run $(LONGEST) $(filter-out $(LONGEST),$(UNIT_TESTS) \
		$(BOOT_TESTS) $(GRADER_TESTS))

check: $(B)/.doctor-demo+grade+check ## the daily part of test, under a minute
	@$(build) -j$$(nproc) test-programs
	@$(skip_x86)
	@TRAPLINE_TEST_SCALE=1 tests/run $(UNIT_TESTS) $(BOOT_CHECK)

fuzz: $(B)/.doctor-$(TRIES) ## random guests: hypercalls, page-table edits, programs (SEED=N SEEDS=N COUNT=N)
	@$(build) -j$$(nproc) test-programs
	@tests/fuzz/run SEED=$(SEED) SEEDS=$(SEEDS) COUNT=$(COUNT)

fuzz-insns: $(B)/.doctor-$(TRIES) ## 200,000 random instructions, bare and in shadow mode (SEED=N)
	@$(MAKE) -j$$(nproc) test-programs
	@tests/fuzz/insns.sh SEED=$(SEED)

bench: $(B)/.doctor-$(TRIES) ## what things cost, in guest instructions: text, JSON and a chart
	@$(build) -j$$(nproc) test-programs $(B)/bin/icount.so
	@tools/bench

mutation-ours: $(B)/.doctor-$(TRIES) ## do our own tests see mistakes in our own code? (SAMPLE=N SEED=N)
	@$(build) -j$$(nproc) all test-programs
	@tools/mutation_ours --seed $(SEED) $(if $(SAMPLE),--sample $(SAMPLE))

bench-sched: $(B)/.doctor-$(TRIES) ## the processor over time, for 1, 10 and 100 domains: tables and pictures
	@$(build) -j$$(nproc) test-programs
	@tools/bench_sched

bench-domains: $(B)/.doctor-demo+plot ## 100 domains at once, and 10,000 one after the other: costs, shares, leaks
	@$(build) -j$$(nproc) all
	@tools/bench_domains

bench-balloon: $(B)/.doctor-demo+plot ## one work in too little memory: hypervisor swap, or a balloon: faults, transfers, disk time
	@$(build) -j$$(nproc) all
	@tools/bench_balloon $(SEED)

balloon-campaign: $(B)/.doctor-$(TRIES) ## pages given up amid transfers, grants, page tables: RACES=1000 of each kind; takes some minutes
	@$(build) -j$$(nproc) all test-programs
	@RACES=$(or $(RACES),1000) TEST_LIMIT=7200 tests/run tests/boot/races.sh

disk-campaign: $(B)/.doctor-$(TRIES) ## 200 MB through virtual disks, whose back end is killed three times; takes some minutes
	@$(build) -j$$(nproc) all test-programs
	@SCALE=25 TEST_LIMIT=3600 tests/run tests/boot/vbd.sh

class-campaign: $(B)/.doctor-demo+grade+plot+test ## a class of 60 from each of five platforms, graded whole (LAB= LMS= SIZE= SEED= SLURM=1); takes a quarter of an hour
	@$(build) -j$$(nproc) lab-parts $(B)/bin/tlgrade
	@$(if $(SLURM),QUIET=1 tools/doctor slurm)
	@LAB=$(or $(LAB),03-shadow-vs-direct) LMS='$(or $(LMS),plain moodle canvas blackboard gradescope)' SIZE=$(or $(SIZE),60) REAL=$(or $(REAL),22) \
		SEED=$(SEED) SLURM=$(SLURM) TEST_LIMIT=14400 tests/run tests/grader/campaign.sh

pictures-campaign: $(B)/.doctor-$(TRIES) ## each sentence of the pictures of 50 seeded guests, held against what was recorded; some minutes
	@$(build) -j$$(nproc) all test-programs
	@SEEDS=50 PICTURES=100 TEST_LIMIT=3600 tests/run tests/boot/sentences.sh

bench-net: $(B)/.doctor-demo ## 100,000 datagrams through the router between domains, with rules
	@$(build) -j$$(nproc) all
	@TRAPLINE_NET=33334 tests/boot/vif.sh

clean: ## remove build/
	rm -rf $(B)

# What an earlier build noted down of a source that has moved since does not count.
moved = awk '{ for (i = 1; i <= NF; i++) if ($$i ~ /\.[cS]$$/) { \
	if (!($$i in gone)) { gone[$$i] = (getline line < $$i) < 0; close($$i) } \
	if (gone[$$i]) { print FILENAME; nextfile } } }'
$(shell [ -d $(B) ] && find $(B) -name '*.d' | xargs -r $(moved) | xargs -r rm -f)
-include $(shell [ -d $(B) ] && find $(B) -name '*.d')
