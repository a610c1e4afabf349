// play.js: which step is looked at, and how one comes to another.
const $ = id => document.getElementById(id), KINDS = {t: 'trap', i: 'interrupt', h: 'hypercall', j: 'injection', r: 'return', n: 'note', g: 'events lost'};
const MOST_LISTED = 200, MOST_SHEETS = 300;
let scene = 0, at = 0; // which scene, which of its rows; both from 0
let painted = -1, cache = new Map(), listedRows = [0, Infinity];

function pageOf(i) {
	if (!cache.has(i)) {
		if (cache.size > 12) cache.delete(cache.keys().next().value);
		cache.set(i, JSON.parse(LINES[i]));
	}
	return cache.get(i);
}
function find(ranges, row) { // the range [from, to) that has it
	let low = 0, high = ranges.length - 1;
	while (low < high) { const mid = (low + high) >> 1; if (ranges[mid][1] <= row) low = mid + 1; else high = mid; }
	return low;
}
const rowData = row => { const i = find(D.pages, row); return pageOf(i).rows[row - D.pages[i][0]]; };
// A scene of the second trace alone has its steps in the first column.
const traceOf = column => { const has = D.scenes[scene].of; return has[0] ? column : 1; };
const columns = () => D.scenes[scene].of.filter(x => x).length;
const rows = () => D.scenes[scene].rows;
const rowNow = () => rows()[0] + at;

const wholeRun = x => x.first === 1 && x.last === D.traces[0].events ? 'The whole run' : `Events ${number(x.first)} to ${number(x.last)}`;
function sceneName(s) {
	const one = s.of.find(x => x);
	if (!one.fault) return wholeRun(one);
	return `${hex(one.va)} ${one.verdict.replace(/_/g, ' ')}`;
}
function sceneWords(s) {
	const one = s.of.find(x => x);
	if (!one.fault) return wholeRun(one);
	return `Page fault at ${hex(one.va)}: ` + s.of.map((x, i) => x && `${D.traces[i].name}, domain ${x.domain}, episode ${x.fault}, ${x.verdict.replace(/_/g, ' ')}${x.whole ? '' : ' (unfinished)'}`).filter(x => x).join('; ');
}

// The last step of this column before the row that is looked at.
function before(column) {
	for (let row = rowNow() - 1; row >= rows()[0]; row--) {
		const s = rowData(row)[3 + column];
		if (s) return stepOf(s);
	}
	return null;
}
// The events of this scene's earlier rows, as far as they are near.
function earlier(column) {
	const out = [];
	for (let row = Math.max(rows()[0], rowNow() - 60); row < rowNow(); row++) {
		const s = stepOf(rowData(row)[3 + column]);
		if (s) out.push(...s.events);
	}
	const now = stepOf(rowData(rowNow())[3 + column]), own = new Set(now ? now.events.map(e => e.seq) : []);
	return out.filter((e, i) => !own.has(e.seq) && (!i || out[i - 1].seq !== e.seq));
}

// What each side has cost up to the row that is looked at; null at the last, where the picture says it all.
const spentNow = steps => rowNow() === rows()[1] - 1 ? null : steps.slice(0, columns()).map((x, c) => D.traces[traceOf(c)].counted ? (x || before(c) || {spent: 0}).spent : null);

