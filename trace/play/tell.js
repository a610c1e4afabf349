// tell.js: what a step did, from the events that it tells of, and from nothing else.
const X = D.schema, LANES = ['Application', 'Guest OS', 'Hardware', D.traces.every(t => t.mmu === 2) ? 'Xen' : D.traces.some(t => t.mmu === 2) ? 'VMM or Xen' : 'VMM'];
const number = n => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const count = (n, one, more) => `${number(n)} ${n === 1 ? one : more}`;
const hex = (n, digits = 8) => '0x' + (n >>> 0).toString(16).padStart(digits, '0');
// A step as tltrace has written it, by names.
const stepOf = a => a && {number: a[0], kind: a[1], style: a[2], from: a[3], to: a[4], guest: a[5], title: a[6], details: a[7], cost: a[8], traps: a[9][0], irqs: a[9][1], hypercalls: a[9][2], spent: a[9][3], at: a[10], code: a[11], events: a[12].map(eventOf), guest: a[13]};
function eventOf(a) {
	const def = X.events[a[2]], e = {seq: a[0], at: a[1], id: a[2], name: def.name, def, domain: a[3], vcpu: a[4], from: a[5], to: a[6], f: {}};
	def.fields.forEach(([name], i) => { e.f[name] = a[7 + i]; });
	return e;
}
function value(type, v) {
	const names = X.enums[type];
	if (names) return names[v] ?? String(v);
	return type === 'x32' ? hex(v) : type === 'x16' ? hex(v, 4) : type === 'b16' ? v : number(v);
}
const of = (e, name) => { const d = e.def.fields.find(f => f[0] === name); return value(d[1], e.f[name]); };
const vector = v => X.vectors[v] || hex(v, 2);

const FLAGS = [[1, 'P'], [2, 'RW'], [4, 'US'], [8, 'PWT'], [16, 'PCD'], [32, 'A'], [64, 'D'], [128, 'PS/PAT'], [256, 'G']];
const flags = v => FLAGS.filter(f => v & f[0]).map(f => f[1]).join(' ') || 'none';
const entry = v => `<code>${hex(v)}</code> <small>${v & 1 ? `frame ${hex(v >>> 12, 5)}, ${flags(v)}` : 'not present'}</small>`;
function changed(before, after) {
	const on = FLAGS.filter(f => after & ~before & f[0]).map(f => '+' + f[1]), off = FLAGS.filter(f => before & ~after & f[0]).map(f => '−' + f[1]);
	if ((before ^ after) >>> 12 && before & after & 1) on.push('another frame');
	const all = on.concat(off).join(' ');
	return all && `changed: ${all}`;
}

function sentence(s, trace) {
	if (!s) return '';
	const lane = n => n === 3 ? (trace.mmu === 2 ? 'Xen' : 'VMM') : LANES[n];
	const where = s.kind === 0 ? `${lane(s.from)} to ${lane(s.to)}: ` : s.kind === 1 ? `In ${lane(s.from)}: ` : '';
	return s.kind === 2 ? 'Events were lost here: the ring was full.' : where + s.title + (s.details.length ? '; ' + s.details.join('; ') : '') + '.';
}

// What each event says of registers: name, value, and what it is.
const REGISTERS = {
	trap: e => [['eip', of(e, 'eip'), 'instruction that trapped'], ['cs', of(e, 'cs'), `ring ${e.f.cs & 3} before`], ...(X.vectors[e.f.vec] ? [['error code', hex(e.f.err, 1), e.f.vec === 14 ? pf(e.f.err) : '']] : []), ...(e.f.vec === 14 ? [['cr2', of(e, 'va'), 'address of the fault']] : [])],
	irq: e => [['eip', of(e, 'eip'), 'instruction that was about to run'], ['cs', of(e, 'cs'), `ring ${e.f.cs & 3} before`]],
	hypercall: e => [['eax', number(e.f.nr), X.hypercalls[e.f.nr] || 'no known hypercall'], ['ebx', of(e, 'a1'), ''], ['ecx', of(e, 'a2'), ''], ['edx', of(e, 'a3'), ''], ['eip', of(e, 'eip'), 'instruction after the int'], ['cs', of(e, 'cs'), `ring ${e.f.cs & 3}`]],
	hcall_ret: e => [['eax', String(e.f.ret), 'result']],
	resume: e => [['eip', of(e, 'eip'), 'instruction that runs next'], ['cs', of(e, 'cs'), `ring ${e.f.cs & 3}`]],
	inject: e => [['eip', of(e, 'eip'), 'the guest’s handler'], ['frame', of(e, 'frame'), 'on the ring-1 stack'], ['vector', vector(e.f.vec), 'that the guest sees'], ...(e.f.vec === 14 ? [['error code', hex(e.f.err, 1), pf(e.f.err)], ['cr2', of(e, 'cr2'), e.f.cr2_on_stack ? 'in the frame' : 'if it reads cr2']] : [])],
	native: e => [['eip', of(e, 'eip'), 'where the next entry found it']],
};
const pf = err => [err & 1 ? 'present' : 'not present', err & 2 ? 'write' : 'read', err & 4 ? 'from ring 3' : 'from ring 0 to 2'].join(', ');

