// chromium.js: a headless Chromium that does what a test asks, by the browser's own pipe. inBrowser(BROWSER, DIR, f) calls f(tab): tab.ask(method, params)
// is the protocol's; tab.value(expression) is evaluated in the page, promises awaited; tab.open(url) waits until it is loaded; tab.shot(name) leaves
// DIR/name.png; tab.on(method, f) calls f for each such event. When f is done the process ends, with 0 if nothing was thrown.
'use strict';
const {spawn} = require('child_process'), fs = require('fs');
exports.inBrowser = (browser, dir, size, use) => {
	const child = spawn(browser, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe',
		`--user-data-dir=${dir}/profile`, `--window-size=${size}`, 'about:blank'], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
	const asked = new Map(), listeners = [];
	let last = 0, rest = '';
	const over = (why, status) => { if (why) console.error(why); child.kill('SIGKILL'); process.exit(status); };
	setTimeout(() => over('the browser did not answer within 600 s', 1), 600000);
	child.on('exit', () => over('the browser has ended', 1));
	child.stdio[4].on('data', d => {
		const all = (rest + d).split('\0');
		rest = all.pop();
		for (const m of all.map(s => JSON.parse(s))) {
			if (m.id) { const [yes, no] = asked.get(m.id); m.error ? no(new Error(m.error.message)) : yes(m.result); }
			else listeners.filter(l => l.method === m.method).forEach(l => l.f(m.params));
		}
	});
	const send = (method, params = {}, sessionId) => new Promise((yes, no) => {
		asked.set(++last, [yes, no]);
		child.stdio[3].write(JSON.stringify({id: last, method, params, sessionId}) + '\0');
	});
	(async () => {
		const {targetInfos} = await send('Target.getTargets');
		const {sessionId} = await send('Target.attachToTarget', {targetId: targetInfos.find(t => t.type === 'page').targetId, flatten: true});
		const tab = {
			ask: (method, params) => send(method, params, sessionId),
			on: (method, f) => listeners.push({method, f}),
			event: method => new Promise(yes => listeners.push({method, f: yes})),
			value: async expression => {
				const r = await tab.ask('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
				if (r.exceptionDetails) throw new Error(JSON.stringify(r.exceptionDetails));
				return r.result.value;
			},
			open: async url => { const loaded = tab.event('Page.loadEventFired'); await tab.ask('Page.navigate', {url}); await loaded; },
			shot: async name => fs.writeFileSync(`${dir}/${name}.png`, Buffer.from((await tab.ask('Page.captureScreenshot')).data, 'base64')),
		};
		await tab.ask('Page.enable');
		await use(tab);
		over('', 0);
	})().catch(e => over(e.stack, 1));
};
