// page.js: what page.sh asks of the page, in the browser. Its value is the answers, a line each.
'use strict';
(async () => {
	let out = '';
	const tell = s => { out += s + '\n'; };
	const wait = ms => new Promise(r => setTimeout(r, ms));
	const axeCount = async (name, what) => {
		if (!window.axe) return;
		const r = await axe.run(what, {resultTypes: ['violations']});
		tell(`axe ${name}: ${r.violations.length}`);
		r.violations.forEach(v => tell(`  ${v.id}: ${v.help}; ${v.nodes.slice(0, 2).map(n => n.html.slice(0, 150)).join(' | ')}`));
	};
	try {
		const body = () => document.querySelector('#students tbody');
		tell(`rows: ${body().rows.length}`);
		const set = (id, value) => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event('input')); };
		set('verdict', '1');
		tell(`filtered: ${body().rows.length}`);
		set('verdict', '-1');
		const head = document.querySelectorAll('#students thead th')[1], button = head.querySelector('button'), ways = [];
		for (let i = 0; i < 2; i++) { button.click(); ways.push(head.getAttribute('aria-sort')); }
		tell(`sorted: ${ways.join(' ')}`);
		const clickable = [...document.querySelectorAll('a, button, input, select, summary, [onclick]')].filter(e => e.tabIndex < 0);
		tell(`unreachable: ${clickable.length}`);
		document.querySelector('details').open = true;
		await wait(100);
		tell(`sides: ${document.querySelectorAll('.sides mark').length}`);
		tell(`injected: ${document.querySelectorAll('td script, th script, th img, td img').length}`);
		// Some rows do for axe, whose time grows with their number.
		set('find', 'student <11');
		await axeCount('class', '#class');
		set('find', '');
		const drawn = D.students.find(s => Object.keys(s.pic).length);
		location.hash = `#student-${drawn ? drawn.i : 1}`;
		await wait(300);
		tell(`page: ${document.getElementById('who').textContent.replace(/\s+/g, ' ')} Student`);
		const img = document.querySelector('#student img');
		for (let i = 0; i < 50 && img && !img.naturalWidth; i++) await wait(50);
		tell(`picture: ${img ? img.naturalWidth : 0}`);
		const player = document.querySelector('#student [data-play]');
		for (let i = 0; i < 50 && player && !player.href; i++) await wait(50);
		tell(`player: ${player ? /<main>[^]*tell\.js[^]*<\/script>\s*$/.test(await (await fetch(player.href)).text()) : 'none'}`);
		await axeCount('student', '#student');
		location.hash = '#class';
		await wait(300);
		tell(`back: ${document.activeElement.getAttribute('href') || document.activeElement.tagName}`);
	} catch (e) {
		tell(`error: ${e.stack}`);
	}
	return out;
})();
