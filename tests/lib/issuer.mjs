// A local issuer of identity tokens for tests/it/oidc.sh: discovery and keys
// by https on a port of its own, which it prints.  DIR/mode says how it
// behaves, DIR/jwks.json what its keys are; DIR/asked gets a line a request.
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:https";

const dir = process.argv[2];
const file = (name) => readFileSync(`${dir}/${name}`, "utf8");

const answers = {
	ok: (rs, text) => rs.end(text),
	slow: () => {},
	huge: (rs) => {
		const piece = Buffer.alloc(65536, 0x20);
		const more = () => { while (rs.write(piece)); };
		rs.on("drain", more);
		more();
	},
	broken: (rs, text) => rs.end(text.slice(0, -2)),
	error: (rs) => rs.writeHead(500).end(),
	downgrade: (rs) => rs.writeHead(302, {
		location: `http://127.0.0.1:${port}/jwks` }).end(),
	foreign: (rs, text) => rs.end(text.replace(/"issuer":"/, '$&x')),
};

let port = 0;
const server = createServer({ key: file("issuer.key"),
	cert: file("issuer.pem") }, (rq, rs) => {
	appendFileSync(`${dir}/asked`, `${rq.url}\n`);
	const text = rq.url === "/jwks" ? file("jwks.json") :
	    JSON.stringify({ issuer: `https://127.0.0.1:${port}`,
	        jwks_uri: `https://127.0.0.1:${port}/jwks` });
	answers[file("mode").trim()](rs, text);
});
server.listen(0, "127.0.0.1", () => {
	port = server.address().port;
	console.log(port);
});
