# Trapline: every command a user types. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:

B := build
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
# $(call say,WHAT,FILE) prints one build line, as "  CC      hv/mmu/shadow.c".
say = $(if $(filter 1,$(V)),:,printf '  %-7s %s\n' $(1) $(2))

# One compiler for everything; `make doctor` checks its version.
CC := gcc
WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wundef
# Freestanding i386, for hv/ and guest/.
KCFLAGS := -std=gnu11 -m32 -march=i686 -ffreestanding -mgeneral-regs-only -fno-pic -fno-pie \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing -fcf-protection=none \
	-O2 -g -gdwarf-4 -MMD -MP $(WARN) -Iinclude
KLDFLAGS := -m elf_i386 -nostdlib -z noexecstack -z max-page-size=4096 --build-id=none --no-warn-rwx-segments
# Hosted, for trace/, grader/ and tests/: always with sanitizers.
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
HOSTCFLAGS := -std=gnu11 -O1 -g -MMD -MP $(WARN) $(SAN) -Iinclude -D_GNU_SOURCE
HOSTLDFLAGS := $(SAN)

UNIT_TESTS :=
include hv/hv.mk guest/guest.mk trace/trace.mk grader/grader.mk tests/tests.mk

-include $(shell [ -d $(B) ] && find $(B) -name '*.d')