function show(moved) {
	const row = rowNow(), n = find(D.pages, row), page = pageOf(n), steps = [0, 1].map(c => stepOf(rowData(row)[3 + c])), s = D.scenes[scene];
	const phase = D.all ? '' : ` Phase: ${X.phases[rowData(row)[2]]}.`;
	const sentences = steps.map((x, c) => x ? (columns() > 1 ? D.traces[traceOf(c)].name + ': ' : '') + sentence(x, D.traces[traceOf(c)]) : '').filter(x => x).join(' ');
	document.body.classList.toggle('two', columns() > 1);
	if (painted !== n) { $('picture').innerHTML = paint(page, 'p') + heads(page); painted = n; }
	const svg = $('picture').firstChild, local = row - D.pages[n][0] + 1;
	reveal(svg, page, local, moved, sceneWords(s), sentences, spentNow(steps));
	const [y, h] = page.rows[local - 1].map(v => v / page.h * svg.clientHeight), view = $('picture');
	if (y + h + 40 > view.scrollTop + view.clientHeight || y < view.scrollTop + 20) view.scrollTop = y + h - view.clientHeight * .75;
	if (local === page.rows.length) view.scrollTop = view.scrollHeight; // with the sum
	const newest = svg.querySelector(`.label[data-row="${local}"], .note[data-row="${local}"]`);
	if (newest && view.scrollWidth > view.clientWidth) {
		const t = newest.getBoundingClientRect(), v = view.getBoundingClientRect();
		if (t.left < v.left || t.right > v.right) view.scrollLeft += (t.left + t.right - v.left - v.right) / 2;
	}
	$('said').textContent = `Step ${at + 1} of ${rows()[1] - rows()[0]}.${phase} ${sentences}`;
	$('scene').textContent = sceneWords(s);
	const part = D.all && !scene ? D.scenes.findIndex((x, i) => i && row >= x.rows[0] && row < x.rows[1]) : -1;
	if (part > 0) $('scene').insertAdjacentHTML('beforeend', `; here <a href="#e=${part + 1}&amp;s=${row - D.scenes[part].rows[0] + 1}">episode ${D.scenes[part].of.filter(x => x).map(x => x.fault).join(' and ')}</a>`);
	$('at').max = rows()[1] - rows()[0];
	$('at').value = at + 1;
	$('at').setAttribute('aria-valuetext', `step ${at + 1}: ${sentences}`);
	$('of').textContent = `${at + 1} of ${rows()[1] - rows()[0]}`;
	$('first').disabled = $('back').disabled = at === 0;
	$('last').disabled = $('step').disabled = row === rows()[1] - 1;
	$('before').disabled = scene === 0;
	$('behind').disabled = scene === D.scenes.length - 1;
	$('facts').innerHTML = steps.slice(0, columns()).map((x, c) => `<div>${told(x, x ? null : before(c), earlier(c), D.traces[traceOf(c)])}</div>`).join('');
	strips();
	if (scene < listedScenes[0] || scene >= listedScenes[1]) listEpisodes();
	if (row < listedRows[0] || row >= listedRows[1]) listSteps();
	for (const list of [['episodes', scene], ['found', row]])
		for (const a of $(list[0]).querySelectorAll('a')) {
			const now = +a.dataset.n === list[1];
			if (now !== a.hasAttribute('aria-current')) now ? a.setAttribute('aria-current', list[0] === 'found' ? 'step' : 'true') : a.removeAttribute('aria-current');
			if (now) { const box = $(list[0]), top = a.offsetTop - box.offsetTop; if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 30) box.scrollTop = top - box.clientHeight / 2; }
		}
}

function go(e, s, moved) {
	const to = Math.max(0, Math.min(D.scenes.length - 1, e)), other = to !== scene;
	scene = to;
	at = Math.max(0, Math.min(rows()[1] - rows()[0] - 1, s));
	const hash = `#e=${scene + 1}&s=${at + 1}`;
	if (location.hash !== hash) history.replaceState(null, '', hash);
	if (other && $('scope').value === 'scene') listSteps();
	show(moved);
}
function fromHash() {
	const m = /^#e=(\d+)(?:&s=(\d+))?$/.exec(location.hash);
	const [e, s] = m ? [m[1] - 1, (m[2] || 1) - 1] : [D.start, D.at], asked = location.hash;
	go(e, s, false);
	if (asked && (!m || e !== scene || s !== at)) $('said').prepend(`The page has no step ${asked}; this is step #e=${scene + 1}&s=${at + 1}. `);
}
const step = n => go(scene, at + n, n === 1);

