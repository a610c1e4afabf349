// save.js SITE FILE: switches the page's machine on, and saves its state into FILE when GRUB asks for the hypervisor's command line.
'use strict';
const fs = require('fs'), path = require('path'), [site, out] = process.argv.slice(2), {Machine, clockIsTaken} = require('./machine.js'),
	{V86} = require(path.resolve(site, 'v86/libv86.js'));
clockIsTaken();
const read = name => { const b = fs.readFileSync(path.join(site, name)); return b.buffer.slice(b.byteOffset, b.byteOffset + b.length); };
const machine = new Machine(V86, {wasm: path.join(site, 'v86/v86.wasm'), bios: read('seabios/bios.bin'), vga: read('seabios/vgabios-stdvga.bin'), iso: read('trapline.iso')});
machine.asked.then(async () => {
	await new Promise(yes => setTimeout(yes, 200)); // it has printed, and now it reads
	await machine.stop();
	fs.writeFileSync(out, Buffer.from(await machine.state()));
	process.exit(0);
}).catch(e => { console.error(`save: ${e.message}; it printed: ${JSON.stringify(machine.printed)}`); process.exit(1); });