// What each event says of tables: what it is, where, before, after (HTML), and which bits have changed.
const none = '<span class="dim">not recorded</span>';
const TABLES = {
	pte_write: e => ['guest’s entry', `at PA ${of(e, 'pa')}`, entry(e.f.old), entry(e.f.val), changed(e.f.old, e.f.val)],
	spte: e => ['shadow’s entry', `for ${of(e, 'va')}`, entry(e.f.old), entry(e.f.val), changed(e.f.old, e.f.val)],
	mmu_update: e => (e.f.ptr & 3) === 1 ? ['m2p', `MFN ${hex(e.f.ptr >>> 12, 5)}`, none, e.f.result < 0 ? 'refused' : `PFN ${hex(e.f.val, 5)}`, ''] : ['real entry', `at MA ${hex(e.f.ptr & ~3)}`, none, e.f.result < 0 ? `refused (${e.f.result}): ${entry(e.f.val)}` : entry(e.f.val), ''],
	p2m: e => ['p2m', `PFN ${hex(e.f.pfn, 5)}`, none, `MFN ${hex(e.f.mfn, 5)}`, ''],
	cr3: e => ['cr3', '', `<code>${of(e, 'old')}</code>`, `<code>${of(e, 'val')}</code>`, ''],
	shadow_new: e => ['shadow table', `of PFN ${hex(e.f.pfn, 5)}`, '', `MFN ${hex(e.f.mfn, 5)}, ${of(e, 'kind')}`, 'made'],
	shadow_del: e => ['shadow table', `of PFN ${hex(e.f.pfn, 5)}`, of(e, 'kind'), '', `dropped: ${of(e, 'why')}`],
};
const FRAMES = {
	page_type: e => [hex(e.f.mfn, 5), '1', '', of(e, 'type')],
	frames: e => [hex(e.f.mfn, 5), number(e.f.count), {65535: 'the hypervisor', 65534: 'nobody (free)', 65533: 'no memory'}[e.f.owner] || `domain ${e.f.owner}`, of(e, 'type') + (e.f.mapped ? ', mapped by a grant' : '')],
};