let wanted = {key: null}, listedScenes = [0, Infinity];
function listEpisodes() {
	const key = $('which').value.trim().toLowerCase();
	if (wanted.key !== key) {
		wanted = {key, hits: []};
		// A number alone is an episode's, in the list or in its domain; if there is none, part of a word.
		const choose = fits => D.scenes.forEach((s, i) => { if (fits(s, i)) wanted.hits.push(i); });
		if (/^\d+$/.test(key)) choose((s, i) => i + 1 === +key || s.of.some(x => x && x.fault === +key));
		if (!wanted.hits.length) choose(s => sceneWords(s).toLowerCase().includes(key));
	}
	// Those around the one that is looked at.
	const hits = wanted.hits, near = hits.findIndex(i => i >= scene), first = Math.max(0, Math.min(hits.length - MOST_LISTED, (near < 0 ? hits.length : near) - MOST_LISTED / 2)), part = hits.slice(first, first + MOST_LISTED);
	listedScenes = [first ? part[0] : 0, first + MOST_LISTED < hits.length ? part[part.length - 1] + 1 : Infinity];
	$('episodes-count').textContent = `${number(hits.length)} of ${number(D.scenes.length)}` + (hits.length > MOST_LISTED ? `; ${MOST_LISTED} are listed` : '');
	$('episodes').innerHTML = part.map(i => {
		const s = D.scenes[i], cost = s.of.map((x, c) => x && D.traces[c].counted && count(x.tally[0] + x.tally[1] + x.tally[2], 'entry', 'entries') + `, ${number(x.tally[3])} instructions`).filter(x => x).join(' / ');
		return `<li><a href="#e=${i + 1}&amp;s=1" data-n="${i}">${i + 1}. ${esc(sceneName(s))}<br><small>${esc(cost)}</small></a></li>`;
	}).join('');
}

// Which rows the fields choose; null: all of them. It is looked for once.
let chosen = {key: ''};
function hits() {
	const want = $('find').value.trim().toLowerCase(), lane = $('lane').value, kind = $('kind').value, [from, to] = $('scope').value === 'all' ? [0, D.pages[D.pages.length - 1][1]] : rows();
	const key = [want, lane, kind, from, to].join('/');
	if (chosen.key === key) return chosen;
	chosen = {key, from, to, list: null};
	if (!want && !lane && !kind) return chosen;
	const names = D.names.map(n => n.toLowerCase().includes(want)), inside = (s, row) => (s[7].join(' ') + ' ' + (s[11] || '')).toLowerCase().includes(want);
	let page = -1, inPage = false;
	chosen.list = [];
	for (let row = from; row < to; row++) {
		let fits = false, named = false;
		for (const t of D.traces) {
			const c = t.lanes.charCodeAt(row) - 97;
			if (t.kinds[row] === '.' || (kind && t.kinds[row] !== kind) || (lane && c >> 2 !== +lane && (c & 3) !== +lane)) continue;
			fits = true;
			named ||= names[t.titles[row]];
		}
		if (fits && !named) {
			// Not in a title: perhaps in what stands below it.
			const n = page >= 0 && row < D.pages[page][1] ? page : find(D.pages, row);
			if (n !== page) { page = n; inPage = LINES[n].includes(want) || LINES[n].toLowerCase().includes(want); }
			fits = inPage && rowData(row).slice(3).some(s => s && inside(s, row));
		}
		if (fits) chosen.list.push(row);
	}
	return chosen;
}
const title = row => D.traces.map(t => t.titles[row] >= 0 ? D.names[t.titles[row]] : '').filter(x => x).join(' | ');
function listSteps() {
	const {from, to, list} = hits(), all = $('scope').value === 'all', count = list ? list.length : to - from;
	// Those around the step that is looked at.
	const near = list ? list.findIndex(row => row >= rowNow()) : rowNow() - from, first = Math.max(0, Math.min(count - MOST_LISTED, (near < 0 ? count : near) - MOST_LISTED / 2));
	const part = list ? list.slice(first, first + MOST_LISTED) : Array.from({length: Math.min(count, MOST_LISTED)}, (x, i) => from + first + i);
	listedRows = [first ? part[0] : 0, first + MOST_LISTED < count ? part[part.length - 1] + 1 : Infinity];
	$('found-count').textContent = `${number(count)} of ${number(to - from)}` + (count > MOST_LISTED ? `; ${MOST_LISTED} are listed` : '');
	const ranges = D.scenes.map(s => s.rows);
	$('found').innerHTML = part.map(row => {
		const e = !all ? scene : D.all ? 0 : find(ranges, row), s = row - D.scenes[e].rows[0] + 1;
		return `<li><a href="#e=${e + 1}&amp;s=${s}" data-n="${row}">${all && !D.all ? `${e + 1}.` : ''}${s} ${esc(title(row) || 'events lost')}</a></li>`;
	}).join('');
}

