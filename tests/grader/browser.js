// browser.js CHROMIUM PAGE AXE|- DIR: page.sh's hands: open the page in a headless Chromium, ask it what page.js asks; print it;
// and leave pictures of it in DIR, and class.pdf.
'use strict';
const fs = require('fs'), {inBrowser} = require('../chromium.js');
const [browser, page, axe, dir] = process.argv.slice(2);
inBrowser(browser, dir, '1400,900', async tab => {
	await tab.ask('Performance.enable', {timeDomain: 'threadTicks'});
	let wall = 1e9, cpu = 1e9;
	for (let i = 0; i < 3; i++) {
		const metric = async () => (await tab.ask('Performance.getMetrics')).metrics.find(m => m.name === 'TaskDuration').value;
		await tab.open('about:blank');
		const before = await metric();
		await tab.open('file://' + page);
		wall = Math.min(wall, await tab.value('+document.documentElement.dataset.ready'));
		cpu = Math.min(cpu, 1000 * Math.abs(await metric() - before));
	}
	console.log(`drawn: ${Math.round(wall)} ms, of which the page had the processor for ${Math.round(cpu)} ms`);
	await tab.shot('class');
	await tab.value('location.hash = "#h-students"; document.querySelector(".scroll").scrollIntoView(); new Promise(r => setTimeout(r, 200))');
	await tab.shot('students');
	const pdf = await tab.ask('Page.printToPDF', {preferCSSPageSize: true, printBackground: true});
	fs.writeFileSync(`${dir}/class.pdf`, Buffer.from(pdf.data, 'base64'));
	// On paper: is all of it on the page's width, and is each column named on each page? (Chromium does not repeat buttons.)
	await tab.ask('Emulation.setDeviceMetricsOverride', {width: 1032, height: 700, deviceScaleFactor: 1, mobile: false});
	await tab.ask('Emulation.setEmulatedMedia', {media: 'print', features: [{name: 'prefers-color-scheme', value: 'dark'}]});
	console.log(await tab.value('`paper: ${Math.max(0, document.documentElement.scrollWidth - innerWidth)} too wide, ${[...document.querySelectorAll("thead button")].filter(b => getComputedStyle(b).display !== "contents").length} buttons, ${getComputedStyle(document.documentElement).backgroundColor}`'));
	await tab.ask('Emulation.clearDeviceMetricsOverride');
	await tab.ask('Emulation.setEmulatedMedia', {media: '', features: []});
	if (axe !== '-') await tab.value(fs.readFileSync(axe, 'utf8') + ';0');
	console.log(await tab.value(fs.readFileSync(__dirname + '/page.js', 'utf8')));
	await tab.value('location.hash = "#student-" + (D.students.find(s => Object.keys(s.pic).length) || D.students[0]).i; new Promise(r => setTimeout(r, 500))');
	await tab.shot('student');
	// In the dark: the same, but for its colours.
	await tab.open('file://' + page);
	await tab.ask('Emulation.setEmulatedMedia', {media: '', features: [{name: 'prefers-color-scheme', value: 'dark'}]});
	await tab.shot('dark');
	console.log('dark: ' + await tab.value('getComputedStyle(document.documentElement).backgroundColor'));
	if (axe === '-') return;
	await tab.value(fs.readFileSync(axe, 'utf8') + ';0');
	const contrast = what => tab.value(`axe.run('${what}', {runOnly: ['color-contrast']}).then(r => r.violations.flatMap(v => v.nodes).length)`);
	await tab.value('[...document.querySelectorAll("#students tbody tr")].slice(12).forEach(r => r.remove())');
	console.log('dark class: ' + await contrast('#class'));
	await tab.value('location.hash = "#student-" + (D.students.find(s => Object.keys(s.pic).length) || D.students[0]).i; new Promise(r => setTimeout(r, 500))');
	console.log('dark student: ' + await contrast('#student'));
});
