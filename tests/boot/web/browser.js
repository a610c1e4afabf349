// browser.js CHROMIUM DIR AXE|- URL SEED: web.sh's hands: runs the machine of the page at URL in both designs, types at its shell, steps through what was
// recorded, and says what it has seen, a line each; what was recorded, and the player's pages, it leaves in DIR.
'use strict';
const fs = require('fs'), path = require('path'), {inBrowser} = require('../../chromium.js');
const [browser, dir, axe, url, seed] = process.argv.slice(2);
inBrowser(browser, dir, '1500,1000', async tab => {
	const errors = [], requests = [], origin = new URL(url).origin;
	tab.on('Runtime.exceptionThrown', p => errors.push(p.exceptionDetails.exception?.description || p.exceptionDetails.text));
	tab.on('Log.entryAdded', p => { if (p.entry.level === 'error') errors.push(p.entry.text); });
	tab.on('Network.requestWillBeSent', p => { if (!p.request.url.startsWith(origin + '/') && !/^(data:|about:|blob:)/.test(p.request.url)) requests.push(p.request.url); });
	for (const domain of ['Runtime', 'Log', 'Network']) await tab.ask(domain + '.enable');
	const say = (what, x) => console.log(`${what}: ${typeof x === 'string' ? x : JSON.stringify(x)}`);
	const press = async key => {
		const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined, how = {key, text, code: key, windowsVirtualKeyCode: {Enter: 13, End: 35, Home: 36, ArrowRight: 39, Tab: 9}[key]};
		await tab.ask('Input.dispatchKeyEvent', {type: text ? 'keyDown' : 'rawKeyDown', ...how});
		await tab.ask('Input.dispatchKeyEvent', {type: 'keyUp', ...how});
	};
	const until = async (what, expression) => {
		for (let i = 0; i < 3000; i++) {
			if (await tab.value(expression)) return;
			await new Promise(yes => setTimeout(yes, 100));
		}
		throw new Error(`waited five minutes for ${what}; the page says: ${await tab.value('$("status").textContent')}; printed: ${await tab.value('machine ? machine.printed.slice(-500) : ""')}`);
	};
	const idle = () => until('the page to load', 'document.documentElement.dataset.ready === "1" && !$("run").disabled');
	const audit = async name => {
		if (axe === '-') return;
		if (!await tab.value('!!window.axe')) await tab.value(fs.readFileSync(axe, 'utf8') + ';0');
		const r = await tab.value('axe.run(document, {resultTypes: ["violations"], iframes: false}).then(r => r.violations.map(v => `${v.id}: ${v.help}; ${v.nodes.slice(0, 2).map(n => n.html.slice(0, 150)).join(" | ")}`))');
		say(`axe ${name}`, String(r.length));
		r.forEach(v => console.log('  ' + v));
	};
	const keep = (name, base64) => { fs.mkdirSync(path.dirname(path.join(dir, name)), {recursive: true}); fs.writeFileSync(path.join(dir, name), Buffer.from(base64, 'base64')); };
	const base64 = bytes => tab.value(`${bytes}.then(b => new Promise(yes => { const r = new FileReader(); r.onload = () => yes(r.result.replace(/.*,/, '')); r.readAsDataURL(new Blob([b])); }))`);
	const run = async how => {
		const began = Date.now();
		await tab.value(how + '; 0');
		await tab.value('$("choice").requestSubmit()');
		await until('a trace', '!running && !$("open").disabled');
		return `${Date.now() - began} ms; ${await tab.value('$("status").textContent')}`;
	};

	await tab.open(`${url}?mmu=shadow&scenario=walk&seed=${seed}`);
	await idle();
	await audit('light');
	for (const mmu of ['shadow', 'direct']) {
		say(`walk ${mmu}`, await run(`$('choice').elements.mmu.value = '${mmu}'`));
		say(`printed ${mmu}`, await tab.value('machine.printed.replace(/\\x1b\\[[0-9;]*[A-Za-z]|\\r/g, "")'));
		for (const file of ['metadata', 'stream']) keep(`${mmu}.ctf/${file}`, await base64(`Promise.resolve(traces.${mmu}.files['${mmu}.ctf/${file}'])`));
	}
	// What the player's pages hold, to be compared.
	keep('both.html', await base64('page()'));
	keep('traces.tar', await base64('new Blob(tar(Object.assign({}, traces.shadow.files, traces.direct.files))).arrayBuffer()'));
	await tab.value('open()');
	await tab.shot('player');
	const frame = id => tab.value(`$('frame').contentDocument.getElementById('${id}').textContent`);
	say('player begins', await frame('of'));
	say('player says', await frame('note'));
	let steps = 0, last = '';
	await press('Home');
	for (let now; (now = await frame('of')) !== last; steps++) { last = now; await press('ArrowRight'); }
	say('player ends', `${last} after ${steps - 1} steps`);
	await audit('player');
	await tab.value('theme()');
	await audit('dark');
	await tab.shot('dark');
	// One design alone, all of it.
	await tab.value('$("which").value = "shadow"; chosen(); $("what").value = "all"; 0');
	keep('all.html', await base64('page()'));

	// A person at the shell, by the keyboard alone.
	await tab.value(`$('choice').elements.mmu.value = 'direct'; $('scenario').value = 'shell'; $('power').checked = true; $('choice').requestSubmit()`);
	await until('the shell', 'machine && /\\n\\$ $/.test(machine.printed)');
	for (const key of ['e', 'c', 'h', 'o', ' ', 't', 'y', 'p', 'e', 'd', ' ', '4', '2', 'Enter']) await press(key);
	await until('an answer', '/\\ntyped 42\\r?\\n/.test(machine.printed)');
	await until('the screen', '[...Array(terminal.buffer.active.length).keys()].some(i => terminal.buffer.active.getLine(i).translateToString(true) === "typed 42")');
	await audit('running');
	await press('Tab');
	say('Tab leads out of the terminal', await tab.value('!$("terminal").contains(document.activeElement)'));
	await tab.value('$("stop").click()');
	await until('a trace', '!running && !$("open").disabled');
	say('stopped', await tab.value('$("status").textContent'));

	// What goes wrong is said.
	await tab.value(`$('power').checked = false; $('scenario').value = 'walk'; $('extra').value = 'sched=none'; $('choice').requestSubmit()`);
	await until('a refusal', '$("status").classList.contains("bad")');
	say('refused', await tab.value('$("status").textContent'));
	say('it goes on', await run('$("extra").value = ""'));
	// A link with something wrong in it is told of, runs nothing, and takes what is right.
	for (const wrong of ['mmu=bogus', 'scenario=nope', 'seed=-9', 'seed=4294967296', 'seed=99999999999999999999', 'seed=', 'sed=3', 'mmu=direct&mmu=shadow', 'scenario=%3Cb%3E']) {
		await tab.open(`${url}?${wrong}&run`);
		await idle();
		say('wrong link', `${wrong} | ${await tab.value('`${!$("link").hidden && $("link").getAttribute("role")} ${running} ${$("link").textContent}`')}`);
	}
	await audit('wrong link');
	await tab.open(`${url}?mmu=direct&scenario=procs&seed=4294967295`);
	await idle();
	say('right link', await tab.value('[$("link").hidden, $("choice").elements.mmu.value, $("scenario").value, $("seed").value].join(" ")'));
	say('errors', errors.length ? errors : '0');
	say('requests elsewhere', requests.length ? requests : '0');
	await tab.open('file://' + path.resolve('build/web/index.html'));
	await until('the page from a file', '$("status").classList.contains("bad")');
	say('from a file', await tab.value('$("status").textContent'));
});