// How many steps of which kind there were, over time; from all of it down to single steps.
const BINS = 180;
let zoom = 0, windows = [];
const spans = D.traces.map(t => { let least = Infinity, most = 0; t.when.forEach(w => { if (w >= 0) { least = Math.min(least, w); most = Math.max(most, w); } }); return [least, Math.max(most, least + 1)]; });
function nowOf(trace) {
	for (let row = rowNow(); row >= rows()[0]; row--) if (D.traces[trace].when[row] >= 0) return D.traces[trace].when[row];
	return -1;
}
function strips() {
	D.traces.forEach((t, i) => {
		const [least, most] = spans[i], width = (most - least) / 4 ** zoom, now = nowOf(i), w = windows[i];
		if (!w || w.zoom !== zoom || (now >= 0 && (now < w.from || now > w.from + width))) {
			const from = zoom ? Math.max(least, Math.min(most - width, (now < 0 ? least : now) - width / 2)) : least, bins = {t: new Array(BINS).fill(0), h: new Array(BINS).fill(0), i: new Array(BINS).fill(0), r: new Array(BINS).fill(0)};
			let n = 0;
			t.when.forEach((x, row) => { if (x >= from && x <= from + width) { n++; bins['thi'.includes(t.kinds[row]) ? t.kinds[row] : 'r'][Math.min(BINS - 1, Math.floor((x - from) / width * BINS))]++; } });
			const peak = Math.max(1, ...bins.r.map((x, k) => x + bins.t[k] + bins.h[k] + bins.i[k]));
			let out = '';
			for (let k = 0; k < BINS; k++) {
				let y = 100;
				for (const kind of 'thir') { const h = 96 * bins[kind][k] / peak; if (h) { y -= h; out += `<rect class="k-${kind}" x="${k}" y="${y.toFixed(2)}" width=".9" height="${h.toFixed(2)}"/>`; } }
			}
			windows[i] = {zoom, from};
			const text = `${t.name}: ${number(n)} steps in ${zoom ? `1/${number(4 ** zoom)} of the time, ` : ''}ticks ${number(Math.round(from))} to ${number(Math.round(from + width))} since the first event`;
			const box = $('strips').children[i];
			box.innerHTML = `<svg viewBox="0 0 ${BINS} 100" preserveAspectRatio="none" role="img" aria-label="${esc(text)}">${out}<path class="cursor" d=""/></svg>`;
			box.title = text + '; red traps, blue hypercalls, brown interrupts, grey all else';
		}
		const x = (now - windows[i].from) / width * BINS;
		$('strips').children[i].querySelector('.cursor').setAttribute('d', now < 0 ? '' : `M${x} 0V100`);
	});
	$('zoom-out').disabled = !zoom;
	$('zoom-in').disabled = zoom >= closest;
}
function seek(trace, x) { // the step of @trace nearest to a place in its strip
	const t = D.traces[trace], want = windows[trace].from + x * (spans[trace][1] - spans[trace][0]) / 4 ** zoom;
	let best = -1;
	t.when.forEach((w, row) => { if (w >= 0 && (best < 0 || Math.abs(w - want) < Math.abs(t.when[best] - want))) best = row; });
	if (best < 0) return;
	const e = D.all ? 0 : find(D.scenes.map(s => s.rows), best);
	go(e, best - D.scenes[e].rows[0], false);
}
const closest = Math.min(12, Math.max(0, Math.floor(Math.log(Math.max(...spans.map(s => s[1] - s[0]))) / Math.log(4)))); // no shorter than a tick
const zoomBy = n => { zoom = Math.max(0, Math.min(closest, zoom + n)); strips(); };

