// machine.js: a PC in v86. It boots trapline.iso, whose GRUB waits on the serial line for the hypervisor's command line; or it goes on from
// start.zst, where GRUB already waits. The machine is tools/run's: 128 MB. To be loaded before v86.
'use strict';

// v86 takes the time from performance.now, as that is when it is loaded: from here. Until GRUB has asked, it is the time. From then on it is the machine's
// own: an instruction takes a nanosecond, as in QEMU with -icount shift=0, and while its processor waits for an interrupt, time goes on by itself. So the
// time-stamp counter counts instructions, though in steps: those of a basic block at once, and one that repeats (rep movs) as one.
const clock = {
	real: performance.now.bind(performance),
	pc: null, // whose instructions are counted
	begin(pc) { Object.assign(this, {pc, count: pc.get_instruction_counter(), seen: this.real(), at: this.real()}); },
	now() {
		if (!this.pc) return this.real();
		const count = this.pc.get_instruction_counter(), steps = (count - this.count) >>> 0, seen = this.real();
		this.at += !steps && this.pc.v86.cpu.in_hlt[0] ? seen - this.seen : steps / 1e6;
		this.count = count;
		this.seen = seen;
		return this.at;
	},
};
performance.now = () => clock.now();
const clockIsTaken = () => { delete performance.now; }; // to be called when v86 is loaded

const MEMORY = 128 << 20, PROMPT = 'if none):', MOST_WAIT = 120; // seconds until GRUB must have asked

// PARTS: {wasm, bios, vga, iso, state}: where v86.wasm is, and what the others hold; without `state` it is switched on.
class Machine {
	constructor(V86, parts) {
		clock.pc = null;
		this.printed = '';
		this.listeners = {print: () => {}, end: () => {}};
		this.pc = new V86({wasm_path: parts.wasm, memory_size: MEMORY, autostart: true, boot_order: 0x3, bios: {buffer: parts.bios}, vga_bios: {buffer: parts.vga},
			cdrom: {buffer: parts.iso}, initial_state: parts.state && {buffer: parts.state}, disable_keyboard: true, disable_mouse: true, disable_speaker: true});
		this.asked = new Promise((yes, no) => {
			const late = setTimeout(() => no(new Error(`the machine has not asked within ${MOST_WAIT} s what to run`)), MOST_WAIT * 1000);
			const now = () => { clearTimeout(late); yes(); };
			this.late = late;
			if (parts.state) this.pc.add_listener('emulator-started', now);
			this.pc.add_listener('serial0-output-byte', byte => {
				if (this.printed.length < 1e6) this.printed += String.fromCharCode(byte);
				if (this.printed.endsWith(PROMPT)) now();
				this.listeners.print(byte);
			});
		});
		// A processor that halts with interrupts off: the hypervisor has left it.
		this.pc.add_listener('cpu-event-halt', () => this.listeners.end());
	}
	on(what, f) { this.listeners[what] = f; }
	// The hypervisor's command line, when GRUB has asked for it: from here on it is counted.
	start(words) {
		clock.begin(this.pc);
		this.type(words + '\r');
	}
	// As typed on its serial line: what is no ASCII, the line does not have.
	type(text) { this.pc.serial0_send([...text].filter(c => c < '\x80').join('')); }
	// It stops, and stays as it is.
	stop() { return this.pc.stop(); }
	memory() { return this.pc.read_memory(0, MEMORY).slice(); }
	state() { return this.pc.save_state(); }
	async destroy() {
		clearTimeout(this.late);
		clock.pc = null;
		this.listeners = {print: () => {}, end: () => {}};
		await this.pc.destroy();
	}
}
if (typeof module === 'object') module.exports = {Machine, clockIsTaken};
