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
	if (axe !== '-') await tab.value(fs.readFileSync(axe, 'utf8') + ';0');
	console.log(await tab.value(fs.readFileSync(__dirname + '/page.js', 'utf8')));
	await tab.value('location.hash = "#student-" + (D.students.find(s => Object.keys(s.pic).length) || D.students[0]).i; new Promise(r => setTimeout(r, 500))');
	await tab.shot('student');
});