// On paper nobody scrolls: of a long picture what is around the step, below its lanes' heads.
const ON_PAPER = 480;
function cut(svg, page, row) {
	const {width, height} = svg.viewBox.baseVal, [y, h] = page.rows[row], from = Math.max(0, Math.min(height, row === page.rows.length - 1 ? height : (y + h) / 10 + 40) - ON_PAPER);
	if (height <= ON_PAPER) return;
	svg.setAttribute('viewBox', `0 ${from} ${width} ${ON_PAPER}`);
	svg.insertAdjacentHTML('beforeend', heads(page));
	const top = svg.lastChild;
	if (from < 40) top.remove();
	else for (const [name, value] of [['y', from], ['width', width], ['height', top.viewBox.baseVal.height]]) top.setAttribute(name, value);
}

// Printed, each step of the scene is a page.
function sheets() {
	const [from, to] = rows(), end = Math.min(to, from + MOST_SHEETS), was = at, dark = document.documentElement.classList.contains('dark');
	document.documentElement.classList.remove('dark');
	$('print').innerHTML = '';
	for (let row = from; row < end; row++) {
		at = row - from;
		const n = find(D.pages, row), page = pageOf(n), sheet = document.createElement('section'), steps = [0, 1].map(c => stepOf(rowData(row)[3 + c]));
		sheet.className = 'sheet';
		sheet.innerHTML = `<h2>${esc(sceneWords(D.scenes[scene]))}: step ${at + 1} of ${to - from}</h2>${paint(page, 's' + row)}<div class="facts">${steps.slice(0, columns()).map((x, c) => `<div>${told(x, x ? null : before(c), [], D.traces[traceOf(c)])}</div>`).join('')}</div>`;
		reveal(sheet.querySelector('svg'), page, row - D.pages[n][0] + 1, false, '', '', spentNow(steps));
		cut(sheet.querySelector('svg'), page, row - D.pages[n][0]);
		$('print').append(sheet);
	}
	if (end < to) $('print').insertAdjacentHTML('beforeend', `<section class="sheet"><p>The first ${MOST_SHEETS} of ${number(to - from)} steps.</p></section>`);
	at = was;
	addEventListener('afterprint', () => { $('print').innerHTML = ''; document.documentElement.classList.toggle('dark', dark); }, {once: true});
}

function present(on) {
	document.body.classList.toggle('present', on);
	$('present').setAttribute('aria-pressed', on);
	if (on && !document.fullscreenElement && document.documentElement.requestFullscreen) document.documentElement.requestFullscreen().catch(() => {});
	if (!on && document.fullscreenElement) document.exitFullscreen();
	show(false);
}
const theme = () => document.documentElement.classList.toggle('dark');
const lists = () => $('lists').setAttribute('aria-expanded', !document.body.classList.toggle('alone'));

