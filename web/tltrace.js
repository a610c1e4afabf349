// tltrace.js: tltrace in WebAssembly, with files in memory, beside the page (a worker). Asked {put: {NAME: BUFFER}, args, get: [NAME]}, it puts
// these files, runs `tltrace ARGS`, and answers {code, out, err, files: {NAME: BYTES}}; files stay until they are put again.
import WASI from './wasi/wasi.js';
import {ConsoleStdout, File, OpenFile, PreopenDirectory} from './wasi/fs_mem.js';

// The shim copies a file whole for each write behind its end; here its room doubles.
OpenFile.prototype.fd_write = function (data) {
	const file = this.file, at = Number(this.file_pos), end = at + data.byteLength;
	if (end > file.data.byteLength) {
		let room = file.data.buffer;
		if (file.data.byteOffset || room.byteLength < end) {
			room = new ArrayBuffer(2 * end);
			new Uint8Array(room).set(file.data);
		}
		file.data = new Uint8Array(room, 0, end);
	}
	file.data.set(data, at);
	this.file_pos = BigInt(end);
	return {ret: 0, nwritten: data.byteLength};
};

const files = new Map(), program = fetch('tltrace.wasm').then(async r => {
	if (!r.ok) throw new Error(`tltrace.wasm: ${r.status} ${r.statusText}`);
	return WebAssembly.compile(await r.arrayBuffer());
});
program.catch(() => {}); // it is told when it is asked for

async function run({put = {}, args, get = []}) {
	for (const [name, buffer] of Object.entries(put)) files.set(name, new File(buffer));
	const said = ['', ''], text = i => { const d = new TextDecoder(); return new ConsoleStdout(b => { said[i] += d.decode(b, {stream: true}); }); };
	const wasi = new WASI(['tltrace', ...args], [], [new OpenFile(new File([])), text(0), text(1), new PreopenDirectory('.', files)], {debug: false});
	const code = wasi.start(await WebAssembly.instantiate(await program, {wasi_snapshot_preview1: wasi.wasiImport}));
	const found = {};
	for (const path of get) {
		let file = {contents: files};
		for (const part of path.split('/')) file = file instanceof File || !file ? null : file.contents.get(part);
		if (file instanceof File) found[path] = file.data.slice();
	}
	return {code, out: said[0], err: said[1], files: found};
}
// One after the other: they share their files.
let last = Promise.resolve();
onmessage = ({data: {id, ask}}) => {
	last = last.then(() => run(ask)).then(answer => postMessage({id, answer}), e => postMessage({id, failed: e.message}));
};
