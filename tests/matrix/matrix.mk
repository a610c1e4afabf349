# matrix.mk: the kernel of the instruction matrix.
MATRIX := $(B)/tests/matrix
MATRIX_SOURCES := $(sort $(wildcard tests/matrix/*.[cS]))
MATRIX_OBJS := $(MATRIX_SOURCES:tests/matrix/%=$(MATRIX)/%.o) $(MATRIX)/print.c.o
MATRIX_CFLAGS := $(KCFLAGS) -Ihv -Itests/kit -Itests/rogue -Itests/matrix -fno-tree-loop-distribute-patterns

$(MATRIX)/%.o: tests/matrix/% Makefile tests/matrix/matrix.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(MATRIX_CFLAGS) -c $< -o $@

$(MATRIX)/print.c.o: tests/kit/print.c Makefile tests/matrix/matrix.mk
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(KCC) $(MATRIX_CFLAGS) -c $< -o $@

$(B)/tests/matrix.elf: $(MATRIX_OBJS) tests/matrix/matrix.ld
	@$(call say,LD,$@)
	$(Q)$(KLD) $(KLDFLAGS) -T tests/matrix/matrix.ld -o $@ $(MATRIX_OBJS)

TEST_PROGRAMS += $(B)/tests/matrix.elf
