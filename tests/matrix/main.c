/* main.c: run every cell, and tell what it changed. */
#include "boot/multiboot.h"
#include "machine.h"

static struct machine_state before; /* of all cells */
static struct desc gdt_before[NR_GDT];

static void prepare(const struct cell *c, u32 value)
{
	bool ring3 = c->flags & RING3;

	start_state = (struct start){
	    .eax = INIT_EAX,
	    .ecx = value,
	    .edx = INIT_EDX,
	    .ebx = (u32)mem,
	    .ebp = INIT_EBP,
	    .esi = INIT_ESI,
	    .edi = INIT_EDI,
	    .eflags = c->eflags,
	    .cs = ring3 ? SEL_UCODE : SEL_KCODE,
	    .eip = (u32)c->code,
	    .ss = ring3 ? SEL_UDATA : SEL_KDATA,
	    .esp = (u32)cell_stack + STACK_BYTES / 2,
	    .data = ring3 ? SEL_UDATA : SEL_KDATA,
	};
}

static void compare(const char *name, u32 was, u32 is)
{
	if (was != is)
		print(" %s=%x", name, is);
}

static void print_registers(void)
{
	const struct start *s = &start_state;
	const struct cpu_regs *r = &last_regs;

	compare("eax", s->eax, r->eax);
	compare("ecx", s->ecx, r->ecx);
	compare("edx", s->edx, r->edx);
	compare("ebx", s->ebx, r->ebx);
	compare("ebp", s->ebp, r->ebp);
	compare("esi", s->esi, r->esi);
	compare("edi", s->edi, r->edi);
}

static void print_segments(void)
{
	const struct start *s = &start_state;
	const struct cpu_regs *r = &last_regs;

	/* Pushed as 32 bits; only 16 of them are the register. */
	compare("ds", s->data, r->ds & 0xFFFF);
	compare("es", s->data, r->es & 0xFFFF);
	compare("fs", s->data, r->fs & 0xFFFF);
	compare("gs", s->data, r->gs & 0xFFFF);
}

static void print_machine(void)
{
	const u32 *was = (const u32 *)&before, *is = (const u32 *)&state_after;

	for (u32 k = 0; k < MACHINE_WORDS; k++)
		compare(machine_names[k], was[k], is[k]);
	for (u32 k = 0; k < NR_GDT; k++)
		if (gdt[k].hi != gdt_before[k].hi || gdt[k].lo != gdt_before[k].lo)
			print(" gdt[%x]=%x:%x", k * 8, gdt[k].hi, gdt[k].lo);
}

static void print_memory(void)
{
	u32 esp = last_regs.esp, top = start_state.esp;

	for (u32 k = 0; k < MEM_SIZE / 4; k++)
		if (mem[k] != MEM_PATTERN)
			print(" mem[%u]=%x", 4 * k, mem[k]);
	if (esp >= top || esp < (u32)cell_stack)
		return;
	print(" pushed");
	for (u32 at = top - 4; at >= (esp & ~3u) && at > top - 40; at -= 4)
		print(" %x", at < esp ? *(const u16 *)esp : *(const u32 *)at);
}

static void run(const struct cell *c, u32 value)
{
	machine_reset();
	memcpy(gdt_before, gdt, sizeof(gdt));
	prepare(c, value);
	if (c->before)
		c->before();
	trap_reset(c);
	enter_cell();

	print("| %s | %s", c->group, c->text);
	if (c->flags & RING3)
		print(" (ring 3)");
	if (c->list)
		print(" [ecx=%x]", value);
	print(" |");
	trap_print(c);
	print(" |");
	if (c->flags & MASKED) {
		print(" masked");
	} else {
		print_registers();
		print_segments();
		print_machine();
		print_memory();
	}
	print("\n");
}

static void print_start(void)
{
	const u32 *word = (const u32 *)&before;

	machine_reset();
	machine_capture(&before);
	print("| start | all cells begin with |");
	for (u32 k = 0; k < MACHINE_WORDS; k++)
		print(" %s=%x", machine_names[k], word[k]);
	print("\n");
}

static bool command_line_says(const struct multiboot_info *info, const char *word)
{
	const char *line = (const char *)info->cmdline;

	if (!(info->flags & MBI_CMDLINE))
		return false;
	for (; *line; line++) {
		u32 k = 0;

		while (word[k] && line[k] == word[k])
			k++;
		if (!word[k])
			return true;
	}
	return false;
}

/* scenario=ends0, ends1, ...: run that one of the cells that end a domain; it does not come back.
 */
static void run_end(const struct multiboot_info *info)
{
	char word[] = "scenario=ends0";

	for (const struct cell *c = cells; c < cells_end; c++) {
		if (!(c->flags & ENDS))
			continue;
		if (command_line_says(info, word)) {
			print("matrix: %s | %s |\n", c->group, c->text);
			run(c, INIT_ECX);
		}
		word[sizeof(word) - 2]++;
	}
	if (command_line_says(info, "scenario=ends")) {
		print("matrix: no more cells\n");
		power_off(true);
	}
}

void matrix_main(const struct multiboot_info *info);
void matrix_main(const struct multiboot_info *info)
{
	bool bare = command_line_says(info, "scenario=bare");
	char word[] = "scenario=part0"; /* to part3: each fourth cell, from that one on */
	u32 nr = 0, seen = 0, first = 0, step = 1;

	machine_init();
	print_start();
	if (command_line_says(info, "scenario=triple")) {
		print("matrix: no IDT\n");
		asm volatile("lidt %0\n\tint3" : : "m"((struct desc){0, 0}));
	}
	run_end(info);
	for (u32 k = 0; k < 4; k++, word[sizeof(word) - 2]++)
		if (command_line_says(info, word))
			first = k, step = 4;
	for (const struct cell *c = cells; c < cells_end; c++) {
		u32 values = c->list ? c->list[0] : 1;

		if (c->flags & ENDS || (bare && c->flags & HANGS))
			continue;
		for (u32 k = 0; k < values; k++, nr++) {
			if (nr % step != first)
				continue;
			run(c, c->list ? c->list[1 + k] : INIT_ECX);
			seen++;
		}
	}
	print("matrix: %u cells of %u\n", seen, nr);
	power_off(true);
}
