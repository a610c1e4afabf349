# TEST_PROGRAMS: what else the boot tests need (set by rogue.mk).
# Tests: unit tests are listed in UNIT_TESTS by the parts; boot tests are scripts that speak TAP.
-include tests/rogue/rogue.mk

BOOT_CHECK := tests/boot/walk.sh
BOOT_TESTS := $(wildcard tests/boot/*.sh tests/bochs/*.sh)

$(B)/tests/forge: tests/forge.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(HOSTCFLAGS) $< -o $@

.PHONY: test-programs
test-programs: all $(UNIT_TESTS) $(B)/tests/forge $(TEST_PROGRAMS)
