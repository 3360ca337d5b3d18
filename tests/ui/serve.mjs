/*
 * "bpfcompat serve" as a child: started on a free port, ready when it has
 * printed its address, stopped by SIGTERM.
 */

import { spawn } from "node:child_process";
import net from "node:net";

const START_MS = 120000;
const STOP_MS = 60000;

function freePort()
{
	return new Promise((resolve, reject) => {
		const s = net.createServer();

		s.on("error", reject);
		s.listen(0, "127.0.0.1", () => {
			const { port } = s.address();

			s.close(() => resolve(port));
		});
	});
}

function ready(child)
{
	return new Promise((resolve, reject) => {
		let out = "", err = "";
		const timer = setTimeout(() => reject(new Error(
		    `serve did not start in time\n${err}`)), START_MS);

		child.stderr.on("data", (d) => {
			err = (err + d).slice(-4000);
		});
		child.stdout.on("data", (d) => {
			out += d;
			const url = /https?:\/\/[^\s/]+/.exec(out);

			if (url) {
				clearTimeout(timer);
				resolve(url[0]);
			}
		});
		child.on("exit", (code) => {
			clearTimeout(timer);
			reject(new Error(`serve ended with ${code}\n${err}`));
		});
	});
}

/* -> {base, stop()} */
export async function serve(program, workdir, matrix)
{
	const child = spawn(program, ["serve", "--public-demo", "--no-fetch",
	    "--addr", `127.0.0.1:${await freePort()}`, "--workdir", workdir,
	    "--matrix", matrix], { stdio: ["ignore", "pipe", "pipe"] });
	const gone = new Promise((done) => child.on("exit", done));
	const stop = async () => {
		const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);

		child.kill("SIGTERM");
		await gone;
		clearTimeout(timer);
	};

	process.once("SIGTERM", async () => {
		await stop();
		process.exit(1);
	});
	try {
		return { base: await ready(child), stop };
	} catch (e) {
		if (child.exitCode === null)
			await stop();
		throw e;
	}
}