const KEYS = {ArrowRight: () => step(1), ' ': () => step(1), PageDown: () => step(1), ArrowLeft: () => step(-1), PageUp: () => step(-1), Home: () => go(scene, 0), End: () => go(scene, Infinity),
	'[': () => go(scene - 1, 0), ']': () => go(scene + 1, 0), '+': () => zoomBy(1), '=': () => zoomBy(1), '-': () => zoomBy(-1), '/': () => { document.body.classList.remove('alone'); present(false); $('find').focus(); },
	l: lists, p: () => present(!document.body.classList.contains('present')), t: theme, '?': () => $('help').open ? $('help').close() : $('help').showModal(), Escape: () => present(false)};
document.addEventListener('keydown', e => {
	const typing = e.target.matches('input:not([type=range]), select'), pressing = e.target.matches('button, summary, a') && e.key === ' ';
	if (e.target.matches('#find, #which') && e.key === 'Escape') return e.target.blur();
	if (e.target.matches('#find, #which') && e.key === 'Enter') return document.querySelector(e.target.id === 'find' ? '#found a' : '#episodes a')?.click();
	const key = KEYS[e.key.length === 1 ? e.key.toLowerCase() : e.key];
	if (!key || e.ctrlKey || e.altKey || e.metaKey || typing || pressing || ($('help').open && e.key !== '?')) return;
	if (e.target.id === 'at' && !['PageDown', 'PageUp', ...' /[]lpt?'].includes(e.key)) return; // the slider has keys of its own
	e.preventDefault();
	key();
});
for (const [id, does] of [['first', KEYS.Home], ['back', KEYS.ArrowLeft], ['step', KEYS.ArrowRight], ['last', KEYS.End], ['before', KEYS['[']], ['behind', KEYS[']']], ['lists', lists], ['present', KEYS.p], ['theme', theme], ['keys', KEYS['?']], ['zoom-in', KEYS['+']], ['zoom-out', KEYS['-']]]) $(id).addEventListener('click', does);
$('at').addEventListener('input', e => go(scene, e.target.value - 1, false));
$('which').addEventListener('input', () => { listEpisodes(); show(false); });
for (const id of ['find', 'lane', 'kind', 'scope']) $(id).addEventListener('input', () => { listSteps(); show(false); });
$('facts').addEventListener('toggle', e => { const name = e.target.dataset.list; if (name) e.target.open ? listed.add(name) : listed.delete(name); }, true);
$('picture').addEventListener('scroll', () => { const h = $('picture').lastChild, y = $('picture').scrollTop; h.style.top = y + 'px'; h.classList.toggle('on', y > 60); });
$('picture').addEventListener('click', e => { const g = e.target.closest('[data-row]'); if (g) go(scene, D.pages[painted][0] + +g.dataset.row - 1 - rows()[0], false); });
addEventListener('hashchange', fromHash);
addEventListener('beforeprint', sheets);

$('title').textContent = D.traces.map(t => t.name).join(' and ');
document.title = $('title').textContent + ': step by step';
$('about').textContent = D.traces.map(t => `${number(t.events)} events${t.lost ? `, ${number(t.lost)} more were lost` : ''}`).join(' and ') + (D.left_out ? `; ${D.left_out} episodes are not here: more vcpus ran in them than a picture has lanes for` : '');
$('note').textContent = D.note;
$('note').hidden = !D.note;
$('lane').innerHTML = '<option value="">any</option>' + LANES.map((l, i) => `<option value="${i}">${l}</option>`).join('');
$('kind').innerHTML = '<option value="">any</option>' + Object.entries(KINDS).map(k => `<option value="${k[0]}">${k[1]}</option>`).join('');
$('strips').innerHTML = D.traces.map((t, i) => `<div data-n="${i}"></div>`).join('');
$('strips').addEventListener('click', e => { const box = e.target.closest('[data-n]'), r = box.getBoundingClientRect(); seek(+box.dataset.n, (e.clientX - r.left) / r.width); });
if (matchMedia('(prefers-color-scheme: dark)').matches) theme();
listEpisodes();
fromHash();
listSteps();
show(false);
document.documentElement.dataset.ready = performance.now();
