// mermaid.js CHROMIUM DIR MERMAID.JS FILE...: has Mermaid draw each file in a browser, offline; prints a JSON line of each: its texts, or what is wrong.
'use strict';
const fs = require('fs'), path = require('path'), {inBrowser} = require('../../chromium.js');
const [browser, dir, library, ...files] = process.argv.slice(2);
fs.writeFileSync(`${dir}/mermaid.html`, '<!doctype html><meta charset="utf-8"><title>Mermaid</title><body></body>');
inBrowser(browser, dir, '1600,1000', async tab => {
	let requests = 0;
	tab.on('Network.requestWillBeSent', p => { if (!/^(file|data|about):/.test(p.request.url)) requests++; });
	await tab.ask('Network.enable');
	await tab.open('file://' + path.resolve(`${dir}/mermaid.html`));
	await tab.value(fs.readFileSync(library, 'utf8') + ';mermaid.initialize({startOnLoad: false, maxTextSize: 1e6}); 0');
	for (const file of files) {
		const said = await tab.value(`mermaid.render('m', ${JSON.stringify(fs.readFileSync(file, 'utf8'))}).then(r => {
			document.body.innerHTML = r.svg;
			const texts = c => [...document.querySelectorAll(c)].map(e => e.textContent);
			const lines = [];
			return {actors: texts('text.actor').length, messages: document.querySelectorAll('.messageLine0, .messageLine1').length, notes: document.querySelectorAll('rect.note').length,
				loops: texts('.loopText').length, scripts: document.querySelectorAll('svg script, svg img, svg a, svg foreignObject').length, text: texts('svg text').join(' ')};
		}).catch(e => ({error: String(e)}))`);
		await tab.shot(path.basename(file));
		console.log(JSON.stringify({file, requests, ...said}));
	}
});
