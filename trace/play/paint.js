// paint.js: the shapes of a page as SVG. Where everything is, tltrace has said; in tenths of a point.
'use strict';
const D = JSON.parse(document.getElementById('data').textContent);
const LINES = document.getElementById('pages').textContent.trim().split('\n');
document.getElementById('pages').remove();
document.getElementById('data').remove();
const esc = s => String(s).replace(/[&<>"']/g, c => '&#' + c.charCodeAt(0) + ';');
const colour = n => `var(--c-${D.colours[n].slice(1)},${D.colours[n]})`;

// In the order of enum shape_kind: class, size of the first line, of the others, bold, with a box.
const S = D.sizes, LOOKS = [['title', S.title, S.title, true], ['lane white', S.head, S.sub, true, 6], ['label', S.label, S.mono, true, 4], ['note', S.note, S.mono, false, 0],
	['number', S.number, 0, true], ['diamond', 1, 0], ['cost', S.cost, S.cost], ['phase', S.phase, S.phase, true], ['fold', S.fold, S.fold, true], ['torn', S.note, S.note], ['more', S.note, S.note], ['end', S.label, S.label, true, 6], ['footer white', S.footer, S.rest, false, 6]];
const [TITLE, LANE, LABEL, NOTE, NUMBER, DIAMOND, COST, PHASE, FOLD, TORN, MORE, END, FOOTER] = LOOKS.keys();

// Of the lines, the first @titles are the title's.
function words(kind, x, y, lines, titles) {
	const [, size, rest, bold] = LOOKS[kind], mono = kind === LABEL || kind === NOTE;
	let top = y - lines.reduce((sum, l, i) => sum + 1.2 * (i < titles ? size : rest), 0) / 2, out = '';
	lines.forEach((l, i) => {
		const title = i < titles, h = title ? size : rest;
		out += `<text x="${x}" y="${(top + h * .95).toFixed(1)}" font-size="${h}" text-anchor="middle"${bold && (title || kind === PHASE) ? ' font-weight="700"' : ''}${mono && !title ? ' class="detail"' : kind === COST ? ' font-family="monospace"' : ''}>${esc(l)}</text>`;
		top += 1.2 * h;
	});
	return out;
}

function shape(s) {
	const [kind, row, ...at] = s, [x, y, w, h] = at.slice(0, 4).map(n => n / 10), fill = colour(s[6]), lines = s.slice(8);
	const [name, , , , round] = LOOKS[kind], box = `<rect x="${x - w / 2}" y="${y - h / 2}" width="${w}" height="${h}"`;
	let back = '';
	if (kind === NUMBER) { const wide = Math.max(w, 6 * lines[0].length + 8); back = `<rect x="${x - wide / 2}" y="${y - h / 2}" width="${wide}" height="${h}" rx="${h / 2}" fill="${fill}"/>`; } // a circle, if it is short
	else if (kind === DIAMOND) back = `<path d="M${x - w / 2} ${y}l${w / 2} ${-h / 2} ${w / 2} ${h / 2} ${-w / 2} ${h / 2}z" fill="${fill}"/>`;
	else if (kind === LANE || kind === FOOTER) back = `${box} rx="${round}" fill="${fill}"/>`;
	else if (kind === LABEL || kind === NOTE) back = `${box} rx="${round}"/>`;
	else if (kind === END) back = `${box} rx="6" fill="${colour(s[6])}"/>`;
	else if (kind === TORN) back = `${box} fill="none" stroke="currentColor" stroke-dasharray="6 4"/>`;
	// Phases are there from the beginning, as the lanes are.
	const text = kind === DIAMOND ? '' : words(kind, x, y, lines, s[7] || 1);
	const tint = kind === LABEL || kind === PHASE || kind === MORE || kind === END ? ` style="color:${fill}"` : '';
	return `<g class="${name}"${row && kind !== PHASE ? ` data-row="${row}"` : ''}${tint}>${back}${text}</g>`;
}

function arrow(a) {
	const [row, ...at] = a, [x1, x2, y] = at.slice(0, 3).map(n => n / 10), style = a[4], c = colour(a[5]), d = x2 > x1 ? 1 : -1;
	const head = `<path d="M${x2 - 10 * d} ${y - 4.5}L${x2} ${y}L${x2 - 10 * d} ${y + 4.5}z" style="fill:${style === 3 ? 'var(--page)' : c};stroke:${c};stroke-width:1.5"/>`;
	return `<g class="arrow" data-row="${row}" style="stroke:${c};transform-origin:${x1}px ${y}px"><path d="M${x1} ${y}H${x2 - 9 * d}"${style === 4 ? ' stroke-dasharray="6 4"' : ''}/>${head}</g>`;
}

const DASHES = ['', ' stroke-dasharray="6 5"', ' stroke-dasharray="1.5 3.5"'];
function paint(page, id) {
	const tint = [], bars = [], at = b => b.slice(1, 6).map(n => n / 10);
	for (const b of page.boxes) {
		const [x1, y1, x2, y2, width] = at(b);
		(b[6] === b[7] ? tint : bars).push(`<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="${colour(b[6])}"${b[6] === b[7] ? '' : ` stroke="${colour(b[7])}" stroke-width="${width}"`}/>`);
	}
	const rules = page.rules.map(r => {
		const [x1, y1, x2, y2, width] = at(r);
		return `<path d="M${x1} ${y1}L${x2} ${y2}" fill="none" stroke="${colour(r[6])}" stroke-width="${width}"${DASHES[r[7]]}${r[0] && r[7] === 0 ? ` data-row="${r[0]}"` : ''}/>`;
	});
	// What runs is shown up to the step that is looked at.
	return `<svg viewBox="0 0 ${page.w / 10} ${page.h / 10}" role="img" aria-labelledby="${id}-t ${id}-d" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif"><title id="${id}-t"></title><desc id="${id}-d"></desc>` +
		`<clipPath id="${id}-c"><rect x="0" y="0" width="${page.w / 10}" height="0"/></clipPath>` +
		tint.join('') + rules.join('') + `<g clip-path="url(#${id}-c)">${bars.join('')}</g>` + page.arrows.map(arrow).join('') + page.shapes.map(shape).join('') + '</svg>';
}

// The lanes' heads once more, to stay in sight when the picture is scrolled.
function heads(page) {
	const all = page.shapes.filter(s => s[0] === LANE), h = Math.max(...all.map(s => s[3] + s[5] / 2)) / 10 + 2, top = Math.min(...all.map(s => s[3] - s[5] / 2)) / 10 - 2;
	return `<svg class="heads" viewBox="0 ${top} ${page.w / 10} ${h - top}" aria-hidden="true" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif"><rect class="under" y="${top}" width="100%" height="${h - top}"/>${all.map(shape).join('')}</svg>`;
}

// Show @svg as it is with row @n (from 1) of its page; moved: the arrow grows.
// spent: what each side's footer says until the end, or null.
function reveal(svg, page, n, moved, title, sentence, spent) {
	const [y, h] = n ? page.rows[n - 1] : [0, 0];
	svg.querySelector('clipPath rect').setAttribute('height', (y + h) / 10);
	for (const e of svg.querySelectorAll('[data-row]')) {
		const row = +e.dataset.row, now = row === n;
		e.classList.toggle('later', row > n);
		e.classList.toggle('now', now);
		e.classList.toggle('grow', now && moved && e.classList.contains('arrow'));
		e.classList.toggle('come', now && moved && !e.classList.contains('arrow'));
	}
	svg.querySelectorAll('.footer').forEach((e, i) => e.querySelectorAll('text').forEach((line, k) => {
		line.dataset.all ??= line.textContent;
		line.textContent = !spent || spent[i] === null ? line.dataset.all : k ? '' : `VMM instructions so far: ${number(spent[i])}`;
	}));
	svg.querySelector('title').textContent = title;
	svg.querySelector('desc').textContent = sentence;
}