const table = (caption, heads, rows) => rows.length ? `<h3>${caption}</h3><table><thead><tr>${heads.map(h => `<th scope="col">${h}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>` : '';
const cells = (c, now) => `<tr${now ? ' class="now"' : ''}>${c.map((x, i) => i ? `<td>${x}</td>` : `<th scope="row">${x}</th>`).join('')}</tr>`;

// A whole table may be written at once.
const some = (rows, columns) => rows.length > 40 ? [...rows.slice(0, 30), `<tr><td colspan="${columns}">and ${number(rows.length - 30)} more, which are among the events below</td></tr>`] : rows;

function walk(e) {
	const va = e.f.va;
	return table('Walk through the guest’s tables', ['What', 'Value'], [
		['address', `<code>${hex(va)}</code> <small>directory entry ${va >>> 22}, table entry ${(va >>> 12) & 1023}, offset ${hex(va & 4095, 3)}</small>`], ['directory entry', entry(e.f.pde)], ['table entry', e.f.pde & 1 ? entry(e.f.pte) : 'there is no table'], ['verdict', esc(of(e, 'verdict').replace(/_/g, ' '))]].map(c => cells(c)));
}

const place = ([file, line, name, text]) => `<code>${esc(file)}:${line}</code>${name ? ` in <code>${esc(name)}()</code>` : ''}${text ? `<br><code class="source">${esc(text)}</code>` : ''}`;
// The trace does not say which lines ran. An event is recorded by one of the lines that record such events.
function recorders(s) {
	if (!D.recorders) return '';
	const rows = [...new Set(s.events.map(e => e.id))].filter(id => D.recorders[id]).map(id => {
		const all = D.recorders[id];
		return cells([esc(X.events[id].name), all.length === 1 ? place(all[0]) : `one of these ${all.length}:<ul>${all.map(p => `<li>${place(p)}</li>`).join('')}</ul>`]);
	});
	return table('The hypervisor’s lines that record this', ['Event', 'Where'], rows);
}

function cost(s, trace) {
	if (!trace.counted) return '<p class="dim">VMM entries were not recorded (class trap), nor what they cost.</p>';
	const entries = s.traps + s.irqs + s.hypercalls, [before, behind] = D.scenes[0].cut || [];
	return `<h3 class="costs">Cost up to here</h3><p class="dim">of stays in the VMM that have ended${D.all ? ', since the page’s first event' : ''}${before ? '; without the stay that began before it' : ''}${behind ? '; a stay that has begun goes on behind the last event' : ''}</p><p class="cost">VMM entries: ${entries} (traps ${s.traps}, hypercalls ${s.hypercalls}${s.irqs ? `, irqs ${s.irqs}` : ''})<br>VMM instructions: ${number(s.spent)}</p>`;
}

const listed = new Set(); // which of the lists below are open
// @s is the step, or null; @before the last one before it, @earlier the events of those before it.
function told(s, before, earlier, trace) {
	if (!s) return `<h2>${esc(trace.name)}</h2><p class="dim">Nothing in this row: the other design has more to do in this phase.</p>${before ? cost(before, trace) : ''}`;
	const insn = s.events.find(e => e.name === 'insn'), regs = s.events.flatMap(e => (REGISTERS[e.name] || (() => []))(e));
	const written = (list, now) => list.filter(e => TABLES[e.name]).map(e => {
		const [what, where, before, after, change] = TABLES[e.name](e);
		return cells([`${now ? '<span class="spoken">by this step: </span>▸ ' : ''}${what} <span class="where">${where}</span>`, before, after + (change ? `<br><small>${change}</small>` : '')], now);
	});
	let out = `<h2>${esc(trace.name)}${s.number ? `: step ${s.number}` : ''}</h2><p class="big">${esc(sentence(s, trace))}</p>`;
	const done = s.events.find(e => e.name === 'emulate'), patch = s.code === 'hlt' && done && of(done, 'op') !== 'hlt';
	if (s.code) out += `<h3>Instruction</h3><p><code>${esc(s.code)}</code>${patch ? ' <small>the hypervisor’s patch, in place of what is carried out</small>' : ''}${insn ? ` <small>bytes ${esc(insn.f.bytes.slice(0, 2 * insn.f.len).replace(/..(?=.)/g, '$& '))}</small>` : ''}</p>`;
	if (s.guest) out += `<h3>The guest kernel’s line</h3><p>${place(s.guest)}</p>`;
	out += table('Registers, as far as recorded', ['Register', 'Value', ''], regs.map(r => cells([esc(r[0]), `<code>${esc(r[1])}</code>`, esc(r[2])])));
	s.events.filter(e => e.name === 'walk').forEach(e => { out += walk(e); });
	out += table('Entries and tables, in this episode up to here', ['Entry', 'Before', 'After'], written(earlier, false).slice(-12).concat(some(written(s.events, true), 3)));
	out += table('Frames', ['MFN', 'Count', 'Owner', 'Type'], some(s.events.filter(e => FRAMES[e.name]).map(e => cells(FRAMES[e.name](e).map(esc))), 4));
	out += recorders(s) + cost(s, trace) + (s.cost ? `<p>This stay in the VMM: ${number(s.cost)} instructions.</p>` : '');
	out += `<details data-list="${esc(trace.name)}"${listed.has(trace.name) ? ' open' : ''}><summary>${count(s.events.length, 'recorded event', 'recorded events')}</summary><ul>` + s.events.map(e => `<li><code>${e.seq} ${esc(e.name)}</code> ${esc(e.def.doc)}<br><small>${e.def.fields.map(f => `${esc(f[0])}=${esc(value(f[1], e.f[f[0]]))}`).join(' ')}</small></li>`).join('') + '</ul></details>';
	return out;
}
