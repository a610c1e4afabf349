// browser.js CHROMIUM DIR AXE|- PAGE [LARGE]: play.sh's hands: steps through PAGE by keys, scene by scene, and says what it has seen, a line each; looks
// at the whole with axe-core; prints one scene; opens LARGE, a page of many steps, and measures.
'use strict';
const fs = require('fs'), path = require('path'), {inBrowser} = require('../../chromium.js');
const [browser, dir, axe, page, large] = process.argv.slice(2);
const url = file => 'file://' + path.resolve(file);
inBrowser(browser, dir, '1600,1000', async tab => {
	const errors = [], requests = [];
	tab.on('Runtime.exceptionThrown', p => errors.push(p.exceptionDetails.exception?.description || p.exceptionDetails.text));
	tab.on('Log.entryAdded', p => { if (p.entry.level === 'error') errors.push(p.entry.text); });
	tab.on('Network.requestWillBeSent', p => { if (!/^(file|data|about):/.test(p.request.url)) requests.push(p.request.url); });
	for (const domain of ['Runtime', 'Log', 'Network']) await tab.ask(domain + '.enable');
	const codes = {'[': 'BracketLeft', ']': 'BracketRight', '/': 'Slash', '+': 'Equal', '-': 'Minus', '?': 'Slash'};
	const press = async key => {
		const text = key.length === 1 ? key : undefined;
		await tab.ask('Input.dispatchKeyEvent', {type: text ? 'keyDown' : 'rawKeyDown', key, text, code: codes[key] || key});
		await tab.ask('Input.dispatchKeyEvent', {type: 'keyUp', key, code: codes[key] || key});
	};
	const say = (what, x) => console.log(`${what}: ${typeof x === 'string' ? x : JSON.stringify(x)}`);
	// What a reader sees: where we are, which numbers are in the diagram, and the cost beside it.
	const seen = () => tab.value(`({hash: location.hash, said: document.getElementById('said').textContent,
		numbers: [...document.querySelectorAll('#picture .number')].filter(e => getComputedStyle(e).display !== 'none').length,
		arrows: [...document.querySelectorAll('#picture .arrow')].filter(e => getComputedStyle(e).display !== 'none').length,
		all: document.querySelectorAll('#picture .number').length,
		due: pageOf(painted).rows.slice(0, rowNow() - D.pages[painted][0] + 1).reduce((n, r) => n + r.slice(3).filter(s => s && s[0]).length, 0),
		costs: [...document.querySelectorAll('#facts .cost')].map(e => e.innerText.split('\\n').reverse().join('; ')),
		current: document.querySelectorAll('#found [aria-current=step]').length})`);
	const audit = async name => {
		if (axe === '-') return;
		if (!await tab.value('!!window.axe')) await tab.value(fs.readFileSync(axe, 'utf8') + ';0');
		const r = await tab.value('axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => `${v.id}: ${v.help}; ${v.nodes.slice(0, 2).map(n => n.html.slice(0, 150)).join(" | ")}`))');
		say(`axe ${name}`, String(r.length));
		r.forEach(v => console.log('  ' + v));
	};

	await tab.open(url(page));
	await tab.value('theme.length'); // it has begun
	const begun = await seen();
	say('begins', begun.hash);
	// To the first scene, and from there through all by keys alone.
	await tab.value('document.body.focus(), 0');
	for (let i = 0; i < 500 && await tab.value('scene > 0'); i++) await press('[');
	const scenes = await tab.value('D.scenes.length');
	let longest = 0, steps = 0, wrong = 0;
	for (let e = 0; e < scenes; e++) {
		// Some step by step, the others at once: each key takes a while.
		const each = e === 0 || e > scenes - 4;
		let now;
		if (!each) await press('End');
		for (let n = each ? 1 : await tab.value('at + 1'); ; n++) {
			now = await seen();
			steps++;
			// One step more at each key, and never one that is not yet.
			if (!now.said.startsWith(`Step ${n} of `) || now.hash !== `#e=${e + 1}&s=${n}` || now.numbers !== now.due || now.current !== 1) { wrong++; say('wrong', now); }
			const [at, of] = now.said.match(/[0-9]+/g);
			if (at === of) break;
			await press(['ArrowRight', 'PageDown', ' '][n % 3]);
		}
		if (now.numbers !== now.all) { wrong++; say('missing', now); }
		const info = await tab.value(`D.scenes[${e}].of.map(x => x && x.domain + ':' + x.fault)`);
		say(`scene ${e + 1}`, `${info.map((x, i) => x && `${i} ${x}`).filter(x => x).map((x, i) => `${x} ${now.costs[i]}`).join(' / ')}`);
		await press(']');
	}
	say('steps', String(steps));
	say('wrong', String(wrong));
	await press('ArrowLeft');
	say('back', (await seen()).hash);
	await press('End');
	await press('Home');
	say('home', (await seen()).hash);

	// A link leads to a step; another step of the same page too.
	await tab.value('location.hash = "#e=1&s=3"; new Promise(r => setTimeout(r, 50))');
	say('link', (await seen()).said);
	await tab.value('location.hash = "#e=1&s=9999"; new Promise(r => setTimeout(r, 50))');
	say('lost link', (await seen()).said);
	await tab.value('location.hash = "#e=1&s=3"; new Promise(r => setTimeout(r, 50))');
	// Find.
	// An episode by its number alone: in the list, or in its domain.
	say('by number', String(await tab.value(`D.scenes.filter((s, i) => [i + 1, ...s.of.filter(x => x && x.fault).map(x => x.fault)].some(n => {
		$('which').value = n; listEpisodes();
		return !wanted.hits.includes(i) || wanted.hits.some(k => k + 1 !== n && !D.scenes[k].of.some(x => x && x.fault === n));
	})).length`)));
	await tab.value('$("which").value = "", listEpisodes(), 0');
	await press('/');
	say('focus', await tab.value('document.activeElement.id'));
	await tab.ask('Input.insertText', {text: 'read cr2'});
	const found = () => tab.value('[...document.querySelectorAll("#found a")].map(a => a.textContent)');
	await tab.value('$("scope").value = "all"; $("scope").dispatchEvent(new Event("input")); 0');
	say('found', String((await found()).length));
	say('found others', String((await found()).filter(x => !/read cr2/.test(x)).length));
	// How many are found, and how many rows have such a step.
	const both = async is => `${await tab.value('$("found-count").textContent.split(" ")[0]')} ${await tab.value(`LINES.reduce((n, l) => n + JSON.parse(l).rows.filter(r => r.slice(3).some(s => s && (${is})(s))).length, 0)`)}`;
	await tab.value('$("find").value = ""; $("kind").value = "h"; $("kind").dispatchEvent(new Event("input")); 0');
	say('hypercalls', await both('s => s[1] === 0 && s[2] === 2'));
	await tab.value('$("kind").value = ""; $("lane").value = "2"; $("lane").dispatchEvent(new Event("input")); 0');
	say('hardware', await both('s => s[3] === 2 || s[4] === 2'));
	await tab.value('$("lane").value = ""; $("scope").value = "scene"; $("lane").dispatchEvent(new Event("input")); document.activeElement.blur(); 0');
	say('unreachable', String(await tab.value('[...document.querySelectorAll("a, button, input, select, summary")].filter(e => e.tabIndex < 0).length')));
	await tab.value('document.querySelectorAll("#facts details").forEach(d => d.open = true); 0');
	await audit('light');
	await tab.shot('light');
	await press('t');
	await audit('dark');
	await tab.shot('dark');
	await press('t');
	await press('p');
	await audit('presented');
	await tab.shot('presented');
	// In a hall: the smallest letter, in points of a slide that is 13.33 inches wide.
	for (const [width, height] of [[1920, 1080], [1280, 720], [1024, 768]]) {
		await tab.ask('Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: 1, mobile: false});
		say(`presented at ${width}`, await tab.value(`(svg => Math.min(...[...svg.querySelectorAll('text')].map(t => t.getAttribute('font-size') * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)) * 960 / innerWidth)(document.querySelector('#picture svg')).toFixed(2)`));
	}
	await press('Escape');
	// On a telephone: letters that can be read, the step's words in sight, and only the picture is wider than the window.
	await tab.ask('Emulation.setDeviceMetricsOverride', {width: 400, height: 800, deviceScaleFactor: 1, mobile: false});
	await press('Home');
	for (let seen = 0; seen < 6; seen++) {
		await press('ArrowRight');
		say('narrow', await tab.value(`(() => {
			const svg = document.querySelector('#picture svg'), view = $('picture').getBoundingClientRect(), page = document.documentElement;
			const px = Math.min(...[...svg.querySelectorAll('text')].map(t => t.getAttribute('font-size') * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width));
			const told = svg.querySelector('.label[data-row="' + (at + 1) + '"], .note[data-row="' + (at + 1) + '"]').getBoundingClientRect();
			return [px >= 9, told.left >= view.left - 1, told.right <= view.right + 1, page.scrollWidth <= innerWidth].join(' ');
		})()`));
	}
	await tab.shot('narrow');
	await tab.ask('Emulation.clearDeviceMetricsOverride');
	// A remote's keys where the slider has the focus; out of the field of words, and to what it has found.
	await press('Home');
	await tab.value('$("at").focus(), 0');
	await press('PageDown');
	await press('PageDown');
	const slid = await tab.value('at + 1');
	await press('PageUp');
	await press('/');
	await tab.ask('Input.insertText', {text: '#pf'});
	await press('Enter');
	await tab.value('new Promise(r => setTimeout(r, 100))');
	const hit = await tab.value('title(rowNow()).toLowerCase().includes("#pf")');
	await press('Escape');
	say('keys', `${slid} ${hit} ${await tab.value('document.activeElement.id !== "find"')}`);
	await tab.value('$("find").value = "", $("find").dispatchEvent(new Event("input")), 0');
	await press('?');
	await press('?');
	say('table of keys', String(await tab.value('$("help").open')));
	await press('?');
	await audit('keys');
	await tab.value('$("help").close(); 0');
	await press('+');
	await press('+');
	say('zoom', await tab.value('zoom + " " + document.querySelector("#strips svg").getAttribute("aria-label")'));

	const pdf = await tab.ask('Page.printToPDF', {preferCSSPageSize: true, printBackground: true});
	const bytes = Buffer.from(pdf.data, 'base64');
	fs.writeFileSync(`${dir}/scene.pdf`, bytes);
	say('printed', `${(bytes.toString('latin1').match(/\/Type \/Page\b/g) || []).length} pages of ${await tab.value('rows()[1] - rows()[0]')} steps`);

	if (large) {
		await tab.ask('Performance.enable', {timeDomain: 'threadTicks'});
		const busy = async () => (await tab.ask('Performance.getMetrics')).metrics.find(m => m.name === 'TaskDuration').value;
		const before = await busy();
		await tab.open(url(large));
		const wall = await tab.value('+document.documentElement.dataset.ready'), cpu = 1000 * Math.abs(await busy() - before);
		const all = await tab.value('rows()[1] - rows()[0]');
		const begin = await busy();
		await tab.value('(async () => { for (let i = 0; i < 60; i++) { step(1); document.body.offsetHeight; await new Promise(r => setTimeout(r, 0)); } })()');
		const each = 1000 * Math.abs(await busy() - begin) / 60;
		const slowest = await tab.value(`(async () => {
			const took = [];
			const one = async does => { const t = performance.now(); does(); document.body.offsetHeight; took.push(performance.now() - t); await new Promise(r => setTimeout(r, 0)); };
			for (let i = 0; i < 60; i++) await one(() => step(1));
			const one2 = took.slice().sort((a, b) => a - b);
			took.length = 0;
			for (let i = 1; i < 12; i++) await one(() => go(0, Math.floor(${all} * i / 12), false));
			await one(() => go(0, Infinity, false));
			return [one2[30], one2[59], Math.max(...took)].map(x => Math.round(x * 10) / 10);
		})()`);
		say('large', `${all} steps opened in ${Math.round(wall)} ms (${Math.round(cpu)} ms of the processor); a step takes ${slowest[0]} ms (${Math.round(each)} ms of the processor, painting included), at most ${slowest[1]} ms, a jump at most ${slowest[2]} ms`);
		say('large cost', (await seen()).costs[0]);
		const t = await tab.value('(() => { const t = performance.now(); $("find").value = "0xc0"; listSteps(); const x = performance.now() - t; $("find").value = ""; return Math.round(x); })()');
		say('large search', `${t} ms`);
		// Whichever episode it is, the list has it, marked and in sight.
		const inSight = await tab.value(`(() => {
			const box = $('episodes').getBoundingClientRect(), n = D.scenes.length, places = [0, 1, 99, 199, 200, 201, 1234, n - 101, n - 1].filter(e => e < n);
			return places.filter(e => {
				go(e, 0, false);
				const all = $('episodes').querySelectorAll('[aria-current]'), r = all[0] && all[0].getBoundingClientRect();
				return all.length !== 1 || +all[0].dataset.n !== e || r.bottom <= box.top || r.top >= box.bottom;
			}).length + ' of ' + places.length + ' among ' + n;
		})()`);
		say('not in sight', inSight);
		await tab.shot('large');
	}
	say('errors', String(errors.length));
	errors.forEach(e => console.log('  ' + e));
	say('requests', String(requests.length));
});
