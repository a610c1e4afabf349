// page.js: the page's controls. A machine (machine.js) runs what was chosen; when it has ended, tltrace (tltrace.js, a worker) reads the trace out of
// its memory, and writes the page that steps through it.
'use strict';
const $ = id => document.getElementById(id), LARGEST = 4294967295;
const PARTS = {bios: 'seabios/bios.bin', vga: 'seabios/vgabios-stdvga.bin', iso: 'trapline.iso', state: 'start.zst', hv: 'hv.lines', native: 'native.lines', pv: 'pv.lines'};
// No trace says how its clock was made; the page does.
const NOTE = 'Recorded in a browser: this machine’s clock counts instructions by the block, and one that repeats (rep movs) as one. Its figures differ a little from QEMU’s, and from run to run.';
clockIsTaken();

const say = (text, bad = false) => { $('status').textContent = text; $('status').classList.toggle('bad', bad); };
const failed = e => { running = null; fail(e); }, fail = e => { say(e.message || String(e), true); ready(); };

// Each part once, with progress; what may be missing is null.
const got = {};
let loading = 0, loaded = 0;
async function fetched(name, optional) {
	if (got[name]) return got[name];
	const file = PARTS[name], r = await fetch(file).catch(() => { throw new Error(`${file} could not be loaded: is the server still there?`); });
	if (!r.ok && optional) return null;
	if (!r.ok) throw new Error(`${file} could not be loaded (${r.status} ${r.statusText}): is the site whole?`);
	loading += +r.headers.get('Content-Length') || 0;
	const pieces = [];
	for (let reader = r.body.getReader(), part; !(part = await reader.read()).done;) {
		pieces.push(part.value);
		loaded += part.value.length;
		say(`Loading the machine: ${(loaded / 1e6).toFixed(1)} of ${(Math.max(loading, loaded) / 1e6).toFixed(1)} MB ...`);
	}
	return got[name] = await new Blob(pieces).arrayBuffer();
}

// tltrace, in its worker; what is asked is answered in order.
let worker = null, asks = [];
function tltrace(ask, transfer = []) {
	if (!worker) {
		worker = new Worker('tltrace.js', {type: 'module'});
		worker.onmessage = ({data}) => { const [yes, no] = asks.shift(); data.failed ? no(new Error(`tltrace: ${data.failed}`)) : yes(data.answer); };
		worker.onerror = () => { const all = asks; asks = []; worker = null; all.forEach(([, no]) => no(new Error('tltrace could not be started: is this browser an old one?'))); };
	}
	return new Promise((yes, no) => { asks.push([yes, no]); worker.postMessage({ask}, transfer); });
}

const terminal = new Terminal({cols: 80, rows: 24, screenReaderMode: true, fontSize: 14, scrollback: 5000, cursorBlink: false, theme: {background: '#14171b', foreground: '#e8e8e8'}});
terminal.open($('terminal'));
terminal.attachCustomKeyEventHandler(e => e.key !== 'Tab'); // leads on, as everywhere in a page
terminal.onData(text => { if (machine) machine.type(text); });

let machine = null, running = null; // what runs now, {mmu, scenario, seed}
const traces = {}; // by design: what it is of

function ready() {
	$('run').disabled = !!running;
	$('stop').disabled = !running || !running.asked;
	for (const x of $('choice').querySelectorAll('input, select')) x.disabled = !!running;
	const all = Object.keys(traces);
	$('which').innerHTML = all.map(mmu => `<option value="${mmu}">${mmu}</option>`).join('') + (all.length === 2 ? '<option value="shadow direct">both, side by side</option>' : '');
	if (all.length === 2) $('which').value = 'shadow direct';
	for (const id of ['which', 'what', 'open', 'save', 'tar']) $(id).disabled = !all.length || !!running;
	chosen();
}
// Side by side are page faults only.
function chosen() {
	if ($('which').value.includes(' ')) { $('what').value = 'faults'; $('what').disabled = true; }
	else $('what').disabled = $('open').disabled;
}

const words = r => `mmu=${r.mmu} isolation=auto trace=all mem=32 sensitive=patch tables=traced sched=bvt scenario=${r.scenario} seed=${r.seed}${r.extra ? ' ' + r.extra : ''}`;

