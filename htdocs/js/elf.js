/*
 * A look into the object before it is sent: enough to refuse a wrong file on
 * the spot and to say what is in a right one.  Not a verdict; only kernels
 * give those.  The file may be hostile, so every read is bounded.
 */

const EM_BPF = 247;
const SHF_EXECINSTR = 4;
const MAX_SECTIONS = 8192;

const CLASS = { 1: "32-bit", 2: "64-bit" };

function refusal(b)
{
	if (b.length === 0)
		return "The file is empty.";
	if (b[0] === 0x42 && b[1] === 0x43 && b[2] === 0xc0 && b[3] === 0xde)
		return "This is LLVM bitcode; compile it with -c and " +
		    "-target bpf to an object first.";
	if (b.length < 64 || b[0] !== 0x7f || b[1] !== 0x45 ||
	    b[2] !== 0x4c || b[3] !== 0x46)
		return "This is not an ELF file; choose a compiled .bpf.o.";
	if (b[4] !== 2)
		return `This is a ${CLASS[b[4]] ?? "broken"} ELF file; ` +
		    "BPF objects are 64-bit.";
	if (b[5] !== 1)
		return "This is a big-endian object; the kernels here are " +
		    "little-endian (compile with -target bpfel).";
	return "";
}

/* What the header says beyond the first bytes. */
function headerRefusal(view)
{
	const machine = view.getUint16(18, true);

	if (machine !== EM_BPF)
		return "This ELF file is made for another machine " +
		    `(${machine}); compile with clang -target bpf.`;
	if (view.getUint16(16, true) !== 1)
		return "This ELF file is not a relocatable object; " +
		    "choose the .bpf.o that clang -c wrote.";
	const end = Number(view.getBigUint64(40, true)) +
	    view.getUint16(58, true) * view.getUint16(60, true);

	return end > view.byteLength ?
	    "The file is cut off: its section table lies beyond its end." : "";
}

function cString(bytes, at)
{
	if (at >= bytes.length)
		return "";
	let end = bytes.indexOf(0, at);

	if (end < 0 || end > at + 256)
		end = Math.min(bytes.length, at + 256);
	return new TextDecoder().decode(bytes.subarray(at, end));
}

function sectionHeaders(view)
{
	const off = Number(view.getBigUint64(40, true));
	const size = view.getUint16(58, true);
	const count = Math.min(view.getUint16(60, true), MAX_SECTIONS);
	const out = [];

	if (size < 64)
		return out;
	for (let i = 0; i < count; i++) {
		const at = off + i * size;

		if (at + 64 > view.byteLength)
			break;
		out.push({
			name: view.getUint32(at, true),
			flags: Number(view.getBigUint64(at + 8, true)),
			offset: Number(view.getBigUint64(at + 24, true)),
			size: Number(view.getBigUint64(at + 32, true)),
		});
	}
	return out;
}

function sections(bytes, view)
{
	const heads = sectionHeaders(view);
	const names = heads[view.getUint16(62, true)];

	if (!names || names.offset + names.size > bytes.length)
		return [];
	const table = bytes.subarray(names.offset, names.offset + names.size);

	return heads.map((s) => ({ ...s, name: cString(table, s.name) }));
}

/* -> {error} or {programs: [section names], btf, btfExt, maps, license} */
export function inspect(buffer)
{
	const bytes = new Uint8Array(buffer);
	const wrong = refusal(bytes);

	if (wrong)
		return { error: wrong };
	const view = new DataView(buffer);
	const odd = headerRefusal(view);

	if (odd)
		return { error: odd };
	const all = sections(bytes, view);
	const has = (name) => all.some((s) => s.name === name && s.size > 0);
	const lic = all.find((s) => s.name === "license");

	return {
		programs: all.filter((s) => (s.flags & SHF_EXECINSTR) &&
		    s.size > 0 && s.name !== ".text").map((s) => s.name),
		maps: has(".maps") || has("maps"),
		btf: has(".BTF"),
		btfExt: has(".BTF.ext"),
		license: lic && lic.size < 128 ?
		    cString(bytes, lic.offset) : "",
	};
}
