// browser.js CHROMIUM PAGE AXE|- DIR: page.sh's hands: open the page in a headless Chromium, ask it what page.js asks, by the
// browser's own pipe; print it; and leave pictures of it in DIR, and class.pdf.
'use strict';
const {spawn} = require('child_process'), fs = require('fs');
const [browser, page, axe, dir] = process.argv.slice(2);
const child = spawn(browser, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe',
	`--user-data-dir=${dir}/profile`, '--window-size=1400,900', 'about:blank'], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
const asked = new Map(), waiting = [];
let last = 0, rest = '';
const over = (why, status) => { if (why) console.error(why); child.kill('SIGKILL'); process.exit(status); };
setTimeout(() => over('the browser did not answer within 240 s', 1), 240000);
child.on('exit', () => over('the browser has ended', 1));
child.stdio[4].on('data', d => {
	const all = (rest + d).split('\0');
	rest = all.pop();
	for (const m of all.map(s => JSON.parse(s))) {
		if (m.id) { const [yes, no] = asked.get(m.id); m.error ? no(new Error(m.error.message)) : yes(m.result); }
		else waiting.filter(w => w.method === m.method).forEach(w => w.yes());
	}
});
const ask = (method, params = {}, sessionId) => new Promise((yes, no) => {
	asked.set(++last, [yes, no]);
	child.stdio[3].write(JSON.stringify({id: last, method, params, sessionId}) + '\0');
});
const event = method => new Promise(yes => waiting.push({method, yes}));
(async () => {
	const {targetInfos} = await ask('Target.getTargets');
	const {sessionId} = await ask('Target.attachToTarget', {targetId: targetInfos.find(t => t.type === 'page').targetId, flatten: true});
	const tab = (method, params) => ask(method, params, sessionId);
	const value = async expression => {
		const r = await tab('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
		if (r.exceptionDetails) throw new Error(JSON.stringify(r.exceptionDetails));
		return r.result.value;
	};
	const open = async url => { const loaded = event('Page.loadEventFired'); await tab('Page.navigate', {url}); await loaded; };
	const shot = async name => fs.writeFileSync(`${dir}/${name}.png`, Buffer.from((await tab('Page.captureScreenshot')).data, 'base64'));
	await tab('Page.enable');
	await tab('Performance.enable', {timeDomain: 'threadTicks'});
	let wall = 1e9, cpu = 1e9;
	for (let i = 0; i < 3; i++) {
		const metric = async () => (await tab('Performance.getMetrics')).metrics.find(m => m.name === 'TaskDuration').value;
		await open('about:blank');
		const before = await metric();
		await open('file://' + page);
		wall = Math.min(wall, await value('+document.documentElement.dataset.ready'));
		cpu = Math.min(cpu, 1000 * Math.abs(await metric() - before));
	}
	console.log(`drawn: ${Math.round(wall)} ms, of which the page had the processor for ${Math.round(cpu)} ms`);
	await shot('class');
	await value('location.hash = "#h-students"; document.querySelector(".scroll").scrollIntoView(); new Promise(r => setTimeout(r, 200))');
	await shot('students');
	const pdf = await tab('Page.printToPDF', {preferCSSPageSize: true, printBackground: true});
	fs.writeFileSync(`${dir}/class.pdf`, Buffer.from(pdf.data, 'base64'));
	if (axe !== '-') await value(fs.readFileSync(axe, 'utf8') + ';0');
	console.log(await value(fs.readFileSync(__dirname + '/page.js', 'utf8')));
	await value('location.hash = "#student-" + (D.students.find(s => Object.keys(s.pic).length) || D.students[0]).i; new Promise(r => setTimeout(r, 500))');
	await shot('student');
	over('', 0);
})().catch(e => over(e.stack, 1));