async function run() {
	const r = running = {mmu: $('choice').elements.mmu.value, scenario: $('scenario').value, seed: $('seed').value, extra: $('extra').value.trim(), asked: false};
	ready();
	if (machine) { await machine.destroy(); machine = null; }
	terminal.reset();
	const power = $('power').checked, state = power ? null : await fetched('state', true);
	const [bios, vga, iso] = await Promise.all(['bios', 'vga', 'iso'].map(x => fetched(x)));
	say(state ? 'The machine starts ...' : 'The machine is switched on: firmware, then the boot loader ...');
	// v86 keeps what it is given.
	machine = new Machine(V86, {wasm: 'v86/v86.wasm', bios: bios.slice(0), vga: vga.slice(0), iso: iso.slice(0), state: state && state.slice(0)});
	machine.on('print', byte => terminal.write(new Uint8Array([byte])));
	machine.on('end', () => ended().catch(fail));
	await machine.asked;
	machine.start(words(r));
	r.asked = true;
	r.began = performance.now();
	say(`Running: ${words(r)}`);
	ready();
	terminal.focus();
}

// It has halted, or was stopped: the trace is in its memory.
async function ended(how = '') {
	const r = running;
	if (!r || r.over) return;
	r.over = true;
	const seconds = ((performance.now() - r.began) / 1000).toFixed(1), code = /.*\(code (\d+)\)/s.exec(machine.printed);
	say('Reading the trace out of the machine’s memory ...');
	$('stop').disabled = true;
	await machine.stop();
	running = null;
	const ram = machine.memory().buffer, ctf = r.mmu + '.ctf';
	const x = await tltrace({put: {ram}, args: ['extract', '--command-line', words(r).replace(/[^ !#-[\]-~]/g, '?').slice(0, 1023), 'ram', ctf], get: [ctf + '/metadata', ctf + '/stream']}, [ram]);
	const end = how || (code ? `It ended with code ${code[1]}` : 'It halted');
	if (x.code) throw new Error(`${end}, and nothing was recorded. Its last words: ${machine.printed.trim().split('\n').pop().trim() || 'none'}`);
	traces[r.mmu] = {...r, files: x.files};
	const info = await tltrace({args: ['info', ctf]}), events = /^events\s+(\d+)/m.exec(info.out);
	ready();
	say(`${end}, after ${seconds} s. ${x.err.replace(/^tltrace extract: /, '')}`);
	$('traces').textContent = Object.values(traces).map(t => `${t.mmu}: ${t.scenario}, seed ${t.seed}`).join('; ') + (events ? `. The last one has ${Number(events[1]).toLocaleString('en')} events.` : '');
	document.dispatchEvent(new CustomEvent('traced'));
}

// The player's page, as bytes.
async function page() {
	const which = $('which').value.split(' '), all = $('what').value === 'all', put = {}, args = ['play', ...which.map(m => m + '.ctf'), '--note', NOTE, '--elf', 'hv.lines', '-o', 'walk.html'];
	for (const [name, file] of [['hv', 'hv.lines'], ...which.map(m => m === 'shadow' ? ['native', 'native.lines'] : ['pv', 'pv.lines'])]) {
		put[file] = (await fetched(name)).slice(0);
		if (name !== 'hv') args.push('--guest-elf', file);
	}
	say('Drawing ...');
	let x = await tltrace({put, args: all ? [...args, '--all'] : args, get: ['walk.html']});
	const said = () => x.err.replace(/^tltrace play: [a-z]+ \d+ of \d+\n/gm, ''), why = said(); // without how far it was
	if (x.code && which.length === 1 && !all) x = await tltrace({args: [...args, '--all'], get: ['walk.html']});
	if (x.code) throw new Error(said());
	say((said() === why ? '' : why + 'So here is everything. ') + said());
	return x.files['walk.html'];
}
async function open() {
	const html = new Blob([await page()], {type: 'text/html'});
	if ($('frame').src) URL.revokeObjectURL($('frame').src);
	$('player').hidden = false;
	await new Promise(yes => { $('frame').onload = yes; $('frame').src = URL.createObjectURL(html); });
	$('player').scrollIntoView();
	$('frame').focus();
}

function download(name, parts, type) {
	const a = document.createElement('a');
	a.href = URL.createObjectURL(new Blob(parts, {type}));
	a.download = name;
	a.click();
	setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}
// POSIX.1-1988 (ustar): a header of 512 bytes, then the file, filled up to 512.
function tar(files) {
	const out = [], text = new TextEncoder(), octal = (n, width) => n.toString(8).padStart(width - 1, '0') + '\0';
	for (const [name, data] of Object.entries(files)) {
		const head = new Uint8Array(512), put = (at, s) => head.set(text.encode(s), at);
		put(0, name); put(100, octal(0o644, 8)); put(108, octal(0, 8)); put(116, octal(0, 8)); put(124, octal(data.length, 12)); put(136, octal(0, 12));
		put(148, ' '.repeat(8)); put(156, '0'); put(257, 'ustar\x0000');
		put(148, octal(head.reduce((a, b) => a + b), 7) + ' ');
		out.push(head, data, new Uint8Array(-data.length & 511));
	}
	return [...out, new Uint8Array(1024)];
}

$('scenario').innerHTML = SCENARIOS.map(([name, what]) => `<option value="${name}">${name}: ${what}</option>`).join('');
$('choice').addEventListener('submit', e => {
	e.preventDefault();
	if (+$('seed').value > LARGEST) return fail(new Error(`Seed ${$('seed').value}: at most ${LARGEST}.`));
	run().catch(failed);
});
$('stop').addEventListener('click', () => ended('It was stopped').catch(fail));
$('which').addEventListener('change', chosen);
$('open').addEventListener('click', () => open().catch(fail));
$('save').addEventListener('click', () => page().then(p => download('walk.html', [p], 'text/html')).catch(fail));
$('tar').addEventListener('click', () => download('trace.tar', tar(Object.assign({}, ...$('which').value.split(' ').map(m => traces[m].files))), 'application/x-tar'));
const theme = () => document.documentElement.classList.toggle('dark');
$('theme').addEventListener('click', theme);
if (matchMedia('(prefers-color-scheme: dark)').matches) theme();

// A link chooses: ?mmu=direct&scenario=procs&seed=7, and &run runs it.
const link = new URLSearchParams(location.search);
const TAKES = {
	mmu: [x => [...$('choice').elements.mmu].some(y => y.value === x), 'shadow or direct'],
	scenario: [x => SCENARIOS.some(s => s[0] === x), 'one of ' + SCENARIOS.map(s => s[0]).join(', ')],
	seed: [x => /^(0|[1-9][0-9]{0,9})$/.test(x) && +x <= LARGEST, `a whole number from 0 to ${LARGEST}`],
	run: [x => true, ''],
};
// What is wrong in it; what is right is taken.
function follow(link) {
	const wrong = [];
	for (const [name, x] of link) {
		if (!Object.hasOwn(TAKES, name)) wrong.push(`${name} is nothing that a link may choose (${Object.keys(TAKES).join(', ')})`);
		else if (link.getAll(name).length > 1) wrong.push(`${name} is there more than once`);
		else if (!TAKES[name][0](x)) wrong.push(`${name}=${x.slice(0, 40)}: it takes ${TAKES[name][1]}`);
		else if (name !== 'run') $('choice').elements[name].value = x;
	}
	return [...new Set(wrong)];
}
const wrong = follow(link);

if (location.protocol === 'file:') fail(new Error('A browser loads no machine from a file. In this folder, start a server: python3 -m http.server 8000; then open http://localhost:8000/'));
else if (typeof WebAssembly !== 'object') fail(new Error('This browser has no WebAssembly, or it is switched off: the machine needs it.'));
else {
	say('Ready.');
	ready();
	if (wrong.length) {
		$('link').hidden = false;
		$('link').textContent = `The address of this page is wrong: ${wrong.join('; ')}. Nothing was run; choose here, and run.`;
	} else if (link.has('run')) $('choice').requestSubmit();
}
document.documentElement.dataset.ready = '1';
